#include "tests/support/gzip.hpp"
#include "tests/linalg/file_checks.hpp"

using namespace croquis;
using namespace croquis::test;

namespace {

const std::string table = "a,b\n1,2\n3,4\n";
const std::vector<double> table_entries = {1, 2, 3, 4};

}  // namespace

TEST_CASE("gzip is told by its first bytes, whatever the name") {
  CHECK(entries_by_row(read_text(gzip(table), {}, "table.csv")) == table_entries);
  CHECK(entries_by_row(read_text(table, {}, "table.csv.gz")) == table_entries);
}

TEST_CASE("concatenated members are one file, also with zeros behind them") {
  const std::string members = gzip(table.substr(0, 5)) + gzip("") + gzip(table.substr(5));
  CHECK(entries_by_row(read_text(members)) == table_entries);
  CHECK(entries_by_row(read_text(members + std::string(1000, '\0'))) == table_entries);
}

TEST_CASE("gzip cut at any byte is an error") {
  const std::string whole = gzip(table);
  for (std::size_t size = 2; size < whole.size(); ++size) {
    CAPTURE(size);
    CHECK(contains(error_in(whole.substr(0, size)), "truncated gzip data"));
  }
}

TEST_CASE("a damaged byte in gzip data never gives other numbers") {
  const std::string whole = gzip(table);
  int errors = 0;
  // Bytes 4 to 9 of the header (time, flags, system) mean nothing to the reader.
  for (std::size_t at = 10; at < whole.size(); ++at) {
    CAPTURE(at);
    std::string damaged = whole;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x10);
    try {
      const MatrixFile file = read_text(damaged);
      CHECK(entries_by_row(file) == table_entries);
    } catch (const FileError&) {
      ++errors;
    }
  }
  // All but the byte whose last bits only fill up the compressed data.
  CHECK(errors >= static_cast<int>(whole.size()) - 11);
}

TEST_CASE("other bytes behind the compressed data are an error") {
  CHECK(contains(error_in(gzip(table) + "more"), "bytes that are not gzip"));
  CHECK(contains(error_in(gzip(table) + std::string(3, '\0') + "more"), "bytes that are not gzip"));
}

TEST_CASE("gzip inside gzip, and gzip of nothing") {
  CHECK(contains(error_in(gzip(gzip(table))), "binary data"));
  CHECK(contains(error_in(gzip("")), "is empty"));
}

TEST_CASE("a gzip bomb without line ends stops at the longest line") {
  // 80 MB of blanks in 80 kB: refused as a line over 64 MiB, after buffering no more than twice that.
  CHECK(contains(error_in(gzip(std::string(80'000'000, ' '))), "the line is longer than 64 MiB"));
}
