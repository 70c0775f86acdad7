// A curve that an expression describes, fitted to the columns of a file.
#pragma once

#include <string>
#include <vector>

#include <croquis/solvers/nonlinear_least_squares.hpp>

#include "tools/coefficient_table.hpp"
#include "tools/fit_options.hpp"
#include "tools/problem.hpp"

namespace croquis::tools {

/// A fitted curve, with what the reports say about it. Residuals are observed minus fitted.
struct CurveFit {
  std::string response;                 ///< the target's name, or "b"
  std::vector<std::string> parameters;  ///< in the order of --start
  std::vector<double> start;
  std::vector<double> lower;  ///< of the parameters; empty if none is bounded
  std::vector<double> upper;
  std::int64_t rows = 0;
  bool weighted = false;
  LossFunction loss = LossFunction::squares;
  double loss_scale = 1;
  NonlinearFit fit;
  double residual_sum_of_squares = 0;  ///< of w r^2, the weights w being one unless given; no loss enters
  NonlinearStatistics statistics;      ///< without entries if the fit was not solved
  double read_seconds = 0;

  std::vector<Coefficient> coefficients() const;
  /// Whether parameter k ended at one of its bounds.
  bool at_bound(std::size_t k) const;
  /// The correlations of the estimates.
  Matrix<double> correlation() const;
};

/// Reads the file, fits the model to it and computes the statistics. Throws `InvalidOption` for an option that does not
/// fit the model or the file, `FileError`, and `ShapeError` if there are not more rows than parameters. NaN and
/// infinities in the columns in use, or in the model at the starting values, are a status whose message says where.
CurveFit fit_curve(const FitOptions& options);

}  // namespace croquis::tools
