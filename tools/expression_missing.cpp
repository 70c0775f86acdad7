// What stands for expressions in a build without muparser.
#include <croquis/errors.hpp>

#include "tools/expression.hpp"

namespace croquis::tools {

class Expression::Evaluators {};

Expression::Expression(const std::string&) {
  throw InvalidOption(
      "--model: this croquis was built without muparser, which reads expressions (Debian: libmuparser-dev)");
}

Expression::~Expression() = default;

void Expression::evaluate(std::span<const Value>, std::span<double>) const {}

}  // namespace croquis::tools
