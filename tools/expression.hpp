// Arithmetic expressions of named variables.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

namespace croquis::tools {

/// An expression as muparser reads it: + - * / ^, comparisons, ?:, functions and the constants _pi and _e.
class Expression {
 public:
  /// Throws `InvalidOption` with the position of what is wrong, or if croquis was built without muparser.
  explicit Expression(const std::string& text);
  ~Expression();
  Expression(const Expression&) = delete;
  Expression& operator=(const Expression&) = delete;

  /// The names it uses, ascending.
  const std::vector<std::string>& variables() const { return variables_; }
  /// Those of the constants _pi and _e that it uses.
  const std::vector<std::string>& constants() const { return constants_; }

  /// What one variable is: a number for each row, or one for all of them.
  struct Value {
    const double* column = nullptr;
    double constant = 0;
  };
  /// values[i] := the expression in row i, `given` in the order of `variables()`. A result that is no number (of a
  /// division by zero, say) is what IEEE arithmetic makes of it. Several threads may call it at once.
  void evaluate(std::span<const Value> given, std::span<double> values) const;

 private:
  class Evaluators;
  std::string text_;
  std::vector<std::string> variables_;
  std::vector<std::string> constants_;
  std::unique_ptr<Evaluators> evaluators_;
};

/// The functions that expressions have, for the help.
inline constexpr char expression_help[] =
    "Models are expressions of columns and parameters: + - * / ^, comparisons, c ? a : b, _pi, _e,\n"
    "exp, ln (or log), log2, log10, sqrt, abs, sign, rint, sin, cos, tan, asin, acos, atan, atan2,\n"
    "sinh, cosh, tanh, asinh, acosh, atanh, min, max, sum, avg. The columns of a file without names\n"
    "are x0, x1, ...\n\n";

}  // namespace croquis::tools
