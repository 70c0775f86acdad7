#include "tests/linalg/file_checks.hpp"

using namespace croquis;
using namespace croquis::test;

namespace {

std::string coordinate(const char* kind, const char* body) {
  return std::string("%%MatrixMarket matrix coordinate ") + kind + "\n" + body;
}
std::string array(const char* kind, const char* body) {
  return std::string("%%MatrixMarket matrix array ") + kind + "\n" + body;
}

}  // namespace

TEST_CASE("coordinate real general") {
  const MatrixFile file =
      read_text(coordinate("real general", "% a comment\n\n3 2 4\n1 1 1.5\n3 1 -2\n2 2 +3e0\n3 2 4\n"));
  CHECK(file.format == FileFormat::matrix_market);
  CHECK(is_sparse(file));
  CHECK(entries_by_row(file) == std::vector<double>{1.5, 0, 0, 3, -2, 4});
  CHECK(file.target.empty());
}

TEST_CASE("the header's words in any case, double for real, CRLF, tabs and blank lines") {
  const MatrixFile file =
      read_text("%%MatrixMarket MATRIX Coordinate DOUBLE General\r\n2\t2  1\r\n\r\n  2\t1   7  \r\n\r\n");
  CHECK(entries_by_row(file) == std::vector<double>{0, 0, 7, 0});
}

TEST_CASE("coordinate integer and pattern") {
  CHECK(entries_by_row(read_text(coordinate("integer general", "1 2 2\n1 1 -3\n1 2 4\n"))) ==
        std::vector<double>{-3, 4});
  CHECK(entries_by_row(read_text(coordinate("pattern general", "2 2 2\n1 2\n2 1\n"))) ==
        std::vector<double>{0, 1, 1, 0});
  CHECK(contains(error_in(coordinate("integer general", "1 1 1\n1 1 1.5\n")), "file:3: \"1.5\" is not an integer"));
  CHECK(contains(error_in(coordinate("pattern general", "1 1 1\n1 1 2\n")), "more than an entry should have"));
}

TEST_CASE("coordinate symmetric and skew-symmetric are mirrored") {
  CHECK(entries_by_row(read_text(coordinate("real symmetric", "2 2 2\n1 1 5\n2 1 7\n"))) ==
        std::vector<double>{5, 7, 7, 0});
  CHECK(entries_by_row(read_text(coordinate("real skew-symmetric", "2 2 1\n2 1 7\n"))) ==
        std::vector<double>{0, -7, 7, 0});
  CHECK(contains(error_in(coordinate("real symmetric", "2 2 1\n1 2 7\n")), "file:3: the entry is above the diagonal"));
  CHECK(contains(error_in(coordinate("real skew-symmetric", "2 2 1\n2 2 7\n")), "on the diagonal"));
  CHECK(contains(error_in(coordinate("real symmetric", "3 2 1\n2 1 7\n")), "cannot be 3 x 2"));
}

TEST_CASE("entries that repeat a place are added") {
  CHECK(entries_by_row(read_text(coordinate("real general", "1 1 2\n1 1 2\n1 1 3\n"))) == std::vector<double>{5});
}

TEST_CASE("an array is listed by columns") {
  const MatrixFile file = read_text(array("real general", "%c\n2 3\n1\n2\n3\n4\n5\n6\n"));
  CHECK_FALSE(is_sparse(file));
  CHECK(entries_by_row(file) == std::vector<double>{1, 3, 5, 2, 4, 6});
  CHECK(entries_by_row(read_text(array("integer general", "2 2\n1 2\n3 4\n"))) == std::vector<double>{1, 3, 2, 4});
}

TEST_CASE("symmetric and skew-symmetric arrays list a triangle") {
  CHECK(entries_by_row(read_text(array("real symmetric", "2 2\n1\n2\n3\n"))) == std::vector<double>{1, 2, 2, 3});
  CHECK(entries_by_row(read_text(array("real skew-symmetric", "3 3\n1\n2\n3\n"))) ==
        std::vector<double>{0, -1, -2, 1, 0, -3, 2, 3, 0});
  CHECK(contains(error_in(array("real symmetric", "2 2\n1\n2\n3\n4\n")), "more after the 3 entries"));
}

TEST_CASE("a column of an array is the target") {
  const MatrixFile file = read_text(array("real general", "2 3\n1\n2\n3\n4\n5\n6\n"), {.target = "1"});
  CHECK(entries_by_row(file) == std::vector<double>{1, 5, 2, 6});
  CHECK(file.target == std::vector<double>{3, 4});
  CHECK_THROWS_AS(read_text(array("real general", "1 2\n1\n2\n"), {.target = "2"}), InvalidOption);
  CHECK_THROWS_AS(read_text(coordinate("real general", "1 1 0\n"), {.target = "0"}), InvalidOption);
}

