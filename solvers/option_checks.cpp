#include "solvers/option_checks.hpp"

#include <string>

#include <croquis/errors.hpp>

#include "linalg/number_text.hpp"

namespace croquis {

void check_at_least(const char* name, std::int64_t value, std::int64_t least) {
  if (value < least)
    throw InvalidOption(std::string(name) + " is " + std::to_string(value) + " but must be at least " +
                        std::to_string(least));
}

void check_tolerance(const char* name, double value) {
  if (!(value >= 0 && value < 1))
    throw InvalidOption(std::string(name) + " is " + number_text(value) + " but must be in [0, 1)");
}

}  // namespace croquis
