// What a nonlinear problem gives and what is made of it: Jacobians and products from every set of callables, and the
// check that finds a wrong one.
#include <croquis/solvers/nonlinear_problem.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <utility>
#include <vector>

#include <croquis/errors.hpp>

#include "linalg/densify.hpp"
#include "linalg/parallel.hpp"
#include "solvers/nonlinear/jacobian_source.hpp"

using namespace croquis;

namespace {

// r = (x0 x1, e^x0 + x2, x2^2, sin x1): 4 x 3, entries of order one at `at`.
const std::vector<double> at{0.5, -1.5, 2};

void residual(std::span<const double> x, std::span<double> r) {
  r[0] = x[0] * x[1];
  r[1] = std::exp(x[0]) + x[2];
  r[2] = x[2] * x[2];
  r[3] = std::sin(x[1]);
}

Matrix<double> exact(std::span<const double> x) {
  Matrix<double> j(4, 3);
  j(0, 0) = x[1];
  j(0, 1) = x[0];
  j(1, 0) = std::exp(x[0]);
  j(1, 2) = 1;
  j(2, 2) = 2 * x[2];
  j(3, 1) = std::cos(x[1]);
  return j;
}

NonlinearProblem bare() { return {.residuals = 4, .unknowns = 3, .residual = residual}; }

void jacobian(std::span<const double> x, MatrixView<double> j) {
  const Matrix<double> whole = exact(x);
  for (std::int64_t i = 0; i < 4; ++i)
    for (std::int64_t k = 0; k < 3; ++k) j(i, k) = whole(i, k);
}

SparseMatrix<double> sparse_jacobian(std::span<const double> x) {
  const Matrix<double> whole = exact(x);
  std::vector<Triplet<double>> entries;
  for (std::int64_t i = 0; i < 4; ++i)
    for (std::int64_t k = 0; k < 3; ++k)
      if (whole(i, k) != 0) entries.push_back({i, k, whole(i, k)});
  return SparseMatrix<double>::from_triplets(4, 3, entries);
}

Matrix<double> product(const Matrix<double>& a, MatrixView<const double> b) {
  Matrix<double> c(a.rows(), b.cols);
  for (std::int64_t i = 0; i < c.rows(); ++i)
    for (std::int64_t j = 0; j < c.cols(); ++j)
      for (std::int64_t k = 0; k < a.cols(); ++k) c(i, j) += a(i, k) * b(k, j);
  return c;
}

void jacobian_times(std::span<const double> x, MatrixView<const double> v, MatrixView<double> jv) {
  const Matrix<double> result = product(exact(x), v);
  for (std::int64_t i = 0; i < 4; ++i)
    for (std::int64_t k = 0; k < v.cols; ++k) jv(i, k) = result(i, k);
}

void jacobian_transposed_times(std::span<const double> x, MatrixView<const double> u, MatrixView<double> jtu) {
  const Matrix<double> j = exact(x);
  const Matrix<double> result = product(Matrix<double>(MatrixView<const double>(j.view().transposed())), u);
  for (std::int64_t i = 0; i < 3; ++i)
    for (std::int64_t k = 0; k < u.cols; ++k) jtu(i, k) = result(i, k);
}

double largest_difference(const Matrix<double>& a, const Matrix<double>& b) {
  double worst = 0;
  for (std::int64_t i = 0; i < a.rows(); ++i)
    for (std::int64_t j = 0; j < a.cols(); ++j) worst = std::max(worst, std::abs(a(i, j) - b(i, j)));
  return worst;
}

// J whole, J V and J^T U from whatever `problem` has, against the exact ones.
void check_source(const NonlinearProblem& problem, double tolerance) {
  ResidualFunction function(problem);
  JacobianSource source(problem, function);
  std::vector<double> r(4);
  function.evaluate(at, r);
  source.move_to(at, r);
  const Matrix<double> j = exact(at);
  Matrix<double> v(3, 2), u(4, 2), jv(4, 2), jtu(3, 2), jt(3, 4);
  for (std::int64_t i = 0; i < 6; ++i) v.data()[i] = 0.25 * static_cast<double>(i) - 0.5;
  for (std::int64_t i = 0; i < 8; ++i) u.data()[i] = 1 - 0.25 * static_cast<double>(i);
  source.multiply(v.view(), jv.view());
  const bool only_whole =
      !problem.jacobian_times && (problem.jacobian || problem.sparse_jacobian || problem.jacobian_rows);
  CHECK(source.columns() == (only_whole ? 3 : 2));
  const std::int64_t before = source.columns();
  source.multiply_transposed(u.view(), jtu.view());
  // Of products; of a pass over the rows, or of J made whole now.
  const std::int64_t columns = problem.jacobian_transposed_times ? 2 : problem.jacobian_rows || !only_whole ? 3 : 0;
  CHECK(source.columns() - before == columns);
  CHECK(source.has_whole() == !(problem.jacobian_transposed_times || problem.jacobian_rows));
  CHECK(largest_difference(densify<double>(source.whole()), j) <= tolerance);
  CHECK(largest_difference(jv, product(j, v.view())) <= tolerance);
  for (std::int64_t i = 0; i < 3; ++i)
    for (std::int64_t k = 0; k < 4; ++k) jt(i, k) = j(k, i);
  CHECK(largest_difference(jtu, product(jt, u.view())) <= 4 * tolerance);
}

struct Derivatives {
  Matrix<double> j;
  std::int64_t evaluations;
};

// Of a problem with one unknown, by its differences.
Derivatives derivatives_at(const NonlinearProblem& problem, double x) {
  ResidualFunction residual(problem);
  JacobianSource source(problem, residual);
  const std::vector<double> point{x};
  std::vector<double> r(static_cast<std::size_t>(problem.residuals));
  residual.evaluate(point, r);
  source.move_to(point, r);
  Matrix<double> j = densify<double>(source.whole());
  return {std::move(j), residual.evaluations()};
}

}  // namespace

