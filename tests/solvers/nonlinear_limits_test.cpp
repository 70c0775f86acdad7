// Limits that are kept exactly, and residuals at the limits of what numbers can hold.
#include <croquis/solvers/nonlinear_least_squares.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "linalg/blas.hpp"
#include "solvers/nonlinear/criterion.hpp"
#include "solvers/nonlinear/model_reducer.hpp"
#include "tests/support/nonlinear_problems.hpp"
#include "tests/support/random.hpp"
#include "tests/support/small_nonlinear_problems.hpp"

using namespace croquis;
using namespace croquis::test;

namespace {

// What a problem's callables were asked for.
struct Counts {
  std::int64_t evaluations = 0;
  std::int64_t columns = 0;
};

const std::vector<std::string> kinds{"dense",         "sparse",  "rows",    "products",
                                     "both products", "forward", "central", "extrapolated"};

// A dense problem with its Jacobian of some kind, counted by the callables themselves.
NonlinearProblem counted(const NonlinearProblem& dense, const std::string& kind, Counts& counts) {
  const std::int64_t m = dense.residuals;
  const std::int64_t n = dense.unknowns;
  const auto whole = [dense, m, n](std::span<const double> x) {
    Matrix<double> j(m, n);
    dense.jacobian(x, j.view());
    return j;
  };
  NonlinearProblem problem{.residuals = m, .unknowns = n};
  problem.residual = [dense, &counts](std::span<const double> x, std::span<double> r) {
    ++counts.evaluations;
    dense.residual(x, r);
  };
  if (kind == "dense")
    problem.jacobian = [dense, &counts, n](std::span<const double> x, MatrixView<double> j) {
      counts.columns += n;
      dense.jacobian(x, j);
    };
  if (kind == "sparse")
    problem.sparse_jacobian = [whole, &counts, m, n](std::span<const double> x) {
      counts.columns += n;
      const Matrix<double> j = whole(x);
      std::vector<Triplet<double>> entries;
      for (std::int64_t i = 0; i < m; ++i)
        for (std::int64_t k = 0; k < n; ++k)
          if (j(i, k) != 0) entries.push_back({i, k, j(i, k)});
      return SparseMatrix<double>::from_triplets(m, n, entries);
    };
  if (kind == "rows")
    problem.jacobian_rows = [whole, &counts, n](std::span<const double> x, std::int64_t first,
                                                MatrixView<double> rows) {
      if (first == 0) counts.columns += n;
      const Matrix<double> j = whole(x);
      for (std::int64_t i = 0; i < rows.rows; ++i)
        for (std::int64_t k = 0; k < n; ++k) rows(i, k) = j(first + i, k);
    };
  if (kind.find("products") != std::string::npos)
    problem.jacobian_times = [whole, &counts](std::span<const double> x, MatrixView<const double> v,
                                              MatrixView<double> jv) {
      counts.columns += v.cols;
      const Matrix<double> j = whole(x);
      for (std::int64_t k = 0; k < v.cols; ++k)
        for (std::int64_t i = 0; i < j.rows(); ++i) {
          jv(i, k) = 0;
          for (std::int64_t l = 0; l < j.cols(); ++l) jv(i, k) += j(i, l) * v(l, k);
        }
    };
  if (kind == "both products")
    problem.jacobian_transposed_times = [whole, &counts](std::span<const double> x, MatrixView<const double> u,
                                                         MatrixView<double> jtu) {
      counts.columns += u.cols;
      const Matrix<double> j = whole(x);
      for (std::int64_t k = 0; k < u.cols; ++k)
        for (std::int64_t l = 0; l < j.cols(); ++l) {
          jtu(l, k) = 0;
          for (std::int64_t i = 0; i < j.rows(); ++i) jtu(l, k) += j(i, l) * u(i, k);
        }
    };
  if (kind == "central") problem.differences = DifferenceScheme::central;
  if (kind == "extrapolated") problem.differences = DifferenceScheme::extrapolated;
  return problem;
}

double cost_at(const NonlinearProblem& problem, const std::vector<double>& x) {
  std::vector<double> r(static_cast<std::size_t>(problem.residuals));
  problem.residual(x, r);
  return criterion_of(problem, r).cost;
}

}  // namespace

