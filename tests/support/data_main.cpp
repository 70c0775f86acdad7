// The main of tests that need the real data sets.
#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>

#include <cstdio>

#include "tests/support/data.hpp"

int main(int argc, char** argv) {
  if (!croquis::test::data_folder()) {
    std::puts("skipped: no data folder (set CROQUIS_DATA)");
    return 77;
  }
  return doctest::Context(argc, argv).run();
}