TEST_CASE("Jacobians and products from every set of callables") {
  NonlinearProblem problem = bare();
  // Forward differences are off by h/2 r'' + 2 u |r| / h with h near 2e-8 and second derivatives up to 2; central ones
  // by h^2/6 r''' + u |r| / h with h near 1e-5.
  check_source(problem, 2e-7);
  problem.differences = DifferenceScheme::central;
  check_source(problem, 1e-9);
  problem.differences = DifferenceScheme::extrapolated;
  // u |r| / h for the third step of x / 32, x / 128, x / 512, ...: the fifth power of their product is far below.
  check_source(problem, 1e-12);
  problem.jacobian_times = jacobian_times;
  check_source(problem, 1e-15);
  problem.jacobian_transposed_times = jacobian_transposed_times;
  check_source(problem, 1e-15);
  problem = bare();
  problem.jacobian = jacobian;
  check_source(problem, 1e-15);
  problem.jacobian_layout = Layout::row_major;
  check_source(problem, 1e-15);
  problem = bare();
  problem.sparse_jacobian = sparse_jacobian;
  check_source(problem, 1e-15);
  problem = bare();
  problem.jacobian_rows = [](std::span<const double> x, std::int64_t first, MatrixView<double> j) {
    const Matrix<double> whole = exact(x);
    for (std::int64_t i = 0; i < j.rows; ++i)
      for (std::int64_t k = 0; k < j.cols; ++k) j(i, k) = whole(first + i, k);
  };
  check_source(problem, 1e-15);
}

TEST_CASE("Transposed products of rows in more than one batch, which is a pass") {
  const std::int64_t m = (std::int64_t{1} << 22) + 5;  // 64 MiB and some rows
  NonlinearProblem problem{
      .residuals = m, .unknowns = 2, .residual = [](std::span<const double>, std::span<double>) {}};
  problem.jacobian_rows = [](std::span<const double>, std::int64_t first, MatrixView<double> j) {
    for (std::int64_t i = 0; i < j.rows; ++i) {
      j(i, 0) = 1;
      j(i, 1) = (first + i) % 2 == 0 ? 1 : -1;
    }
  };
  ResidualFunction function(problem);
  JacobianSource source(problem, function);
  source.move_to(std::vector<double>(2), std::vector<double>(static_cast<std::size_t>(m)));
  const std::vector<double> ones(static_cast<std::size_t>(m), 1.0);
  Matrix<double> jtu(2, 1);
  source.multiply_transposed(column_major(ones.data(), m, std::int64_t{1}), jtu.view());
  CHECK(jtu(0, 0) == static_cast<double>(m));
  CHECK(jtu(1, 0) == 1);
  CHECK(source.columns() == 2);
  CHECK_FALSE(source.has_whole());
}

