#include <algorithm>
#include <cstdint>
#include <cstring>

#include "tests/linalg/file_checks.hpp"

using namespace croquis;
using namespace croquis::test;

namespace {

std::string with_header(const std::string& dictionary, const std::string& data, int version = 1) {
  std::string result = "\x93NUMPY";
  result += static_cast<char>(version);
  result += '\0';
  for (int k = 0; k < (version == 1 ? 2 : 4); ++k) result += static_cast<char>(dictionary.size() >> (8 * k) & 0xff);
  return result + dictionary + data;
}

std::string npy(const std::string& descr, const std::string& shape, const std::string& data, bool fortran = false,
                int version = 1) {
  return with_header("{'descr': '" + descr + "', 'fortran_order': " + (fortran ? "True" : "False") +
                         ", 'shape': " + shape + ", }     \n",
                     data, version);
}

template <class T>
std::string bytes_of(std::initializer_list<T> values, bool swap = false) {
  std::string result;
  for (const T value : values) {
    char bytes[sizeof(T)];
    std::memcpy(bytes, &value, sizeof(T));
    if (swap) std::reverse(bytes, bytes + sizeof(T));
    result.append(bytes, sizeof(T));
  }
  return result;
}

// A 2 x 2 array of small values of a type, in both byte orders.
template <class T>
void check_type(const std::string& type) {
  CAPTURE(type);
  const std::vector<double> expected = {1, 2, 100, static_cast<double>(T(-1))};
  const auto data = [](bool swap) { return bytes_of<T>({T(1), T(2), T(100), T(-1)}, swap); };
  CHECK(entries_by_row(read_text(npy("<" + type, "(2, 2)", data(false)))) == expected);
  CHECK(entries_by_row(read_text(npy(">" + type, "(2, 2)", data(true)))) == expected);
}

}  // namespace

// The tests write little-endian data by copying values, as every machine they are run on does.
TEST_CASE("every element type in both byte orders") {
  check_type<float>("f4");
  check_type<double>("f8");
  check_type<std::int8_t>("i1");
  check_type<std::int16_t>("i2");
  check_type<std::int32_t>("i4");
  check_type<std::int64_t>("i8");
  check_type<std::uint8_t>("u1");
  check_type<std::uint16_t>("u2");
  check_type<std::uint32_t>("u4");
  check_type<std::uint64_t>("u8");
  CHECK(entries_by_row(read_text(npy("|b1", "(1, 2)", std::string("\0\1", 2)))) == std::vector<double>{0, 1});
  CHECK(entries_by_row(read_text(npy("|u1", "(1, 1)", "\xff"))) == std::vector<double>{255});
}

TEST_CASE("C and Fortran order") {
  const std::string data = bytes_of<double>({1, 2, 3, 4, 5, 6});
  const MatrixFile c = read_text(npy("<f8", "(2, 3)", data));
  CHECK(c.format == FileFormat::npy);
  CHECK(std::get<Matrix<double>>(c.matrix).layout() == Layout::row_major);
  CHECK(entries_by_row(c) == std::vector<double>{1, 2, 3, 4, 5, 6});
  const MatrixFile fortran = read_text(npy("<f8", "(2, 3)", data, true));
  CHECK(std::get<Matrix<double>>(fortran.matrix).layout() == Layout::column_major);
  CHECK(entries_by_row(fortran) == std::vector<double>{1, 3, 5, 2, 4, 6});
}

TEST_CASE("versions 1 to 3, and keys in any order and either quotes") {
  for (const int version : {1, 2, 3}) {
    CAPTURE(version);
    CHECK(entries_by_row(read_text(npy("<f8", "(1, 1)", bytes_of<double>({7}), false, version))) ==
          std::vector<double>{7});
  }
  CHECK(contains(error_in(npy("<f8", "(1, 1)", "", false, 4)), "file: byte 6: version 4"));
  CHECK(entries_by_row(read_text(with_header("{\"shape\":(1L,),\"fortran_order\":False,\"descr\":\"<f8\"}",
                                             bytes_of<double>({7})))) == std::vector<double>{7});
}

