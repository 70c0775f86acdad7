// The full solver on the test problems, and on what users do to it.
#include <croquis/solvers/nonlinear_least_squares.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstring>
#include <limits>
#include <stdexcept>
#include <vector>

#include <croquis/errors.hpp>

#include "linalg/blas.hpp"
#include "linalg/parallel.hpp"
#include "linalg/sparse_qr.hpp"
#include "tests/support/nonlinear_problems.hpp"

using namespace croquis;
using namespace croquis::test;

namespace {

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

// Rosenbrock's valley, with its root at (1, 1).
NonlinearProblem rosenbrock() {
  NonlinearProblem problem{.residuals = 2, .unknowns = 2};
  problem.residual = [](std::span<const double> x, std::span<double> r) {
    r[0] = 10 * (x[1] - x[0] * x[0]);
    r[1] = 1 - x[0];
  };
  problem.jacobian = [](std::span<const double> x, MatrixView<double> j) {
    j(0, 0) = -20 * x[0];
    j(0, 1) = 10;
    j(1, 0) = -1;
    j(1, 1) = 0;
  };
  return problem;
}
const std::vector<double> valley{-1.2, 1};

// y = e^(-x_0 t) + ..., a sum of `n` decays seen at m times: tall.
NonlinearProblem decays(std::int64_t m, std::int64_t n) {
  NonlinearProblem problem{.residuals = m, .unknowns = n};
  const auto time = [m](std::int64_t i) { return 3 * static_cast<double>(i) / static_cast<double>(m); };
  problem.residual = [=](std::span<const double> x, std::span<double> r) {
    for (std::int64_t i = 0; i < m; ++i) {
      r[i] = 0.01 * std::sin(static_cast<double>(i));
      for (std::int64_t k = 0; k < n; ++k) r[i] += std::exp(-x[k] * time(i)) - std::exp(-0.7 * (k + 1) * time(i));
    }
  };
  problem.jacobian = [=](std::span<const double> x, MatrixView<double> j) {
    for (std::int64_t k = 0; k < n; ++k)
      for (std::int64_t i = 0; i < m; ++i) j(i, k) = -time(i) * std::exp(-x[k] * time(i));
  };
  return problem;
}

bool same_bits(const std::vector<double>& a, const std::vector<double>& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(double)) == 0;
}

}  // namespace

TEST_CASE("The test problems are solved") {
  for (const auto& test : nonlinear_test_problems()) {
    CAPTURE(test.name);
    const NonlinearFit fit = nonlinear_least_squares(test.problem, test.x0);
    CAPTURE(fit.message);
    CHECK(fit.solved());
    CHECK(std::abs(fit.initial_cost - test.f0) <= 2 * test.f0_tolerance);
    if (test.name == "OSCIPANE") {
      // Its valley bends 4^99 times; x0 is all but stationary, and the report's rank says that it is not to be trusted.
      CHECK(fit.rank < test.problem.unknowns);
      CHECK(fit.orthogonality <= 1e-12);
    } else if (test.minimum == 0) {
      CHECK(fit.cost < 1e-12);
    } else {
      // The known minima have five digits or more.
      CHECK(fit.cost == doctest::Approx(test.minimum).epsilon(1e-5));
    }
  }
  // With three unknowns the valley can be followed to its end.
  const NonlinearTestProblem short_valley = oscipane(3);
  const NonlinearFit end = nonlinear_least_squares(short_valley.problem, short_valley.x0, {.iteration_limit = 10000});
  CHECK(end.solved());
  CHECK(end.cost < 1e-12);
}

TEST_CASE("Other globalizations, and differences for derivatives") {
  for (const auto& test : {broydn3d(), bratu2d(), eigena(), powellsg(), arglale(), morebv(), msqrta()}) {
    CAPTURE(test.name);
    NonlinearProblem bare = test.problem;
    bare.jacobian = nullptr;
    bare.parallel_residuals = true;
    for (const auto kind : {NonlinearGlobalization::trust_region, NonlinearGlobalization::quadratic_regularization,
                            NonlinearGlobalization::cubic_regularization}) {
      CAPTURE(to_string(kind));
      const NonlinearOptions options{.globalization = kind};
      CHECK(nonlinear_least_squares(test.problem, test.x0, options).cost <= test.minimum * (1 + 1e-9) + 1e-12);
      CHECK(nonlinear_least_squares(bare, test.x0, options).cost <= test.minimum * (1 + 1e-9) + 1e-12);
    }
  }
}

