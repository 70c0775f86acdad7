#include <croquis/solvers/linear_model.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <string>
#include <utility>

#include "linalg/blas.hpp"
#include "linalg/check.hpp"
#include "linalg/densify.hpp"
#include "linalg/gram.hpp"
#include "linalg/products.hpp"
#include "linalg/select_columns.hpp"
#include "solvers/cholesky_qr.hpp"
#include "solvers/distributions.hpp"
#include "solvers/independent_columns.hpp"

namespace croquis {
namespace {

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

std::vector<double> unknowns(std::int64_t count) {
  return std::vector<double>(static_cast<std::size_t>(count), unknown);
}

void check_arguments(const AnyMatrixView<double>& a, std::span<const double> b, const LinearModelOptions& options) {
  check_view(a, "A");
  if (a.rows() < a.cols())
    throw ShapeError("A is " + shape_text(a.rows(), a.cols()) + ": a linear model needs rows >= columns");
  check_shape(static_cast<std::int64_t>(b.size()), 1, a.rows(), 1, "b", "it needs an entry for each row of A");
  if (!options.intercept) return;
  const std::int64_t j = *options.intercept;
  if (j < 0 || j >= a.cols())
    throw InvalidOption("intercept is " + std::to_string(j) + " but A has " + std::to_string(a.cols()) + " columns");
  const Matrix<double> column = densify<double>(select_columns(a, {j}).view());
  const auto differs = [&](double entry) { return entry != column(0, 0); };
  if (column(0, 0) == 0 || std::any_of(column.entries().begin(), column.entries().end(), differs))
    throw InvalidOption("intercept is " + std::to_string(j) +
                        " but that column of A is not a constant other than zero");
}

LinearModel unknown_model(std::int64_t m, std::int64_t n) {
  LinearModel model;
  model.coefficients = model.standard_errors = model.t_values = model.p_values = unknowns(n);
  model.covariance = Matrix<double>(n, n);
  std::fill(model.covariance.entries().begin(), model.covariance.entries().end(), unknown);
  model.residuals = unknowns(m);
  model.residual_standard_error = model.r_squared = model.adjusted_r_squared = unknown;
  model.f_statistic = model.f_p_value = unknown;
  return model;
}

// The columns of A that the model keeps, and the solution in them.
struct Solution {
  std::vector<std::int64_t> columns;
  SelectedColumns copy;  // unless all are kept
  LeastSquaresFit<double> fit;
  bool complete(std::int64_t cols) const { return static_cast<std::int64_t>(columns.size()) == cols; }
};

Solution solve(const AnyMatrixView<double>& a, std::span<const double> b, const LinearModelOptions& options) {
  const LeastSquaresOptions how{.seed = options.seed, .rcond = options.rcond};
  Solution solution;
  solution.columns.resize(static_cast<std::size_t>(a.cols()));
  std::iota(solution.columns.begin(), solution.columns.end(), std::int64_t{0});
  solution.fit = least_squares(a, b, how);
  if (solution.fit.status != Status::rank_deficient) return solution;
  // The rank goes by singular values and the choice of columns by distances, which need not agree at the same
  // tolerance. So the tolerance grows until the columns that are kept are of full rank.
  const Matrix<double> r = sketched_triangle(a, options.seed);
  for (double tolerance = solution.fit.rcond; tolerance < 1 && solution.fit.status == Status::rank_deficient;
       tolerance *= 10) {
    solution.columns = independent_columns(r.view(), options.intercept, tolerance);
    solution.copy = select_columns(a, solution.columns);
    solution.fit = least_squares(solution.copy.view(), b, how);
  }
  return solution;
}

double squared(double x) { return x * x; }

// The part of b that the model explains, about its mean if there is an intercept.
double explained_norm(std::span<const double> b, std::span<const double> residuals, bool about_mean) {
  std::vector<double> fitted(b.size());
  double sum = 0;
  for (std::size_t i = 0; i < b.size(); ++i) sum += fitted[i] = b[i] - residuals[i];
  if (about_mean) {
    const double mean = sum / static_cast<double>(b.size());
    for (double& value : fitted) value -= mean;
  }
  return norm2(static_cast<std::int64_t>(fitted.size()), fitted.data());
}

// R^2 and F from ratios of norms, whose squares may be out of range.
void add_quality_of_fit(LinearModel& model, std::span<const double> b, bool intercept) {
  const auto m = static_cast<std::int64_t>(b.size());
  const double residual = norm2(m, model.residuals.data());
  const double explained = explained_norm(b, model.residuals, intercept);
  const auto freedom = static_cast<double>(model.degrees_of_freedom);
  const auto model_freedom = static_cast<double>(model.model_degrees_of_freedom);
  model.residual_standard_error = freedom > 0 ? residual / std::sqrt(freedom) : unknown;
  const double whole = std::hypot(residual, explained);
  model.r_squared = squared(explained / whole);
  if (freedom == 0) return;
  model.adjusted_r_squared = 1 - squared(residual / whole) * static_cast<double>(m - (intercept ? 1 : 0)) / freedom;
  if (model_freedom == 0) return;
  model.f_statistic = squared(explained / residual) * freedom / model_freedom;
  model.f_p_value = upper_f_probability(model.f_statistic, model_freedom, freedom);
}

// Spreads x and s R^-1, which is overwritten, over the coefficients of the columns that were kept.
void add_coefficients(LinearModel& model, const std::vector<std::int64_t>& columns, const Matrix<double>& x,
                      Matrix<double> inverse) {
  for (double& entry : inverse.entries()) entry *= model.residual_standard_error;
  const Matrix<double> covariance = gram<double>(inverse.view().transposed());
  const std::int64_t rank = inverse.cols();
  const auto freedom = static_cast<double>(model.degrees_of_freedom);
  for (std::int64_t k = 0; k < rank; ++k) {
    const std::int64_t row = columns[static_cast<std::size_t>(k)];
    const auto j = static_cast<std::size_t>(row);
    model.coefficients[j] = x(k, 0);
    model.standard_errors[j] = norm2(rank, inverse.data() + k, rank);
    model.t_values[j] = x(k, 0) / model.standard_errors[j];
    model.p_values[j] = two_sided_t_probability(model.t_values[j], freedom);
    for (std::int64_t i = 0; i <= k; ++i) {
      const std::int64_t col = columns[static_cast<std::size_t>(i)];
      model.covariance(row, col) = model.covariance(col, row) = covariance(i, k);
    }
  }
}

}  // namespace

LinearModel fit_linear_model(const AnyMatrixView<double>& a, std::span<const double> b,
                             const LinearModelOptions& options) {
  check_arguments(a, b, options);
  const std::int64_t m = a.rows();
  const std::int64_t n = a.cols();
  LinearModel model = unknown_model(m, n);
  const Solution solution = solve(a, b, options);
  static_cast<LeastSquaresReport&>(model) = solution.fit;
  if (!model.solved()) return model;

  const bool complete = solution.complete(n);
  const AnyMatrixView<double> kept = complete ? a : solution.copy.view();
  if (!complete) {
    model.status = Status::rank_deficient;
    model.message = std::to_string(n - kept.cols()) + " of " + std::to_string(n) +
                    " coefficients are left out, for their columns depend on the others; the rest is " + model.message;
    for (std::int64_t j = 0; j < n; ++j)
      if (!std::binary_search(solution.columns.begin(), solution.columns.end(), j)) model.aliased.push_back(j);
  }
  multiply_by<double>(kept, solution.fit.x.view(), column_major(model.residuals.data(), m, 1));
  for (std::size_t i = 0; i < b.size(); ++i) model.residuals[i] = b[i] - model.residuals[i];
  model.rank = kept.cols();
  model.degrees_of_freedom = m - model.rank;
  model.model_degrees_of_freedom = model.rank - (options.intercept ? 1 : 0);
  add_quality_of_fit(model, b, options.intercept.has_value());
  add_coefficients(model, solution.columns, solution.fit.x,
                   inverse_of_triangle<double>(triangular_factor(kept, options.seed).view()));
  return model;
}

}  // namespace croquis