TEST_CASE("vectors are columns, scalars 1 x 1, and arrays may be empty") {
  const MatrixFile vector = read_text(npy("<f4", "(3,)", bytes_of<float>({1, 2, 3})));
  CHECK(vector.rows() == 3);
  CHECK(vector.cols() == 1);
  CHECK(entries_by_row(read_text(npy("<i4", "()", bytes_of<std::int32_t>({7})))) == std::vector<double>{7});
  const MatrixFile empty = read_text(npy("<f8", "(0, 4)", ""));
  CHECK(empty.rows() == 0);
  CHECK(empty.cols() == 4);
  CHECK(contains(error_in(npy("<f8", "(2, 1, 1)", bytes_of<double>({1, 2}))), "has 3 dimensions"));
}

TEST_CASE("a column of an array is the target") {
  const MatrixFile file = read_text(npy("<f8", "(2, 3)", bytes_of<double>({1, 2, 3, 4, 5, 6})), {.target = "0"});
  CHECK(file.target == std::vector<double>{1, 4});
  CHECK(entries_by_row(file) == std::vector<double>{2, 3, 5, 6});
}

TEST_CASE("element types that are refused are named") {
  for (const char* type : {"<c16", "<f2", "|S5", "<U5", "|O", "<M8[ns]", "<f16", ""}) {
    CAPTURE(type);
    CHECK_FALSE(error_in(npy(type, "(1, 1)", bytes_of<double>({1, 2}))).empty());
  }
  CHECK(contains(error_in(npy("<c16", "(1, 1)", "")), "\"<c16\" is not float32, float64, an integer or bool"));
  CHECK(contains(error_in(with_header("{'descr': [('x', '<f8')], 'fortran_order': False, 'shape': (1,)}", "")),
                 "named fields"));
}

TEST_CASE("headers that are damaged") {
  CHECK(contains(error_in(with_header("", "")), "byte 10: the header should have '{' here"));
  CHECK(contains(error_in(with_header("{'descr': '<f8', 'fortran_order': False}", "")), "lacks 'shape'"));
  CHECK(contains(error_in(with_header("{'descr': '<f8', 'colour': False}", "")), "unknown key \"colour\""));
  CHECK(contains(error_in(with_header("{'descr': '<f8', 'fortran_order': Maybe}", "")), "neither True nor False"));
  CHECK(contains(error_in(npy("<f8", "(-1, 2)", "")), "not a tuple of sizes"));
  CHECK(contains(error_in(npy("<f8", "(1 2)", "")), "should have ')' here"));
  CHECK(contains(error_in(npy("<f8", "(99999999999999999999,)", "")), "not a tuple of sizes"));
  CHECK(contains(error_in(with_header("{'descr': '<f8', 'fortran_order': False, 'shape': (1,)} x", "12345678")),
                 "does not end"));
  CHECK(contains(error_in("csv,text\n1,2\n", {.format = FileFormat::npy}), "file: byte 0: is not an .npy file"));
}

TEST_CASE("shapes that lie fail without the memory they ask for") {
  CHECK(contains(error_in(npy("<f8", "(1000000, 1000000)", bytes_of<double>({1, 2}))),
                 "truncated: 2 of the 1000000000000 entries of a 1000000 x 1000000 array"));
  CHECK(contains(error_in(npy("<f8", "(4000000000, 4000000000)", "")), "not addressable"));
  CHECK(contains(error_in(npy("<f8", "(2, 1)", bytes_of<double>({1}) + "1234")), "truncated: 1 of the 2"));
  CHECK(contains(error_in(npy("<f8", "(1, 1)", bytes_of<double>({1, 2}))), "there is more after the 1 entries"));
  CHECK(contains(error_in("\x93NUMPY\x02" + std::string("\0\xff\xff\xff\xff", 5)), "not believable"));
}
