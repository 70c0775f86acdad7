// The checks at the public boundary: what passes, what does not, and what the message names.
#include "linalg/check.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

using namespace croquis;

namespace {

template <class View>
std::string message_of(const View& view) {
  try {
    check_view(view, "argument");
  } catch (const ShapeError& error) {
    return error.what();
  }
  return "";
}

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

// 3 x 2 by rows: entries (0, 1), (2, 0), (2, 1), and its arrays to spoil.
struct Arrays {
  std::vector<std::int32_t> start = {0, 1, 1, 3};
  std::vector<std::int32_t> index = {1, 0, 1};
  std::vector<double> value = {1, 2, 3};
  AnyMatrixView<double> csr() const {
    return CsrView<double, std::int32_t>{3, 2, start.data(), index.data(), value.data()};
  }
  AnyMatrixView<double> csc() const { return csr().transposed(); }
};

}  // namespace

TEST_CASE("Well-formed dense views pass") {
  std::vector<double> memory(20);
  CHECK(message_of(column_major(memory.data(), 3, 4, 5)) == "");
  CHECK(message_of(row_major(memory.data(), 3, 4, 5)) == "");
  CHECK(message_of(MatrixView<double>{nullptr, 0, 4, 0, Layout::column_major}) == "");
  CHECK(message_of(MatrixView<double>{nullptr, 4, 0, 0, Layout::row_major}) == "");
}

TEST_CASE("Malformed dense views are named") {
  double entry = 0;
  const std::string leading = message_of(MatrixView<double>{&entry, 3, 4, 2, Layout::column_major});
  CHECK(contains(leading, "argument"));
  CHECK(contains(leading, "leading dimension 2 is less than 3"));
  CHECK(contains(leading, "3 x 4"));
  CHECK(contains(message_of(MatrixView<double>{&entry, 3, 4, 3, Layout::row_major}), "less than 4"));
  CHECK(contains(message_of(MatrixView<double>{&entry, -3, 4, 3, Layout::column_major}), "-3 x 4"));
  CHECK(contains(message_of(MatrixView<double>{nullptr, 3, 4, 3, Layout::column_major}), "null"));
  const std::int64_t huge = std::numeric_limits<std::int64_t>::max() / 4;
  CHECK(contains(message_of(MatrixView<double>{&entry, 3, 4, huge, Layout::column_major}), "not addressable"));
}

TEST_CASE("Well-formed sparse views pass, empty ones without arrays too") {
  const Arrays arrays;
  CHECK(message_of(arrays.csr()) == "");
  CHECK(message_of(arrays.csc()) == "");
  CHECK(message_of(AnyMatrixView<double>(CsrView<double, std::int64_t>{})) == "");
}

TEST_CASE("Malformed sparse views are named, by row and by column") {
  Arrays arrays;
  SUBCASE("index too large") {
    arrays.index[2] = 2;
    CHECK(contains(message_of(arrays.csr()), "argument: column[2] = 2 is outside [0, 2)"));
    CHECK(contains(message_of(arrays.csc()), "argument: row[2] = 2 is outside [0, 2)"));
  }
  SUBCASE("index negative") {
    arrays.index[0] = -1;
    CHECK(contains(message_of(arrays.csr()), "column[0] = -1"));
  }
  SUBCASE("starts descend") {
    arrays.start[2] = 0;
    CHECK(contains(message_of(arrays.csr()), "row_start[2] = 0 is less than the entry before it, 1"));
    CHECK(contains(message_of(arrays.csc()), "column_start[2] = 0"));
  }
  SUBCASE("first start negative") {
    arrays.start[0] = -1;
    CHECK(contains(message_of(arrays.csr()), "row_start[0] = -1"));
  }
  SUBCASE("no starts") {
    CHECK(contains(message_of(AnyMatrixView<double>(CsrView<double, std::int32_t>{3, 2, nullptr, nullptr, nullptr})),
                   "row_start is null"));
  }
  SUBCASE("entries without arrays") {
    const AnyMatrixView<double> no_values =
        CsrView<double, std::int32_t>{3, 2, arrays.start.data(), arrays.index.data(), nullptr};
    CHECK(contains(message_of(no_values), "null"));
  }
  SUBCASE("negative shape") {
    CHECK(contains(message_of(AnyMatrixView<double>(CsrView<double, std::int32_t>{3, -2, arrays.start.data()})),
                   "negative shape"));
  }
}

TEST_CASE("A wrong shape is reported with both shapes and the reason") {
  CHECK_NOTHROW(check_shape(3, 4, 3, 4, "out", "reason"));
  try {
    check_shape(3, 4, 4, 3, "out", "it holds the transpose");
    FAIL("no exception");
  } catch (const ShapeError& error) {
    const std::string message = error.what();
    CHECK(contains(message, "out is 3 x 4 but must be 4 x 3"));
    CHECK(contains(message, "it holds the transpose"));
  }
  CHECK(shape_text(100, 20) == "100 x 20");
}
