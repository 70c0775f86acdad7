#include "tools/named_numbers.hpp"

#include <charconv>
#include <cmath>
#include <limits>
#include <set>
#include <system_error>

#include <croquis/errors.hpp>

namespace croquis::tools {
namespace {

struct Named {
  std::string name;
  std::string value;
};

Named split(const char* option, const std::string& word, const std::string& form) {
  const std::size_t equals = word.find('=');
  if (equals == std::string::npos || equals == 0)
    throw InvalidOption(std::string(option) + " \"" + word + "\" is not " + form);
  return {word.substr(0, equals), word.substr(equals + 1)};
}

void check_new(const char* option, const std::string& name, std::set<std::string>& names) {
  if (!names.insert(name).second) throw InvalidOption(std::string(option) + " names " + name + " twice");
}

}  // namespace

double number_in(const std::string& text, const char* option, const std::string& what) {
  double value = 0;
  const char* const last = text.data() + text.size();
  const char* const first = !text.empty() && text.front() == '+' ? text.data() + 1 : text.data();
  const auto [end, error] = std::from_chars(first, last, value);
  if (error != std::errc() || end != last)
    throw InvalidOption(std::string(option) + " \"" + text + "\" is not " + what);
  return value;
}

std::vector<NamedNumber> named_numbers(const char* option, const std::vector<std::string>& words) {
  std::vector<NamedNumber> result;
  std::set<std::string> names;
  for (const std::string& word : words) {
    const Named named = split(option, word, "NAME=NUMBER");
    check_new(option, named.name, names);
    const double value = number_in(named.value, option, "the number that " + named.name + " needs");
    if (!std::isfinite(value)) throw InvalidOption(std::string(option) + " \"" + word + "\" is not finite");
    result.push_back({named.name, value});
  }
  return result;
}

std::vector<NamedBounds> named_bounds(const char* option, const std::vector<std::string>& words) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  std::vector<NamedBounds> result;
  std::set<std::string> names;
  for (const std::string& word : words) {
    const Named named = split(option, word, "NAME=LOW:HIGH");
    check_new(option, named.name, names);
    const std::size_t colon = named.value.find(':');
    if (colon == std::string::npos) throw InvalidOption(std::string(option) + " \"" + word + "\" is not NAME=LOW:HIGH");
    const std::string low = named.value.substr(0, colon);
    const std::string high = named.value.substr(colon + 1);
    const std::string what = "a bound of " + named.name;
    const NamedBounds bounds{named.name, low.empty() ? -infinity : number_in(low, option, what),
                             high.empty() ? infinity : number_in(high, option, what)};
    if (!(bounds.lower <= bounds.upper))
      throw InvalidOption(std::string(option) + " \"" + word + "\": the lower bound is above the upper");
    result.push_back(bounds);
  }
  return result;
}

}  // namespace croquis::tools