TEST_CASE("Differences in parallel are those in turn, and are counted") {
  NonlinearProblem problem{.residuals = 150, .unknowns = 150, .differences = DifferenceScheme::central};
  problem.residual = [](std::span<const double> x, std::span<double> r) {
    for (std::size_t i = 0; i < 150; ++i) r[i] = std::exp(x[i] * x[(i + 1) % 150]);
  };
  std::vector<double> x(150), r(150);
  for (std::size_t j = 0; j < 150; ++j) x[j] = std::sin(static_cast<double>(j));
  std::vector<Matrix<double>> results;
  for (const bool parallel : {false, true}) {
    problem.parallel_residuals = parallel;
    for (const int threads : {1, 3}) {
      run_with_threads(threads, [&] {
        ResidualFunction function(problem);
        JacobianSource source(problem, function);
        function.evaluate(x, r);
        source.move_to(x, r);
        results.push_back(densify<double>(source.whole()));
        CHECK(function.evaluations() == 301);
        CHECK(source.columns() == 150);
      });
    }
  }
  for (const auto& result : results) CHECK(largest_difference(result, results[0]) == 0);
}

TEST_CASE("The magnitude of an unknown sets the step") {
  // Beside a residual of one, a step for magnitudes of one shows nothing.
  NonlinearProblem problem{.residuals = 1, .unknowns = 1};
  problem.residual = [](std::span<const double> x, std::span<double> r) { r[0] = 1 + std::sin(1e-12 * x[0]); };
  problem.jacobian = [](std::span<const double> x, MatrixView<double> j) { j(0, 0) = 1e-12 * std::cos(1e-12 * x[0]); };
  const std::vector<double> zero{0};
  CHECK(check_jacobian(problem, zero).by_differences == 0);
  problem.typical_x = {1e12};
  CHECK(check_jacobian(problem, zero).by_differences == doctest::Approx(1e-12).epsilon(1e-8));
  // However small it is, x moves.
  problem.jacobian = nullptr;
  problem.residual = [](std::span<const double> x, std::span<double> r) { r[0] = std::sin(x[0] - 1.6e9); };
  problem.typical_x = {1};
  for (const auto scheme : {DifferenceScheme::forward, DifferenceScheme::central, DifferenceScheme::extrapolated}) {
    problem.differences = scheme;
    CHECK(derivatives_at(problem, 1.6e9).j(0, 0) == doctest::Approx(1).epsilon(1e-5));
  }
}