TEST_CASE("Neither columns nor evaluations pass their limits, whatever J is and wherever steps are sought") {
  const NonlinearTestProblem test = freurone(8);
  for (const std::string& kind : kinds) {
    for (const auto method : {NonlinearMethod::full, NonlinearMethod::subspace, NonlinearMethod::hybrid}) {
      CAPTURE(kind);
      CAPTURE(to_string(method));
      Counts counts;
      const NonlinearProblem problem = counted(test.problem, kind, counts);
      const bool by_differences = std::find(kinds.begin() + 5, kinds.end(), kind) != kinds.end();
      for (const std::int64_t limit : {1, 2, 3, 5, 8, 9, 13, 16, 21, 24, 31, 40, 47}) {
        CAPTURE(limit);
        NonlinearOptions options{.method = method, .subspace = {.dimensions = 3}, .jacobian_column_limit = limit};
        for (const double promised : {0.0, 0.9}) {
          options.subspace.promised_decrease = promised;
          counts = {};
          const NonlinearFit fit = nonlinear_least_squares(problem, test.x0, options);
          CHECK(fit.jacobian_columns <= limit);
          if (!by_differences) CHECK(counts.columns == fit.jacobian_columns);
          CHECK(fit.residual_evaluations == counts.evaluations);
          CHECK(fit.status == Status::evaluation_limit);
          CHECK(fit.cost == doctest::Approx(cost_at(test.problem, fit.x)).epsilon(1e-13));
          // What is paid for is used: a model leads to a step, and all but too few columns for another are spent.
          if (method == NonlinearMethod::full) {
            CHECK(limit - fit.jacobian_columns < test.problem.unknowns);
            CHECK((fit.cost < fit.initial_cost) == (limit >= test.problem.unknowns));
          }
        }
        counts = {};
        const NonlinearFit fit = nonlinear_least_squares(
            problem, test.x0, {.method = method, .subspace = {.dimensions = 3}, .evaluation_limit = limit});
        CHECK(counts.evaluations <= limit);
        CHECK(counts.evaluations == fit.residual_evaluations);
        CHECK(fit.cost <= fit.initial_cost);
        if (by_differences) CHECK(fit.status == Status::evaluation_limit);
      }
    }
  }
}

TEST_CASE("The last x, of which there is no Jacobian, is said to have none") {
  // 1 + 2 for a first model, one step, and its own model would take two more.
  NonlinearProblem problem = rosenbrock();
  problem.jacobian = nullptr;
  std::int64_t seen = 0;
  const NonlinearFit fit = nonlinear_least_squares(
      problem, valley, {.evaluation_limit = 5, .on_iteration = [&](const NonlinearProgress& progress) {
                          seen = progress.iteration;
                          CHECK(progress.accepted);
                          return true;
                        }});
  CAPTURE(fit.message);
  CHECK(fit.status == Status::evaluation_limit);
  CHECK(fit.residual_evaluations <= 5);
  CHECK(seen == 1);
  CHECK(fit.cost < fit.initial_cost);
  CHECK(std::isnan(fit.gradient_norm));
  CHECK(std::isnan(fit.orthogonality));
  // A root needs none.
  NonlinearProblem linear{.residuals = 2, .unknowns = 2};
  linear.residual = [](std::span<const double> x, std::span<double> r) { r[0] = x[0] - 2, r[1] = x[1] + 4; };
  linear.jacobian = [](std::span<const double>, MatrixView<double> j) { j(0, 0) = j(1, 1) = 1, j(0, 1) = j(1, 0) = 0; };
  const NonlinearFit root =
      nonlinear_least_squares(linear, std::vector<double>{1, 1}, {.jacobian_column_limit = 2, .initial_radius = 100});
  CHECK(root.solved());
  CHECK(root.cost == 0);
  CHECK(root.jacobian_columns == 2);
}

