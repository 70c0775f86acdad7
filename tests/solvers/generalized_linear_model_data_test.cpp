// Logistic regression of the UCI Adult data: ten digits of the optimum, certified by strong convexity in long double.
#include <croquis/solvers/generalized_linear_model.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include <croquis/linalg/read_matrix.hpp>

#include "tests/support/data.hpp"

using namespace croquis;
using namespace croquis::test;

TEST_CASE("a9a: the value is within 1e-10 of the optimum") {
  const MatrixFile file = read_matrix(*data_folder() / "classification" / "a9a.svm.gz");
  const auto& a = std::get<SparseMatrix<double>>(file.matrix);
  const auto rows = a.view();
  const double ridge = 1 / static_cast<double>(a.rows());
  for (const auto preconditioner : {NewtonPreconditioner::automatic, NewtonPreconditioner::sketch}) {
    GeneralizedLinearOptions options{.ridge = ridge, .intercept = false};
    options.newton.preconditioner = preconditioner;
    const auto model = fit_generalized_linear_model(a, file.target, options);
    REQUIRE_MESSAGE(model.solved(), model.message);
    CHECK(model.passes < 60);

    std::vector<long double> gradient(static_cast<std::size_t>(a.cols()));
    long double value = 0;
    for (std::int64_t i = 0; i < a.rows(); ++i) {
      long double z = 0;
      for (std::int64_t k = rows.row_start[i]; k < rows.row_start[i + 1]; ++k)
        z += static_cast<long double>(rows.value[k]) * model.unknowns[static_cast<std::size_t>(rows.column[k])];
      const long double y = file.target[static_cast<std::size_t>(i)];
      value += std::log1p(std::exp(-y * z)) / a.rows();
      const long double slope = -y / (1 + std::exp(y * z)) / a.rows();
      for (std::int64_t k = rows.row_start[i]; k < rows.row_start[i + 1]; ++k)
        gradient[static_cast<std::size_t>(rows.column[k])] += slope * rows.value[k];
    }
    long double squares = 0;
    for (std::size_t j = 0; j < gradient.size(); ++j) {
      const long double x = model.unknowns[j];
      value += static_cast<long double>(ridge) / 2 * x * x;
      gradient[j] += ridge * x;
      squares += gradient[j] * gradient[j];
    }
    // f has a second derivative of at least mu in every direction, so f - f* <= ||g||^2 / (2 mu).
    const long double most_error = squares / (2 * static_cast<long double>(ridge));
    CHECK(static_cast<double>(most_error) < 1e-10 * static_cast<double>(value));
    CHECK(std::abs(static_cast<double>(value - model.value)) < 1e-13 * model.value);
  }
}
