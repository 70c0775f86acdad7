#include "tests/linalg/file_checks.hpp"

using namespace croquis;
using namespace croquis::test;

TEST_CASE("csv with and without a header") {
  const MatrixFile named = read_text("a,b\n1,2\n3,4\n5,6\n");
  CHECK(named.format == FileFormat::csv);
  CHECK_FALSE(is_sparse(named));
  CHECK(named.column_names == std::vector<std::string>{"a", "b"});
  CHECK(entries_by_row(named) == std::vector<double>{1, 2, 3, 4, 5, 6});
  const MatrixFile bare = read_text("1,2\n3,4");
  CHECK(bare.column_names.empty());
  CHECK(entries_by_row(bare) == std::vector<double>{1, 2, 3, 4});
}

TEST_CASE("byte order mark, CRLF, blanks around fields, trailing blank lines") {
  const MatrixFile file = read_text("\xef\xbb\xbf x , y\r\n 1 ,\t-2.5\r\n+3, 4e0 \r\n\r\n  \r\n");
  CHECK(file.column_names == std::vector<std::string>{"x", "y"});
  CHECK(entries_by_row(file) == std::vector<double>{1, -2.5, 3, 4});
}

TEST_CASE("fields in quotes") {
  const MatrixFile file = read_text("\"a,b\",\"say \"\"so\"\"\",\"2019\"\n\"1\", \"2\" ,3\n");
  CHECK(file.column_names == std::vector<std::string>{"a,b", "say \"so\"", "2019"});
  CHECK(entries_by_row(file) == std::vector<double>{1, 2, 3});
  // All fields are numbers: data, though in quotes.
  CHECK(entries_by_row(read_text("\"1\",\"2\"\n\"3\",\"4\"\n")) == std::vector<double>{1, 2, 3, 4});
  CHECK(contains(error_in("a,b\n1,\"2\n"), "file:2: a quote is not closed"));
  CHECK(contains(error_in("a,b\n\"1\"x,2\n"), "file:2: there is more after the closing quote"));
}

TEST_CASE("tsv keeps commas and blanks in names") {
  const MatrixFile file = read_text("price, usd\tarea\n1\t2\n", {}, "file.tsv");
  CHECK(file.format == FileFormat::tsv);
  CHECK(file.column_names == std::vector<std::string>{"price, usd", "area"});
  CHECK(read_text("1\t2\n").format == FileFormat::tsv);
  CHECK(contains(error_in("a\tb\n1\t\n"), "column 1 (\"b\"): the value is missing"));
}

TEST_CASE("nan and infinities are values") {
  const MatrixFile file = read_text("a,b,c\nnan,inf,-Inf\n");
  const std::vector<double> entries = entries_by_row(file);
  CHECK(entries[0] != entries[0]);
  CHECK(entries[1] > 1e308);
  CHECK(entries[2] < -1e308);
}

TEST_CASE("the target by name or by index; a name wins") {
  const char* text = "a,b,c\n1,2,3\n4,5,6\n";
  const MatrixFile by_name = read_text(text, {.target = "b"});
  CHECK(by_name.target == std::vector<double>{2, 5});
  CHECK(by_name.target_name == "b");
  CHECK(by_name.column_names == std::vector<std::string>{"a", "c"});
  CHECK(entries_by_row(by_name) == std::vector<double>{1, 3, 4, 6});
  CHECK(read_text(text, {.target = "2"}).target == std::vector<double>{3, 6});
  CHECK(read_text("\"x\",\"0\"\n1,2\n", {.target = "0"}).target == std::vector<double>{2});
  CHECK(read_text("1,2\n3,4\n", {.target = "0"}).target == std::vector<double>{1, 3});
}

TEST_CASE("a target that is not there is the caller's mistake, and the message lists what is") {
  for (const char* target : {"d", "3", "-1", ""}) {
    CAPTURE(target);
    CHECK_THROWS_WITH_AS(read_text("a,b,c\n1,2,3\n", {.target = target}), doctest::Contains("3 columns: a, b, c"),
                         InvalidOption);
  }
  CHECK_THROWS_WITH_AS(read_text("a,a\n1,2\n", {.target = "a"}), doctest::Contains("more than one column"),
                       InvalidOption);
}

TEST_CASE("a missing value names line and column") {
  CHECK(contains(error_in("a,b,c\n1,2,3\n1,,3\n"), "file:3: column 1 (\"b\"): the value is missing"));
  CHECK(contains(error_in("1,2\n3,\n"), "file:2: column 1: the value is missing"));
  CHECK(contains(error_in("a,b\n1,\"\"\n"), "column 1 (\"b\"): the value is missing"));
}

TEST_CASE("text names line and column, and a column of text says what to do") {
  CHECK(contains(error_in("a,b\n1,north\n2,south\n"),
                 "file:2: column 1 (\"b\"): \"north\" is not a number; if the column holds text, leave it out"));
  const std::string late = error_in("a,b\n1,2\n2,south\n");
  CHECK(contains(late, "file:3: column 1 (\"b\"): \"south\" is not a number"));
  CHECK_FALSE(contains(late, "leave it out"));
}

TEST_CASE("a first line of numbers and text is neither header nor data") {
  CHECK(contains(error_in("1,2,x3\n4,5,6\n"), "file:1: the line mixes numbers and text"));
  CHECK(contains(error_in(",0,1\n1,2,3\n"), "file:1: column 0: the value is missing"));
}

TEST_CASE("rows of different length") {
  CHECK(contains(error_in("a,b\n1,2\n3\n"), "file:3: 1 field, but line 1 has 2 fields"));
  CHECK(contains(error_in("1\n1,2\n", {.format = FileFormat::csv}), "file:2: 2 fields, but line 1 has 1 field"));
  CHECK(contains(error_in("a,b\n1,2,3\n"), "file:2: 3 fields, but line 1 has 2 fields"));
}

TEST_CASE("blank lines inside, and files without rows") {
  CHECK(contains(error_in("a,b\n1,2\n\n3,4\n"), "file:4: there is more data after the blank line 3"));
  CHECK(contains(error_in("a,b\n"), "file:1: there is no row of numbers"));
  CHECK(contains(error_in("\n1,2\n"), "file:1: column 0: the value is missing"));
  CHECK(contains(error_in(""), "file: is empty"));
}

TEST_CASE("a table larger than the buffers") {
  // 20000 rows of 7: about 1 MB of text against a buffer of 64 KiB, so that lines straddle its end.
  std::string text = "a,b,c,d,e,f,g\n";
  for (int i = 0; i < 20000; ++i) {
    for (int j = 0; j < 7; ++j) text += std::to_string(i * 7 + j) + (j < 6 ? "," : "\n");
  }
  const MatrixFile file = read_text(text, {.target = "d"});
  REQUIRE(file.rows() == 20000);
  REQUIRE(file.cols() == 6);
  const std::vector<double> entries = entries_by_row(file);
  bool equal = true;
  for (int i = 0; i < 20000; ++i) {
    for (int j = 0; j < 6; ++j) equal = equal && entries[i * 6 + j] == i * 7 + (j < 3 ? j : j + 1);
    equal = equal && file.target[i] == i * 7 + 3;
  }
  CHECK(equal);
}