TEST_CASE("Residuals in other units have the same iterates") {
  // By a power of two, so that no rounding differs.
  for (const double unit : {0x1p60, 0x1p-60})
    for (const auto kind : {NonlinearGlobalization::trust_region, NonlinearGlobalization::quadratic_regularization,
                            NonlinearGlobalization::cubic_regularization}) {
      CAPTURE(to_string(kind));
      for (const auto& test : {broydn3d(20), freurone(20), bratu2d(6)}) {
        CAPTURE(test.name);
        NonlinearProblem scaled = test.problem;
        scaled.residual = [&](std::span<const double> x, std::span<double> r) {
          test.problem.residual(x, r);
          for (double& entry : r) entry *= unit;
        };
        scaled.jacobian = [&](std::span<const double> x, MatrixView<double> j) {
          test.problem.jacobian(x, j);
          for (std::int64_t k = 0; k < j.cols; ++k)
            for (std::int64_t i = 0; i < j.rows; ++i) j(i, k) *= unit;
        };
        const NonlinearFit a = nonlinear_least_squares(test.problem, test.x0, {.globalization = kind});
        const NonlinearFit b = nonlinear_least_squares(scaled, test.x0, {.globalization = kind});
        CHECK(a.solved());
        CHECK(same_bits(a.x, b.x));
        CHECK(a.iterations == b.iterations);
      }
    }
}

TEST_CASE("A step bent for curvature follows a sphere") {
  // Its valley is a sphere: straight steps must be short not to leave it, and the solve then takes thousands.
  const NonlinearTestProblem test = penlt1ne();
  for (const auto kind :
       {NonlinearGlobalization::quadratic_regularization, NonlinearGlobalization::cubic_regularization}) {
    CAPTURE(to_string(kind));
    const NonlinearFit fit = nonlinear_least_squares(test.problem, test.x0, {.globalization = kind});
    CHECK(fit.solved());
    CHECK(fit.cost == doctest::Approx(test.minimum).epsilon(1e-5));
    CHECK(fit.iterations <= 500);
  }
}

TEST_CASE("Differences next to zero: a step that shows nothing is made longer") {
  NonlinearProblem problem{.residuals = 3, .unknowns = 2};
  problem.residual = [](std::span<const double> x, std::span<double> r) {
    r[0] = x[0] - 3;
    r[1] = x[1] + x[0] * x[0] - 4;
    r[2] = 1e-3 * x[1];
  };
  for (const double start : {0.0, 1e-300, -1e-30, 1e-9}) {
    CAPTURE(start);
    for (const auto scheme : {DifferenceScheme::forward, DifferenceScheme::central}) {
      problem.differences = scheme;
      const NonlinearFit fit = nonlinear_least_squares(problem, std::vector<double>{start, start});
      CHECK(fit.solved());
      CHECK(fit.x[0] == doctest::Approx(3).epsilon(1e-4));
      CHECK(fit.cost < 1e-3);
    }
  }
}

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

TEST_CASE("Residuals and Jacobians that are not finite: at the start, on the way, for good") {
  NonlinearProblem problem = rosenbrock();
  const NonlinearFit reference = nonlinear_least_squares(problem, valley);
  CHECK(reference.solved());
  std::int64_t calls = 0;
  problem.residual = [&](std::span<const double> x, std::span<double> r) {
    rosenbrock().residual(x, r);
    if (++calls == 3 || calls == 4) r[1] = not_a_number;
  };
  const NonlinearFit fit = nonlinear_least_squares(problem, valley);
  CHECK(fit.solved());
  CHECK(fit.cost < 1e-20);
  CHECK_FALSE(fit.history[1].accepted);
  CHECK(std::isnan(fit.history[1].ratio));
  CHECK(fit.history[2].radius <= fit.history[1].radius / 4);

  // A wall: no residuals at x_0 > 0.5. The solver stays on this side of it.
  problem.residual = [](std::span<const double> x, std::span<double> r) {
    rosenbrock().residual(x, r);
    if (x[0] > 0.5) r[0] = not_a_number;
  };
  const NonlinearFit wall = nonlinear_least_squares(problem, valley);
  CHECK(wall.x[0] <= 0.5);
  CHECK(wall.x[0] > 0.49);
  CHECK(wall.status == Status::non_finite_input);

  problem = rosenbrock();
  problem.residual = [&](std::span<const double> x, std::span<double> r) {
    rosenbrock().residual(x, r);
    if (x[0] != valley[0] || x[1] != valley[1]) r[0] = r[1] = std::numeric_limits<double>::infinity();
  };
  const NonlinearFit stuck = nonlinear_least_squares(problem, valley);
  CHECK(stuck.status == Status::non_finite_input);
  CHECK(stuck.x == valley);
  CHECK(stuck.iterations >= 10);

  problem = rosenbrock();
  problem.residual = [](std::span<const double>, std::span<double> r) { r[0] = 1, r[1] = not_a_number; };
  const NonlinearFit at_start = nonlinear_least_squares(problem, valley);
  CHECK(at_start.status == Status::non_finite_input);
  CHECK(at_start.message.find("entry 1") != std::string::npos);
  CHECK(at_start.x == valley);
  CHECK(at_start.iterations == 0);

  problem = rosenbrock();
  std::int64_t jacobians = 0;
  problem.jacobian = [&](std::span<const double> x, MatrixView<double> j) {
    rosenbrock().jacobian(x, j);
    if (++jacobians == 2) j(1, 1) = not_a_number;
  };
  CHECK(nonlinear_least_squares(problem, valley).cost < 1e-20);
  problem.jacobian = [](std::span<const double>, MatrixView<double> j) {
    j(0, 0) = j(1, 0) = j(0, 1) = j(1, 1) = not_a_number;
  };
  CHECK(nonlinear_least_squares(problem, valley).status == Status::non_finite_input);
}

