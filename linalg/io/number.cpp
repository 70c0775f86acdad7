#include "linalg/io/number.hpp"

#include <algorithm>
#include <charconv>
#include <limits>
#include <system_error>

namespace croquis::io {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Tells which end of the range [first, last) is beyond: a number that from_chars called out of range is too large
// exactly if the decimal exponent of its leading digit is positive.
bool is_huge(const char* first, const char* last) {
  std::int64_t exponent = 0;
  bool after_point = false;
  bool significant = false;
  const char* p = first;
  for (; p != last && (is_digit(*p) || *p == '.' || *p == '-'); ++p) {
    if (*p == '.') after_point = true;
    if (!is_digit(*p)) continue;
    significant = significant || *p != '0';
    if (significant && !after_point) ++exponent;
    if (!significant && after_point) --exponent;
  }
  if (p == last) return exponent > 0;
  ++p;
  const bool negative = p != last && *p == '-';
  std::int64_t written = 0;
  if (parse_integer(p, last, written) == nullptr) return !negative;
  return written > -exponent;
}

// Where an exponent spelled with D starts: "D" followed by digits, perhaps signed.
bool is_fortran_exponent(const char* p, const char* last) {
  if (p == last || (*p != 'd' && *p != 'D')) return false;
  if (++p != last && (*p == '+' || *p == '-')) ++p;
  return p != last && is_digit(*p);
}

const char* parse_fortran(const char* first, const char* d, const char* last, double& value) {
  const char* end = d + 2;
  while (end != last && is_digit(*end)) ++end;
  std::string spelled(first, end);
  spelled[static_cast<std::size_t>(d - first)] = 'e';
  const char* begin = spelled.data();
  const char* parsed = parse_real(begin, begin + spelled.size(), value);
  return parsed == begin + spelled.size() ? end : nullptr;
}

}  // namespace

const char* parse_real(const char* first, const char* last, double& value) {
  if (first != last && *first == '+') {
    ++first;
    if (first != last && (*first == '-' || *first == '+')) return nullptr;
  }
  const auto [end, error] = std::from_chars(first, last, value);
  if (error == std::errc::invalid_argument) return nullptr;
  if (is_fortran_exponent(end, last)) return parse_fortran(first, end, last, value);
  if (error == std::errc::result_out_of_range) {
    value = is_huge(first, end) ? std::numeric_limits<double>::infinity() : 0.0;
    if (*first == '-') value = -value;
  }
  return end;
}

const char* parse_integer(const char* first, const char* last, std::int64_t& value) {
  if (first != last && *first == '+') {
    ++first;
    if (first != last && *first == '-') return nullptr;
  }
  const auto [end, error] = std::from_chars(first, last, value);
  return error == std::errc() ? end : nullptr;
}

bool is_real(std::string_view text, double& value) {
  const char* last = text.data() + text.size();
  return !text.empty() && parse_real(text.data(), last, value) == last;
}

std::string quote(std::string_view text) {
  constexpr std::size_t longest = 40;
  constexpr char digits[] = "0123456789abcdef";
  std::string result = "\"";
  for (const char c : text.substr(0, longest)) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f) {
      result += {'\\', 'x', digits[byte >> 4], digits[byte & 15]};
    } else {
      result += c;
    }
  }
  return result + (text.size() > longest ? "...\"" : "\"");
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

std::string lower_case(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return result;
}

}  // namespace croquis::io