TEST_CASE("Rows are not made more often than they may be, and the triangle is as good") {
  const std::int64_t m = 20000, p = 4;
  RandomSource random(3);
  const Matrix<double> base = gaussian_matrix(m, p, random);
  const Matrix<double> rhs = gaussian_matrix(m, 1, random);
  for (const double small : {1.0, 1e-9}) {
    Matrix<double> j = base;
    for (std::int64_t i = 0; i < m; ++i) j(i, 3) = base(i, 0) + small * base(i, 3);
    std::atomic<int> passes = 0;
    const MadeRows<double> rows{.rows = m, .cols = p, .make = [&](std::int64_t first, MatrixView<double> block) {
                                  if (first == 0) ++passes;
                                  for (std::int64_t i = 0; i < block.rows; ++i)
                                    for (std::int64_t k = 0; k < p; ++k) block(i, k) = j(first + i, k);
                                }};
    const ReducedModel reference = *ModelReducer(1).reduce(j, rhs.entries());
    for (std::int64_t most = 1; most <= 6; ++most) {
      CAPTURE(most);
      ModelReducer reducer(1);
      // The second of two alike has a triangle to start from.
      for (int turn = 0; turn < 2; ++turn) {
        passes = 0;
        const std::optional<ReducedModel> model = reducer.reduce(rows, rhs.entries(), ModelReducer::strict, most);
        REQUIRE(model);
        CHECK(passes <= most);
        const std::vector<double> gradient = model->gradient();
        for (std::int64_t k = 0; k < p; ++k) {
          // J^T r is right to roundoff of sums of m terms; the last diagonal entry has lost the digits of k(J).
          CHECK(gradient[static_cast<std::size_t>(k)] ==
                doctest::Approx(reference.gradient()[static_cast<std::size_t>(k)]).epsilon(1e-9));
          CHECK(std::abs(model->r(k, k)) == doctest::Approx(std::abs(reference.r(k, k))).epsilon(1e-5));
        }
      }
    }
  }
}

namespace {

// r(x) = 2^k r'(x / 2^l) of a curve through points it does not meet, with its Jacobian.
NonlinearProblem scaled_curve(int k, int l, LossFunction loss) {
  NonlinearProblem problem{.residuals = 6, .unknowns = 2};
  problem.residual = [k, l](std::span<const double> x, std::span<double> r) {
    for (std::size_t i = 0; i < 6; ++i) {
      const double t = 0.5 * static_cast<double>(i);
      r[i] = std::ldexp(std::ldexp(x[0], -l) * std::exp(-std::ldexp(x[1], -l) * t) - 2 + t - 0.4 * std::sin(7 * t), k);
    }
  };
  problem.jacobian = [k, l](std::span<const double> x, MatrixView<double> j) {
    for (std::int64_t i = 0; i < 6; ++i) {
      const double t = 0.5 * static_cast<double>(i);
      const double decay = std::exp(-std::ldexp(x[1], -l) * t);
      j(i, 0) = std::ldexp(decay, k - l);
      j(i, 1) = std::ldexp(-t * std::ldexp(x[0], -l) * decay, k - l);
    }
  };
  problem.weights = {1, 2, 1, 3, 1, 1};
  problem.loss = loss;
  problem.loss_scale = std::ldexp(1.5, k);
  return problem;
}

}  // namespace