TEST_CASE("Entries that a Jacobian does not write are not taken from memory") {
  NonlinearProblem problem = rosenbrock();
  int calls = 0;
  problem.jacobian = [&](std::span<const double> x, MatrixView<double> j) {
    j(0, 0) = -20 * x[0];
    j(0, 1) = 10;
    j(1, 0) = -1;
    if (++calls == 1) j(1, 1) = 0;
  };
  const NonlinearFit fit = nonlinear_least_squares(problem, valley);
  CHECK(fit.status == Status::non_finite_input);
  CHECK(fit.x == valley);
  problem.jacobian = nullptr;
  problem.jacobian_times = [](std::span<const double>, MatrixView<const double>, MatrixView<double> jv) {
    for (std::int64_t k = 0; k < jv.cols; ++k) jv(0, k) = 1;
  };
  CHECK(nonlinear_least_squares(problem, valley).status == Status::non_finite_input);
}

TEST_CASE("A first radius that is far too short or long is no verdict") {
  for (const auto kind : {NonlinearGlobalization::trust_region, NonlinearGlobalization::quadratic_regularization,
                          NonlinearGlobalization::cubic_regularization}) {
    CAPTURE(to_string(kind));
    for (const double initial : {1e-30, 1e30}) {
      const NonlinearFit fit =
          nonlinear_least_squares(rosenbrock(), valley, {.globalization = kind, .initial_radius = initial});
      CHECK(fit.solved());
      CHECK(fit.cost < 1e-20);
    }
  }
}

TEST_CASE("Nor is an x0 that is all but zero, or far away") {
  for (const double size : {1e-200, 1e-100, 1e-20, 1e8}) {
    CAPTURE(size);
    const NonlinearFit fit = nonlinear_least_squares(rosenbrock(), std::vector<double>{size, -size});
    CAPTURE(fit.message);
    CHECK(fit.solved());
    CHECK(fit.cost < 1e-20);
  }
}

TEST_CASE("A wrong Jacobian is not called a solution") {
  NonlinearProblem problem = rosenbrock();
  problem.jacobian = [](std::span<const double> x, MatrixView<double> j) {
    rosenbrock().jacobian(x, j);
    for (std::int64_t i = 0; i < 2; ++i) j(i, 0) *= -1, j(i, 1) *= -1;
  };
  const NonlinearFit fit = nonlinear_least_squares(problem, valley);
  CHECK(fit.status == Status::stalled);
  CHECK(fit.x == valley);
}

TEST_CASE("A step that is short beside one large unknown is no verdict on the others") {
  NonlinearProblem problem{.residuals = 2, .unknowns = 2};
  problem.residual = [](std::span<const double> x, std::span<double> r) {
    r[0] = x[0] - 1e14;
    r[1] = std::exp(x[1]) - std::exp(3.0);
  };
  problem.jacobian = [](std::span<const double> x, MatrixView<double> j) {
    j(0, 0) = 1;
    j(0, 1) = j(1, 0) = 0;
    j(1, 1) = std::exp(x[1]);
  };
  for (const auto kind : {NonlinearGlobalization::trust_region, NonlinearGlobalization::quadratic_regularization,
                          NonlinearGlobalization::cubic_regularization}) {
    CAPTURE(to_string(kind));
    const NonlinearFit fit =
        nonlinear_least_squares(problem, std::vector<double>{1e14, 2}, {.globalization = kind, .initial_radius = 1});
    CAPTURE(fit.message);
    CHECK(fit.solved());
    CHECK(fit.x[1] == doctest::Approx(3).epsilon(1e-12));
  }
}

