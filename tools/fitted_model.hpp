// A linear model with what the reports say about it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <croquis/solvers/linear_model.hpp>

#include "tools/coefficient_table.hpp"
#include "tools/problem.hpp"

namespace croquis::tools {

struct FittedModel {
  const Problem& problem;
  LinearModel model;
  bool intercept = true;  ///< the last column of the problem's A

  /// The columns in the order in which they are reported: the intercept first.
  std::vector<std::int64_t> order() const;
  /// The name of column j: "(intercept)", the file's, or "x[j]".
  std::string name(std::int64_t j) const;
  /// The coefficients in that order.
  std::vector<Coefficient> coefficients() const;
  /// The covariance in that order.
  Matrix<double> covariance() const;
  /// The response: the target's name, or "b".
  std::string response() const;
  std::vector<double> residual_quantiles() const { return tools::residual_quantiles(model.residuals); }
};

}  // namespace croquis::tools