TEST_CASE("empty matrices") {
  CHECK(read_text(coordinate("real general", "3 2 0\n")).rows() == 3);
  CHECK(read_text(array("real general", "0 2\n")).cols() == 2);
}

TEST_CASE("headers that are refused") {
  CHECK(contains(error_in("%%MatrixMarket matrix coordinate complex general\n1 1 1\n1 1 1 0\n"),
                 "file:1: the matrix is complex"));
  CHECK(contains(error_in("%%MatrixMarket matrix coordinate real hermitian\n"), "Hermitian"));
  CHECK(contains(error_in("%%MatrixMarket vector array real general\n"), "only a matrix"));
  CHECK(contains(error_in("%%MatrixMarket matrix list real general\n"), "neither coordinate nor array"));
  CHECK(contains(error_in("%%MatrixMarket matrix array pattern general\n"), "cannot be of field pattern"));
  CHECK(contains(error_in("%%MatrixMarket matrix coordinate quaternion general\n"), "quaternion"));
  CHECK(contains(error_in("%%MatrixMarket matrix coordinate real\n1 1 0\n"), "symmetry"));
  CHECK(contains(error_in("%%MatrixMarket matrix coordinate real general today\n"), "more than five words"));
  CHECK(contains(error_in("1 1 1\n", {.format = FileFormat::matrix_market}), "file:1: does not start with"));
}

TEST_CASE("sizes and counts that lie") {
  CHECK(contains(error_in(coordinate("real general", "")), "file:1: truncated"));
  CHECK(contains(error_in(coordinate("real general", "2 2\n")), "file:2: \"2 2\" should be \"rows columns entries\""));
  CHECK(contains(error_in(coordinate("real general", "2 2 1 1\n")), "should be"));
  CHECK(contains(error_in(coordinate("real general", "-2 2 1\n")), "file:2: the size -2 is negative"));
  CHECK(contains(error_in(coordinate("real general", "two 2 1\n")), "should be"));
  CHECK(contains(error_in(coordinate("real general", "99999999999999999999 2 1\n")), "should be"));
  CHECK(
      contains(error_in(coordinate("real general", "2 2 3\n1 1 1\n2 2 2\n")), "file:4: truncated: 2 of the 3 entries"));
  CHECK(contains(error_in(coordinate("real general", "2 2 1\n1 1 1\n2 2 2\n")), "file:4: there is more after the 1"));
  CHECK(contains(error_in(array("real general", "2 2\n1\n2\n3\n")), "file:5: truncated: 3 of the 4 entries"));
  CHECK(contains(error_in(array("real general", "2 1\n1\n2\n3\n")), "file:5: there is more after the 2"));
}

TEST_CASE("entries that are wrong") {
  const auto entry = [](const char* line) { return error_in(coordinate("real general", line)); };
  CHECK(contains(entry("3 2 1\n0 1 1\n"), "file:3: the row 0 is outside 1..3"));
  CHECK(contains(entry("3 2 1\n4 1 1\n"), "the row 4 is outside 1..3"));
  CHECK(contains(entry("3 2 1\n1 -1 1\n"), "the column -1 is outside 1..2"));
  CHECK(contains(entry("3 2 1\n1 3 1\n"), "the column 3 is outside 1..2"));
  CHECK(contains(entry("3 2 1\n1.0 1 1\n"), "the row \"1.0\" is not an integer"));
  CHECK(contains(entry("3 2 1\n1\n"), "the column is missing"));
  CHECK(contains(entry("3 2 1\n1 1\n"), "the value is missing"));
  CHECK(contains(entry("3 2 1\n1 1 x\n"), "\"x\" is not a number"));
  CHECK(contains(entry("3 2 1\n1 1 1 1\n"), "more than an entry should have"));
  CHECK(contains(error_in(array("real general", "1 1\nx\n")), "file:3: \"x\" is not a number"));
}

TEST_CASE("huge headers over little data fail without the memory they ask for") {
  // Any allocation sized from these would throw bad_alloc or fill the machine's memory.
  CHECK(contains(error_in(coordinate("real general", "10 10 1000000000000\n1 1 1\n")),
                 "truncated: 1 of the 1000000000000"));
  CHECK(contains(error_in(coordinate("real general", "1000000000000 2 1\n1 1 1\n")), "not believable with 1 entries"));
  CHECK(contains(error_in(coordinate("real general", "2 1000000000000 1\n1 1 1\n")), "not believable"));
  CHECK(contains(error_in(array("real general", "1000000 1000000\n1\n")), "truncated: 1 of the 1000000000000"));
  CHECK(contains(error_in(array("real general", "4000000000 4000000000\n1\n")), "not addressable"));
  CHECK(contains(error_in(array("real symmetric", "1000000 1000000\n1\n")), "truncated"));
}