TEST_CASE("A model that is wrong is not taken for rounding errors, though x is large") {
  // A peak at a time in seconds since 1970: the steps of differences are as long as the record.
  const double t0 = 1.6e9;
  NonlinearProblem problem{.residuals = 50, .unknowns = 3};
  problem.residual = [=](std::span<const double> x, std::span<double> r) {
    for (std::size_t i = 0; i < 50; ++i) {
      const double t = t0 + static_cast<double>(i);
      const double u = (t - x[0]) / x[1];
      const double v = (t - t0 - 20.25) / 6;
      r[i] = x[2] * std::exp(-u * u) - 7 * std::exp(-v * v) - 0.3 * std::sin(static_cast<double>(i * i));
    }
  };
  const std::vector<double> x0{t0 + 25, 9, 3};
  const NonlinearFit blind = nonlinear_least_squares(problem, x0);
  CAPTURE(blind.message);
  CHECK((blind.status == Status::stalled || blind.orthogonality <= 1e-5));
  problem.typical_x = {1, 1, 1};
  problem.differences = DifferenceScheme::central;
  const NonlinearFit fit = nonlinear_least_squares(problem, x0);
  CHECK(fit.solved());
  CHECK(fit.orthogonality <= 1e-5);
}

TEST_CASE("Rank-deficient and wide problems, and a residual that is zero at x0") {
  // x_0 and x_1 count only by their sum.
  NonlinearProblem sum{.residuals = 3, .unknowns = 2};
  sum.residual = [](std::span<const double> x, std::span<double> r) {
    for (std::size_t i = 0; i < 3; ++i) r[i] = std::exp(x[0] + x[1]) - static_cast<double>(i);
  };
  const std::vector<double> zero{0, 0};
  const NonlinearFit fit = nonlinear_least_squares(sum, std::vector<double>{1, 0.5});
  CHECK(fit.solved());
  CHECK(fit.rank == 1);
  CHECK(fit.message.find("rank 1 of 2") != std::string::npos);
  CHECK(fit.cost == doctest::Approx(1));
  CHECK(nonlinear_least_squares(sum, zero).solved());

  // However large the residuals are, and though no regularization is so weak that the step of a rank-deficient J is not
  // held back.
  for (const auto kind : {NonlinearGlobalization::trust_region, NonlinearGlobalization::quadratic_regularization,
                          NonlinearGlobalization::cubic_regularization}) {
    CAPTURE(to_string(kind));
    for (const double size : {1.0, 1e50}) {
      NonlinearProblem large{.residuals = 3, .unknowns = 2};
      large.residual = [=](std::span<const double> x, std::span<double> r) {
        for (std::size_t i = 0; i < 3; ++i) r[i] = size * (x[0] + x[1] - 1e-13 * static_cast<double>(i));
      };
      large.jacobian = [=](std::span<const double>, MatrixView<double> j) {
        for (std::int64_t i = 0; i < 3; ++i) j(i, 0) = j(i, 1) = size;
      };
      const NonlinearFit fit = nonlinear_least_squares(large, std::vector<double>{0.5, -0.5}, {.globalization = kind});
      CAPTURE(fit.message);
      CHECK(fit.solved());
      CHECK(fit.cost < fit.initial_cost);
    }
  }

  NonlinearProblem wide{.residuals = 1, .unknowns = 3};
  wide.residual = [](std::span<const double> x, std::span<double> r) { r[0] = x[0] * x[1] + x[2] * x[2] - 5; };
  const NonlinearFit circle = nonlinear_least_squares(wide, std::vector<double>{1, 2, 0.5});
  CHECK(circle.solved());
  CHECK(circle.cost < 1e-20);
  CHECK(std::isnan(nonlinear_statistics(wide, circle.x).standard_errors[0]));

  const NonlinearFit done = nonlinear_least_squares(rosenbrock(), std::vector<double>{1, 1});
  CHECK(done.solved());
  CHECK(done.iterations == 0);
  CHECK(done.cost == 0);
  CHECK(done.orthogonality == 0);
}

