#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <string>

#include "linalg/io/number.hpp"

using namespace croquis::io;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

double value_of(std::string_view text) {
  double value = -77;
  REQUIRE_MESSAGE(is_real(text, value), std::string(text));
  return value;
}

}  // namespace

TEST_CASE("real numbers in every spelling") {
  CHECK(value_of("1") == 1.0);
  CHECK(value_of("+1") == 1.0);
  CHECK(value_of("-.5") == -0.5);
  CHECK(value_of("5.") == 5.0);
  CHECK(value_of("1e3") == 1000.0);
  CHECK(value_of("1E+03") == 1000.0);
  CHECK(value_of("1.5D+03") == 1500.0);
  CHECK(value_of("-1.5d-1") == -0.15);
  CHECK(value_of("+1d2") == 100.0);
  CHECK(std::isnan(value_of("NaN")));
  CHECK(value_of("Inf") == infinity);
  CHECK(value_of("+infinity") == infinity);
  CHECK(value_of("-INF") == -infinity);
}

TEST_CASE("numbers are correctly rounded") {
  // Halfway between 1 and the next double, and a hair above it.
  CHECK(value_of("1.00000000000000011102230246251565404236316680908203125") == 1.0);
  CHECK(value_of("1.00000000000000011102230246251565404236316680908203126") == 1.0 + 0x1p-52);
  CHECK(value_of("4.9406564584124654e-324") == std::numeric_limits<double>::denorm_min());
}

TEST_CASE("beyond the range of a double is infinity or zero") {
  CHECK(value_of("1e400") == infinity);
  CHECK(value_of("-1e400") == -infinity);
  CHECK(value_of("1d400") == infinity);
  CHECK(value_of(std::string(400, '9')) == infinity);
  CHECK(value_of("0.0001e400") == infinity);
  CHECK(value_of("1e99999999999999999999") == infinity);
  CHECK(value_of("1e-400") == 0.0);
  CHECK(std::signbit(value_of("-1e-400")));
  CHECK(value_of("100000e-400") == 0.0);
  CHECK(value_of("0." + std::string(400, '0') + "1") == 0.0);
  CHECK(value_of("1e-99999999999999999999") == 0.0);
}

TEST_CASE("what is not a number") {
  double value = 0;
  for (const char* text : {"", "+", "-", ".", "e5", "1e", "1d", "1,5", "0x10", "1 ", " 1", "+-1", "++1", "-+1", "1.2.3",
                           "nano", "1_000", "1f", "\xef\xbc\x91"}) {
    CAPTURE(text);
    CHECK_FALSE(is_real(text, value));
  }
  CHECK_FALSE(is_real(std::string_view("1\0", 2), value));
}

TEST_CASE("integers") {
  const auto parse = [](std::string_view text, std::int64_t& value) {
    return parse_integer(text.data(), text.data() + text.size(), value) == text.data() + text.size();
  };
  std::int64_t value = 0;
  CHECK(parse("+42", value));
  CHECK(value == 42);
  CHECK(parse("-9223372036854775808", value));
  CHECK(value == std::numeric_limits<std::int64_t>::min());
  CHECK_FALSE(parse("9223372036854775808", value));
  CHECK_FALSE(parse("", value));
  CHECK_FALSE(parse("1.0", value));
  CHECK_FALSE(parse("+-1", value));
}

TEST_CASE("text in messages is short and printable") {
  CHECK(quote("abc") == "\"abc\"");
  CHECK(quote(std::string_view("a\0\n", 3)) == "\"a\\x00\\x0a\"");
  CHECK(quote(std::string(1000, 'x')).size() < 50);
}