TEST_CASE("Where the size of an unknown says little, steps are chosen by what they show") {
  struct Case {
    double x, scale;  // of the unknown by nature
    double offset = 0;
  };
  // Small by chance, or by nature; zero; beside a large offset. Of residuals of order one and two more that hide what
  // they show, one constant and one linear.
  const std::vector<Case> cases{{1e-3, 1}, {1e-8, 1}, {1e-13, 1}, {3e-9, 1e-9}, {3e-160, 1e-160}, {0, 1},
                                {0, 1e-3}, {0, 1e-9}, {0, 1e-13}, {1, 1e-4, 1}, {1, 1e-6, 1}};
  for (const Case& one : cases) {
    CAPTURE(one.x);
    CAPTURE(one.scale);
    NonlinearProblem problem{.residuals = 4, .unknowns = 1};
    problem.residual = [=](std::span<const double> x, std::span<double> r) {
      const double y = (x[0] - one.offset) / one.scale;
      r[0] = 2 + std::sin(y + 1);
      r[1] = 1 / (1 + (y - 1) * (y - 1));
      r[2] = 5;
      r[3] = 3 * y - 1;
    };
    const double y = (one.x - one.offset) / one.scale;
    const double bell = 1 + (y - 1) * (y - 1);
    const std::vector<double> exact{std::cos(y + 1) / one.scale, -2 * (y - 1) / (bell * bell) / one.scale, 0,
                                    3 / one.scale};
    // Half the digits, two thirds, and nearly all, a thousand times worse where a step had to be sought.
    const std::vector<std::pair<DifferenceScheme, double>> schemes{
        {DifferenceScheme::forward, 1e-4}, {DifferenceScheme::central, 1e-6}, {DifferenceScheme::extrapolated, 1e-9}};
    for (const auto& [scheme, tolerance] : schemes) {
      CAPTURE(static_cast<int>(scheme));
      problem.differences = scheme;
      const Derivatives found = derivatives_at(problem, one.x);
      for (std::int64_t i = 0; i < 4; ++i) {
        CAPTURE(i);
        CHECK(std::abs(found.j(i, 0) - exact[static_cast<std::size_t>(i)]) <= tolerance * 3 / one.scale);
      }
    }
  }
  // Where it says enough, nothing more is spent than the scheme takes.
  NonlinearProblem plain{.residuals = 1, .unknowns = 1};
  plain.residual = [](std::span<const double> x, std::span<double> r) { r[0] = 2 + std::sin(x[0]); };
  for (const auto& [scheme, count] : std::vector<std::pair<DifferenceScheme, std::int64_t>>{
           {DifferenceScheme::forward, 1}, {DifferenceScheme::central, 2}, {DifferenceScheme::extrapolated, 12}}) {
    plain.differences = scheme;
    CHECK(derivatives_at(plain, 0.7).evaluations == 1 + count);
  }
}

TEST_CASE("Rounding within the residuals is not taken for their bending, nor are large terms that cancel for them") {
  // x^2 has an error of 128 at 1e9, and the step of forward differences shows its derivative to eight digits.
  NonlinearProblem problem{.residuals = 1, .unknowns = 1};
  problem.residual = [](std::span<const double> x, std::span<double> r) { r[0] = x[0] * x[0] - (1e18 - 1e10); };
  CHECK(derivatives_at(problem, 1e9).j(0, 0) == doctest::Approx(2e9).epsilon(1e-6));
}

TEST_CASE("Extrapolated differences: near bounds, beside a pole, and of an unknown with another scale than its size") {
  const auto derivative = [](double x, double lower, auto function) {
    NonlinearProblem problem{.residuals = 1, .unknowns = 1, .differences = DifferenceScheme::extrapolated};
    problem.residual = [=](std::span<const double> at, std::span<double> r) { r[0] = function(at[0]); };
    if (!std::isnan(lower)) problem.lower = {lower};
    const Derivatives found = derivatives_at(problem, x);
    return std::pair(found.j(0, 0), found.evaluations);
  };
  const double none = std::numeric_limits<double>::quiet_NaN();
  // Central: two evaluations for each of six steps. u |f| / h is some 1e-14.
  const auto [inside, both_sides] = derivative(1, 0, [](double x) { return std::exp(x); });
  CHECK(inside == doctest::Approx(std::exp(1.0)).epsilon(1e-12));
  CHECK(both_sides == 13);
  // At a bound to one side, where four steps leave (1/32 1/128 1/512 1/2048) / 120, and u |f| / h is 1e-12.
  const auto [at_bound, one_side] = derivative(1, 1, [](double x) { return x < 1 ? -1e9 : std::exp(x); });
  CHECK(at_bound == doctest::Approx(std::exp(1.0)).epsilon(1e-10));
  CHECK(one_side == 7);
  // The longest steps to the left leave the domain.
  const auto [beside, count] = derivative(1, none, [](double x) { return std::log(x - 0.99); });
  CHECK(beside == doctest::Approx(100.0).epsilon(1e-6));
  CHECK(count == 13);
  // A step of 1/32 is five periods: six shorter ones follow.
  const auto [fast, count_fast] = derivative(1, none, [](double x) { return std::sin(1000 * x); });
  CHECK(fast == doctest::Approx(1000 * std::cos(1000.0)).epsilon(1e-9));
  CHECK(count_fast == 25);
}

