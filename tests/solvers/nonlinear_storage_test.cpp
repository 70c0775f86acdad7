// Jacobians that are tall, come by rows, are sparse, or are sketched.
#include <croquis/solvers/nonlinear_least_squares.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <vector>

#include <croquis/errors.hpp>

#include "linalg/blas.hpp"
#include "linalg/parallel.hpp"
#include "linalg/sparse_qr.hpp"
#include "tests/support/nonlinear_problems.hpp"
#include "tests/support/small_nonlinear_problems.hpp"

using namespace croquis;
using namespace croquis::test;

TEST_CASE("A tall problem, by sketches, gives the same bits for any number of threads") {
  const NonlinearProblem problem = decays(20000, 4);
  const std::vector<double> x0{0.5, 1.5, 2, 3.5};
  const int saved = blas_threads();
  std::vector<NonlinearFit> fits;
  for (const int threads : {1, 2, 5}) {
    set_blas_threads(threads);
    run_with_threads(threads, [&] { fits.push_back(nonlinear_least_squares(problem, x0, {.seed = 3})); });
    CHECK(fits.back().solved());
    CHECK(same_bits(fits.back().x, fits[0].x));
    CHECK(same_bits(fits.back().residuals, fits[0].residuals));
    CHECK(fits.back().history.size() == fits[0].history.size());
    CHECK(fits.back().gradient_norm == fits[0].gradient_norm);
  }
  set_blas_threads(saved);
  const NonlinearFit& fit = fits[0];
  // The reported numbers are those of x.
  std::vector<double> r(20000);
  problem.residual(fit.x, r);
  CHECK(same_bits(r, fit.residuals));
  const double norm = norm2(20000, r.data());
  CHECK(fit.cost == doctest::Approx(norm * norm / 2).epsilon(1e-14));
  Matrix<double> j(20000, 4);
  problem.jacobian(fit.x, j.view());
  double worst = 0;
  for (std::int64_t k = 0; k < 4; ++k) {
    double product = 0;
    for (std::int64_t i = 0; i < 20000; ++i) product += j(i, k) * r[i];
    worst = std::max(worst, std::abs(product) / norm2(20000, &j(0, k)) / norm);
  }
  // The residual's products with the columns are near zero: known to some sqrt(m) roundoffs.
  CHECK(worst <= 1e-11);
  CHECK(fit.orthogonality <= 1e-11);
}

TEST_CASE("A problem by rows is the problem whole, for any number of threads, and J is never in memory") {
  const std::int64_t m = 20000;
  const NonlinearProblem whole = decays(m, 4);
  std::atomic<std::int64_t> most_rows = 0;
  NonlinearProblem rows{.residuals = m, .unknowns = 4};
  const auto time = [](std::int64_t i) { return 3 * static_cast<double>(i) / static_cast<double>(m); };
  rows.residual_rows = [=](std::span<const double> x, std::int64_t first, std::span<double> r) {
    for (std::size_t k = 0; k < r.size(); ++k) {
      const std::int64_t i = first + static_cast<std::int64_t>(k);
      r[k] = 0.01 * std::sin(static_cast<double>(i));
      for (int j = 0; j < 4; ++j) r[k] += std::exp(-x[j] * time(i)) - std::exp(-0.7 * (j + 1) * time(i));
    }
  };
  rows.jacobian_rows = [=, &most_rows](std::span<const double> x, std::int64_t first, MatrixView<double> j) {
    most_rows = std::max<std::int64_t>(most_rows, j.rows);
    for (std::int64_t i = 0; i < j.rows; ++i)
      for (std::int64_t k = 0; k < 4; ++k) j(i, k) = -time(first + i) * std::exp(-x[k] * time(first + i));
  };
  const std::vector<double> x0{0.5, 1.5, 2, 3.5};
  CHECK(check_jacobian(rows, x0).consistent());
  CHECK(check_jacobian(rows, x0).piece == "jacobian_rows");
  most_rows = 0;
  const NonlinearFit reference = nonlinear_least_squares(whole, x0, {.seed = 3});
  for (const LossFunction loss : {LossFunction::squares, LossFunction::cauchy}) {
    CAPTURE(to_string(loss));
    rows.loss = loss;
    std::vector<NonlinearFit> fits;
    for (const int threads : {1, 2, 5}) {
      rows.parallel_residuals = threads != 2;
      run_with_threads(threads, [&] { fits.push_back(nonlinear_least_squares(rows, x0, {.seed = 3})); });
      CHECK(fits.back().solved());
      CHECK(same_bits(fits.back().x, fits[0].x));
      CHECK(same_bits(fits.back().residuals, fits[0].residuals));
    }
    if (loss != LossFunction::squares) continue;
    // The minimum is as flat as the noise makes it: x to half the digits.
    for (std::size_t j = 0; j < 4; ++j) CHECK(fits[0].x[j] == doctest::Approx(reference.x[j]).epsilon(1e-7));
    CHECK(fits[0].cost == doctest::Approx(reference.cost).epsilon(1e-12));
  }
  CHECK(most_rows <= 256);
  // A row that is left out is NaN.
  const auto right = rows.jacobian_rows;
  rows.jacobian_rows = [&](std::span<const double> x, std::int64_t first, MatrixView<double> j) {
    if (first > 0) right(x, first, j);
  };
  CHECK(nonlinear_least_squares(rows, x0).status == Status::non_finite_input);
  rows.residual_rows = [&](std::span<const double>, std::int64_t, std::span<double> r) { r.data()[r.size()] = 0; };
  CHECK_THROWS_WITH_AS((void)nonlinear_least_squares(rows, x0), doctest::Contains("residual_rows wrote behind"),
                       ShapeError);
}

