// NIST's Statistical Reference Datasets for nonlinear regression, with certified coefficients.
#pragma once

#include <array>
#include <filesystem>
#include <string>
#include <vector>

#include <croquis/solvers/nonlinear_problem.hpp>

namespace croquis::test {

/// One data set: r_i = model(b, x_i) - y_i, certified to 11 digits.
struct StrdNonlinearProblem {
  std::string name = {};
  NonlinearProblem problem = {};                  ///< with `residual` and `jacobian`
  std::array<std::vector<double>, 2> start = {};  ///< NIST's two, the first far from the solution
  std::vector<double> coefficients = {};
  std::vector<double> standard_deviations = {};  ///< of the coefficients
  double sum_of_squares = 0;                     ///< of the residuals
  double residual_standard_deviation = 0;
};

/// Reads `file`; its name says which model it is. Throws `std::runtime_error` naming the file if it is not in StRD's
/// format or its model is not known.
StrdNonlinearProblem read_strd_nonlinear(const std::filesystem::path& file);

/// All data sets of a folder, by name.
std::vector<StrdNonlinearProblem> read_all_strd_nonlinear(const std::filesystem::path& folder);

}  // namespace croquis::test
