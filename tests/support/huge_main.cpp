// The main of tests that take most of a machine's memory and minutes: skipped unless CROQUIS_HUGE_TESTS=1.
#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>

#include <cstdio>
#include <cstdlib>
#include <string_view>

int main(int argc, char** argv) {
  const char* const asked = std::getenv("CROQUIS_HUGE_TESTS");
  if (asked == nullptr || std::string_view(asked) != "1") {
    std::puts("skipped: takes 12 GB of memory and minutes; set CROQUIS_HUGE_TESTS=1 to run it");
    return 77;
  }
  return doctest::Context(argc, argv).run();
}
