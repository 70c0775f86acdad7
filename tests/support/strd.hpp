// NIST's Statistical Reference Datasets for linear regression, with certified coefficients.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include <croquis/linalg/matrix.hpp>

namespace croquis::test {

/// One data set: the coefficients of the least-squares fit response ~ design * coefficients, certified to 15 digits.
struct StrdProblem {
  std::string name;
  Matrix<double> design;    ///< a column of ones if the model has an intercept, then the predictors or powers
  Matrix<double> response;  ///< one column
  std::vector<double> coefficients;
  std::vector<double> standard_deviations;  ///< of the coefficients
  double residual_standard_deviation = 0;   ///< sqrt(||residual||^2 / (rows - columns))
  double r_squared = 0;
  double f_statistic = 0;  ///< infinite for an exact fit
  bool intercept = false;  ///< whether the first column of `design` is one of ones
};

/// Reads `file`. With one predictor the model is a polynomial, whose powers are formed by repeated multiplication.
/// Throws `std::runtime_error` naming the file if it is not in StRD's format.
StrdProblem read_strd(const std::filesystem::path& file);

/// The problem repeated `times` times, one copy under another: the same solution, more rows.
StrdProblem stacked(const StrdProblem& problem, std::int64_t times);

}  // namespace croquis::test
