// Numbers in text, for every format alike.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace croquis::io {

/// Parses the longest real number at the start of [first, last) and returns what follows it; null if there is none.
///
/// Correctly rounded, whatever the locale: beyond the range of a double that means infinity or zero. A leading '+',
/// "nan", "inf" and "infinity" in any case, and Fortran's exponents (1.5D+03) are accepted; hexadecimal is not.
const char* parse_real(const char* first, const char* last, double& value);

/// The same for a decimal integer, with or without a sign; null also if it does not fit 64 bits.
const char* parse_integer(const char* first, const char* last, std::int64_t& value);

/// True, and `value` set, if all of `text` is a real number.
bool is_real(std::string_view text, double& value);

/// `text` in quotes for an error message: shortened, unprintable bytes as \xNN.
std::string quote(std::string_view text);

inline bool is_blank(char c) { return c == ' ' || c == '\t'; }

inline const char* skip_blanks(const char* first, const char* last) {
  while (first != last && is_blank(*first)) ++first;
  return first;
}

/// The word (a run of characters other than blanks) at the start of [first, last).
inline std::string_view word_at(const char* first, const char* last) {
  const char* end = first;
  while (end != last && !is_blank(*end)) ++end;
  return {first, static_cast<std::size_t>(end - first)};
}

/// `text` without the blanks around it.
std::string_view trimmed(std::string_view text);

std::string lower_case(std::string_view text);

}  // namespace croquis::io