TEST_CASE("check_jacobian names the worst entry of the piece that is wrong") {
  NonlinearProblem problem = bare();
  problem.jacobian = jacobian;
  problem.sparse_jacobian = sparse_jacobian;
  problem.jacobian_times = jacobian_times;
  problem.jacobian_transposed_times = jacobian_transposed_times;
  CHECK(check_jacobian(problem, at).consistent());
  problem.jacobian = [](std::span<const double> x, MatrixView<double> j) {
    jacobian(x, j);
    j(1, 0) *= 1.001;
    j(2, 2) *= -1;
  };
  JacobianCheck check = check_jacobian(problem, at);
  CHECK_FALSE(check.consistent());
  CHECK(check.piece == "jacobian");
  CHECK(check.row == 2);
  CHECK(check.col == 2);
  CHECK(check.given == -4);
  CHECK(check.by_differences == doctest::Approx(4));
  CHECK(check.worst_error == doctest::Approx(2));
  CHECK(check.message.find("jacobian at (2, 2)") != std::string::npos);
  problem.jacobian = jacobian;
  problem.jacobian_transposed_times = [](std::span<const double> x, MatrixView<const double> u,
                                         MatrixView<double> jtu) {
    jacobian_transposed_times(x, u, jtu);
    for (std::int64_t k = 0; k < u.cols; ++k) jtu(1, k) += 0.5 * u(3, k);
  };
  check = check_jacobian(problem, at);
  CHECK(check.piece == "jacobian_transposed_times");
  CHECK(check.row == 3);
  CHECK(check.col == 1);
  problem.jacobian_transposed_times = nullptr;
  problem.jacobian = [](std::span<const double> x, MatrixView<double> j) {
    jacobian(x, j);
    j(0, 1) = std::numeric_limits<double>::quiet_NaN();
  };
  check = check_jacobian(problem, at);
  CHECK(std::isinf(check.worst_error));
  CHECK(check.row == 0);
  CHECK(check.col == 1);
}

TEST_CASE("Mistakes are named") {
  const std::vector<double> two{1, 2};
  CHECK_THROWS_WITH_AS(check_jacobian(bare(), two), doctest::Contains("x is 2 x 1"), ShapeError);
  NonlinearProblem problem = bare();
  problem.residual = nullptr;
  CHECK_THROWS_WITH_AS(check_jacobian(problem, at), doctest::Contains("residual is empty"), InvalidOption);
  problem = bare();
  problem.residuals = 0;
  CHECK_THROWS_WITH_AS(check_jacobian(problem, at), doctest::Contains("residuals is 0"), InvalidOption);
  problem = bare();
  problem.unknowns = -1;
  CHECK_THROWS_WITH_AS(check_jacobian(problem, at), doctest::Contains("unknowns is -1"), InvalidOption);
  problem = bare();
  problem.typical_x = {1, 0, 1};
  CHECK_THROWS_WITH_AS(check_jacobian(problem, at), doctest::Contains("typical_x[1]"), InvalidOption);
  problem = bare();
  problem.sparse_jacobian = [](std::span<const double>) {
    return SparseMatrix<double>::from_triplets(3, 3, {{0, 0, 1.0}});
  };
  CHECK_THROWS_WITH_AS(check_jacobian(problem, at), doctest::Contains("sparse_jacobian is 3 x 3"), ShapeError);
  problem = bare();
  // The residual believes in five entries.
  problem.residual = [](std::span<const double> x, std::span<double> r) {
    residual(x, r);
    r.data()[4] = 0;
  };
  CHECK_THROWS_WITH_AS(check_jacobian(problem, at), doctest::Contains("4 entries"), ShapeError);
  // And here in three: the fourth is not written, which shows as a NaN.
  problem.jacobian = jacobian;
  problem.residual = [](std::span<const double> x, std::span<double> r) {
    std::vector<double> all(4);
    residual(x, all);
    std::copy_n(all.begin(), 3, r.begin());
  };
  const JacobianCheck check = check_jacobian(problem, at);
  CHECK(std::isinf(check.worst_error));
  CHECK(check.row == 3);
  problem.residual = [](std::span<const double>, std::span<double>) { throw std::runtime_error("of the user"); };
  CHECK_THROWS_WITH_AS(check_jacobian(problem, at), "of the user", std::runtime_error);
}