TEST_CASE("Limits, cancelling, and exceptions that pass through") {
  const NonlinearFit short_of_time = nonlinear_least_squares(rosenbrock(), valley, {.iteration_limit = 3});
  CHECK(short_of_time.status == Status::iteration_limit);
  CHECK(short_of_time.iterations == 3);
  CHECK(short_of_time.cost < short_of_time.initial_cost);
  CHECK(nonlinear_least_squares(rosenbrock(), valley, {.evaluation_limit = 4}).residual_evaluations == 4);
  const NonlinearFit few = nonlinear_least_squares(rosenbrock(), valley, {.jacobian_column_limit = 6});
  CHECK(few.status == Status::evaluation_limit);
  CHECK(few.jacobian_columns == 6);

  std::vector<double> seen;
  const NonlinearFit cancelled =
      nonlinear_least_squares(rosenbrock(), valley, {.on_iteration = [&](const NonlinearProgress& progress) {
                                seen.assign(progress.x.begin(), progress.x.end());
                                return progress.iteration < 2;
                              }});
  CHECK(cancelled.status == Status::cancelled);
  CHECK(cancelled.iterations == 2);
  CHECK(cancelled.x == seen);

  CHECK_THROWS_WITH_AS(nonlinear_least_squares(
                           rosenbrock(), valley,
                           {.on_iteration = [](const NonlinearProgress&) -> bool { throw std::runtime_error("log"); }}),
                       "log", std::runtime_error);
  NonlinearProblem throwing = rosenbrock();
  int calls = 0;
  throwing.residual = [&](std::span<const double> x, std::span<double> r) {
    if (++calls == 4) throw std::runtime_error("simulation failed");
    rosenbrock().residual(x, r);
  };
  CHECK_THROWS_WITH_AS(nonlinear_least_squares(throwing, valley), "simulation failed", std::runtime_error);
}

TEST_CASE("Options out of range and shapes that do not fit are named") {
  using Doc = doctest::Contains;
  const auto with = [](const NonlinearOptions& options) {
    (void)nonlinear_least_squares(rosenbrock(), valley, options);
  };
  CHECK_THROWS_WITH_AS(with({.gradient_tolerance = -1}), Doc("gradient_tolerance"), InvalidOption);
  CHECK_THROWS_WITH_AS(with({.step_tolerance = not_a_number}), Doc("step_tolerance"), InvalidOption);
  CHECK_THROWS_WITH_AS(with({.residual_tolerance = 1}), Doc("residual_tolerance"), InvalidOption);
  CHECK_THROWS_WITH_AS(with({.iteration_limit = -1}), Doc("iteration_limit"), InvalidOption);
  CHECK_THROWS_WITH_AS(with({.evaluation_limit = -1}), Doc("evaluation_limit"), InvalidOption);
  CHECK_THROWS_WITH_AS(with({.jacobian_column_limit = -1}), Doc("jacobian_column_limit"), InvalidOption);
  CHECK_THROWS_WITH_AS(with({.initial_radius = -2}), Doc("initial_radius"), InvalidOption);
  CHECK_THROWS_WITH_AS((void)nonlinear_least_squares(rosenbrock(), std::vector<double>{1}), Doc("x0 is 1 x 1"),
                       ShapeError);
  const double infinity = std::numeric_limits<double>::infinity();
  CHECK_THROWS_WITH_AS((void)nonlinear_least_squares(rosenbrock(), std::vector<double>{1, infinity}),
                       Doc("entry 1 of x0 is inf"), InvalidOption);
  CHECK_THROWS_WITH_AS((void)nonlinear_least_squares(rosenbrock(), std::vector<double>{not_a_number, 1}),
                       Doc("entry 0 of x0 is nan but must be finite"), InvalidOption);
}

TEST_CASE("The table has a line for each iteration, and says which steps failed") {
  NonlinearProblem problem = rosenbrock();
  int calls = 0;
  problem.residual = [&](std::span<const double> x, std::span<double> r) {
    rosenbrock().residual(x, r);
    if (++calls == 3) r[0] = not_a_number;
  };
  const NonlinearFit fit = nonlinear_least_squares(problem, valley);
  const std::string table = iteration_table(fit);
  CHECK(std::count(table.begin(), table.end(), '\n') == fit.iterations + 3);
  CHECK(table.find("|gradient|") != std::string::npos);
  CHECK(table.find(fit.message) != std::string::npos);
  std::int64_t rejected = 0;
  double cost = fit.initial_cost;
  for (const NonlinearIteration& it : fit.history) {
    if (!it.accepted) ++rejected;
    CHECK(it.cost <= cost);
    cost = it.cost;
  }
  CHECK(rejected > 0);
  std::int64_t marked = 0;
  for (std::size_t at = table.find("rejected"); at != std::string::npos; at = table.find("rejected", at + 1)) ++marked;
  CHECK(marked == rejected);
}
