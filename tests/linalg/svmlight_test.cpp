#include "tests/linalg/file_checks.hpp"

using namespace croquis;
using namespace croquis::test;

TEST_CASE("labels, one-based indices, comments, qid and blank lines") {
  const MatrixFile file = read_text(
      "# a file of three rows\n"
      "+1 1:0.5 3:2 # first\n"
      "\n"
      "-1 qid:4 2:-1e1\r\n"
      "0.25\n");
  CHECK(file.format == FileFormat::svmlight);
  CHECK(is_sparse(file));
  CHECK(file.target == std::vector<double>{1, -1, 0.25});
  CHECK(file.rows() == 3);
  CHECK(file.cols() == 3);
  CHECK(entries_by_row(file) == std::vector<double>{0.5, 0, 2, 0, -10, 0, 0, 0, 0});
}

TEST_CASE("an index 0 anywhere means indices from zero") {
  const MatrixFile file = read_text("1 1:5\n2 0:7 2:8\n");
  CHECK(file.cols() == 3);
  CHECK(entries_by_row(file) == std::vector<double>{0, 5, 0, 7, 0, 8});
}

TEST_CASE("what indices count from may be known before") {
  CHECK(read_text("1 1:5\n").first_index == 1);
  CHECK(read_text("1 0:5\n").first_index == 0);
  const MatrixFile from_zero = read_text("1 1:5\n", {.first_index = 0});
  CHECK(entries_by_row(from_zero) == std::vector<double>{0, 5});
  CHECK(from_zero.first_index == 0);
  CHECK_THROWS_WITH_AS(read_text("1 0:5\n", {.first_index = 1}), doctest::Contains("has an index 0"), FileError);
  CHECK_THROWS_AS(read_text("1 1:5\n", {.first_index = 2}), InvalidOption);
}

TEST_CASE("rows without entries, and no entries at all") {
  CHECK(read_text("1\n2\n1 1:1\n").rows() == 3);
  const MatrixFile file = read_text("1\n2\n", {.format = FileFormat::svmlight});
  CHECK(file.rows() == 2);
  CHECK(file.cols() == 0);
}

TEST_CASE("svmlight errors name the line") {
  const auto error = [](const char* text) { return error_in(text, {.format = FileFormat::svmlight}); };
  CHECK(contains(error("1 1:1\nx 1:1\n"), "file:2: the label \"x\" is not a number"));
  CHECK(contains(error("1,2 1:1\n"), "file:1: the label \"1,2\" is not a number"));
  CHECK(contains(error("1 1:1\n1 2:1 2:1\n"), "file:2: the index 2 comes after 2: indices must ascend"));
  CHECK(contains(error("1 3:1 2:1\n"), "the index 2 comes after 3"));
  CHECK(contains(error("1 -1:1\n"), "the index -1 is negative"));
  CHECK(contains(error("1 1:\n"), "the value of \"1:\" is not a number"));
  CHECK(contains(error("1 1:1x\n"), "the value of \"1:1x\" is not a number"));
  CHECK(contains(error("1 1:1 2\n"), "\"2\" is not index:value"));
  CHECK(contains(error("1 a:1\n"), "\"a:1\" is not index:value"));
  CHECK(contains(error("1 9223372036854775807:1\n"), "too large"));
  CHECK(contains(error("1 9223372036854775808:1\n"), "is not index:value"));
  CHECK(contains(error("# nothing\n\n"), "file: holds no row"));
}

TEST_CASE("svmlight has its own target") { CHECK_THROWS_AS(read_text("1 1:1\n", {.target = "0"}), InvalidOption); }