TEST_CASE("A large sparse Jacobian never becomes dense") {
  // Dense, J would take 7 GB, and its triangle as much.
  if (!has_sparse_qr()) return;
  const std::int64_t n = 30000;
  NonlinearProblem problem{.residuals = n, .unknowns = n};
  problem.residual = broydn3d(n).problem.residual;
  problem.sparse_jacobian = [n](std::span<const double> x) {
    std::vector<Triplet<double>> entries;
    for (std::int64_t i = 0; i < n; ++i) {
      if (i > 0) entries.push_back({i, i - 1, -1});
      entries.push_back({i, i, 3 - 4 * x[static_cast<std::size_t>(i)]});
      if (i < n - 1) entries.push_back({i, i + 1, -2});
    }
    return SparseMatrix<double>::from_triplets(n, n, entries);
  };
  const std::vector<double> x0(static_cast<std::size_t>(n), -1.0);
  const NonlinearFit fit = nonlinear_least_squares(problem, x0);
  CAPTURE(fit.message);
  CHECK(fit.solved());
  CHECK(fit.cost < 1e-20);
  CHECK(fit.dimensions == n);
  CHECK(fit.rank == n);
  // With an unknown that no residual depends on, and one held at a bound.
  problem.unknowns = n + 1;
  problem.lower.assign(static_cast<std::size_t>(n + 1), -10.0);
  problem.lower[0] = -0.2;
  const auto jacobian = problem.sparse_jacobian;
  problem.sparse_jacobian = [jacobian, n](std::span<const double> x) {
    const SparseMatrix<double> j = jacobian(x);
    const auto view = j.view();
    return SparseMatrix<double>(n, n + 1, {view.row_start, view.row_start + n + 1},
                                {view.column, view.column + view.nonzeros()},
                                {view.value, view.value + view.nonzeros()});
  };
  std::vector<double> inside(static_cast<std::size_t>(n + 1), -1.0);
  inside[0] = -0.2;
  const NonlinearFit held = nonlinear_least_squares(problem, inside);
  CAPTURE(held.message);
  CHECK(held.solved());
  CHECK(held.x[0] == -0.2);
  CHECK(held.dimensions == n);
  CHECK(held.rank == n - 1);
  CHECK(held.x[static_cast<std::size_t>(n)] == doctest::Approx(-1).epsilon(1e-6));
}

TEST_CASE("Sketched observations solve where the residual vanishes, and come near elsewhere") {
  const std::int64_t m = 4000;
  const std::vector<double> x0{0.5, 1.5, 2, 3.5};
  const NonlinearProblem noisy = decays(m, 4);
  NonlinearProblem exact = noisy;
  exact.residual = [=](std::span<const double> x, std::span<double> r) {
    noisy.residual(x, r);
    for (std::size_t i = 0; i < r.size(); ++i) r[i] -= 0.01 * std::sin(static_cast<double>(i));
  };
  for (const std::uint64_t seed : {1, 2, 3}) {
    const NonlinearFit root = nonlinear_least_squares(exact, x0, {.observation_rows = 1.2, .seed = seed});
    CAPTURE(root.message);
    CHECK(root.cost < 1e-20);
    // Sketched with four rows per unknown, the minimum is missed by some n / d of it; a sketch that helps no more ends
    // the solve, though x is not stationary.
    const NonlinearFit near = nonlinear_least_squares(noisy, x0, {.observation_rows = 4, .seed = seed});
    const NonlinearFit best = nonlinear_least_squares(noisy, x0);
    CHECK(near.status == Status::accuracy_not_reached);
    CHECK(near.cost >= best.cost * (1 - 1e-12));
    CHECK(near.cost <= 1.5 * best.cost);
  }
  CHECK_THROWS_WITH_AS((void)nonlinear_least_squares(exact, x0, {.observation_rows = 0.5}),
                       doctest::Contains("observation_rows"), InvalidOption);
}