TEST_CASE("Residuals and unknowns of any size give the same iterates, and never a false verdict") {
  const auto solve = [](NonlinearProblem problem, int l, const NonlinearOptions& options, bool by_differences) {
    std::vector<double> x0{std::ldexp(1.25, l), std::ldexp(0.5, l)};
    if (by_differences) {
      problem.jacobian = nullptr;
      problem.typical_x = {std::ldexp(1.0, l), std::ldexp(1.0, l)};
    }
    return nonlinear_least_squares(problem, x0, options);
  };
  const auto kinds = {NonlinearGlobalization::trust_region, NonlinearGlobalization::quadratic_regularization,
                      NonlinearGlobalization::cubic_regularization};
  for (const auto loss :
       {LossFunction::squares, LossFunction::huber, LossFunction::soft_l1, LossFunction::cauchy, LossFunction::tukey}) {
    for (const auto kind : kinds) {
      CAPTURE(to_string(loss));
      CAPTURE(to_string(kind));
      for (const bool by_differences : {false, true}) {
        const NonlinearOptions options{.globalization = kind};
        const NonlinearFit base = solve(scaled_curve(0, 0, loss), 0, options, by_differences);
        REQUIRE(base.solved());
        REQUIRE(base.iterations > 3);
        for (const int k : {-531, -265, 265, 500})
          for (const int l : {-500, 0, 500}) {
            if (std::abs(k - l) > 900) continue;
            CAPTURE(k);
            CAPTURE(l);
            const NonlinearFit fit = solve(scaled_curve(k, l, loss), l, options, by_differences);
            // Powers of two change no digit.
            CHECK(fit.status == base.status);
            CHECK(fit.iterations == base.iterations);
            CHECK(std::ldexp(fit.x[0], -l) == base.x[0]);
            CHECK(std::ldexp(fit.x[1], -l) == base.x[1]);
            CHECK(fit.orthogonality == base.orthogonality);
            if (std::abs(k) > 300) continue;  // or costs are no numbers
            CHECK(std::ldexp(fit.cost, -2 * k) == doctest::Approx(base.cost).epsilon(1e-14));
            CHECK(std::ldexp(fit.initial_cost, -2 * k) == doctest::Approx(base.initial_cost).epsilon(1e-14));
            CHECK(std::ldexp(fit.history[1].cost, -2 * k) == doctest::Approx(base.history[1].cost).epsilon(1e-14));
            CHECK(std::ldexp(fit.history[1].cost_change, -2 * k) ==
                  doctest::Approx(base.history[1].cost_change).epsilon(1e-14));
            if (std::abs(2 * k - l) < 900)
              CHECK(std::ldexp(fit.history[1].gradient_norm, l - 2 * k) ==
                    doctest::Approx(base.history[1].gradient_norm).epsilon(1e-14));
            const int power = kind == NonlinearGlobalization::trust_region           ? k
                              : kind == NonlinearGlobalization::cubic_regularization ? -k
                                                                                     : 0;
            CHECK(std::ldexp(fit.history[1].radius, -power) == doctest::Approx(base.history[1].radius).epsilon(1e-14));
            NonlinearOptions given = options;
            given.initial_radius = fit.history[0].radius;
            CHECK(solve(scaled_curve(k, l, loss), l, given, by_differences).x == fit.x);
          }
      }
    }
  }
  // Entries of J that have lost their digits are no evidence.
  const NonlinearFit lost = solve(scaled_curve(-531, 500, LossFunction::squares), 500, {}, false);
  CHECK(lost.status == Status::accuracy_not_reached);
  const NonlinearFit too_large = solve(scaled_curve(531, -531, LossFunction::squares), -531, {}, false);
  CHECK(too_large.status == Status::non_finite_input);

  const NonlinearStatistics base =
      nonlinear_statistics(scaled_curve(0, 0, LossFunction::squares), std::vector<double>{2, 0.5});
  for (const int k : {-500, 500}) {
    const NonlinearStatistics scaled =
        nonlinear_statistics(scaled_curve(k, 0, LossFunction::squares), std::vector<double>{2, 0.5});
    CHECK(std::ldexp(scaled.residual_standard_error, -k) == doctest::Approx(base.residual_standard_error));
    CHECK(scaled.standard_errors[1] == doctest::Approx(base.standard_errors[1]));
  }
}

TEST_CASE("A residual that falls from 1e200 to one is not called zero") {
  NonlinearProblem problem{.residuals = 2, .unknowns = 1};
  problem.residual = [](std::span<const double> x, std::span<double> r) {
    r[0] = std::exp(x[0]) - 2;
    r[1] = x[0] + 1;
  };
  problem.jacobian = [](std::span<const double> x, MatrixView<double> j) {
    j(0, 0) = std::exp(x[0]);
    j(1, 0) = 1;
  };
  const NonlinearFit first = nonlinear_least_squares(problem, std::vector<double>{460});
  CAPTURE(first.message);
  CHECK(first.status == Status::accuracy_not_reached);
  const NonlinearFit second = nonlinear_least_squares(problem, first.x);
  CHECK(second.solved());
  CHECK(second.orthogonality <= 1e-8);
}

TEST_CASE("Costs of residuals whose squares are no numbers") {
  const auto cost = [](LossFunction loss, double r) {
    const NonlinearProblem problem{.residuals = 1, .unknowns = 1, .loss = loss};
    return criterion_of(problem, std::vector<double>{r}).cost;
  };
  CHECK(cost(LossFunction::huber, 1e200) == doctest::Approx(1e200));
  CHECK(cost(LossFunction::soft_l1, -1e200) == doctest::Approx(1e200));
  CHECK(cost(LossFunction::cauchy, 1e200) == doctest::Approx(200 * std::log(10.0)));
  CHECK(cost(LossFunction::tukey, 1e200) == doctest::Approx(1.0 / 6));
  CHECK(std::isinf(cost(LossFunction::squares, 1e200)));
  // In another unit they are.
  for (const auto loss :
       {LossFunction::squares, LossFunction::huber, LossFunction::soft_l1, LossFunction::cauchy, LossFunction::tukey}) {
    const NonlinearProblem problem{.residuals = 1, .unknowns = 1, .loss = loss};
    const Criterion small = criterion_of(problem, std::vector<double>{1e-200}, 1e200);
    CHECK(small.cost == doctest::Approx(0.5));
    CHECK(small.norm == doctest::Approx(1e-200));
    CHECK(small.row_scale[0] == doctest::Approx(1e200));
  }
}
