// Updates of approximate inverses: their invariants, their rate beside the theory's, and what the estimate reports.
#include <croquis/solvers/inverse_estimate.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <stdexcept>

#include <croquis/errors.hpp>

#include "linalg/blas.hpp"
#include "linalg/parallel.hpp"
#include "solvers/quasi_newton/explicit_inverse.hpp"
#include "solvers/quasi_newton/factored_inverse.hpp"
#include "solvers/quasi_newton/limited_memory_inverse.hpp"
#include "tests/support/test_matrices.hpp"

using namespace croquis;
using namespace croquis::test;

namespace {

Matrix<double> product(MatrixView<const double> a, MatrixView<const double> b) {
  Matrix<double> c(a.rows, b.cols);
  multiply<double>(1, a, b, 0, c.view());
  return c;
}

Matrix<double> identity(std::int64_t n) {
  Matrix<double> result(n, n);
  for (std::int64_t i = 0; i < n; ++i) result(i, i) = 1;
  return result;
}

double largest_difference(const Matrix<double>& a, const Matrix<double>& b) {
  double largest = 0;
  for (std::size_t i = 0; i < a.entries().size(); ++i)
    largest = std::max(largest, std::abs(a.entries()[i] - b.entries()[i]));
  return largest;
}

// Q diag(1, ..., 1 / condition) Q^T.
Matrix<double> definite(std::int64_t n, double condition, std::uint64_t seed) {
  RandomSource random(seed);
  const Matrix<double> q = random_orthonormal(n, n, random);
  Matrix<double> scaled = q;
  const std::vector<double> values = log_spaced(n, condition);
  for (std::int64_t j = 0; j < n; ++j)
    for (std::int64_t i = 0; i < n; ++i) scaled(i, j) *= values[static_cast<std::size_t>(j)];
  Matrix<double> h = product(scaled.view(), q.view().transposed());
  copy_upper_triangle_below(h);
  return h;
}

LinearOperator<double> operator_of(const Matrix<double>& h) {
  return {h.rows(), h.cols(),
          [&h](MatrixView<const double> x, MatrixView<double> y) { multiply<double>(1, h.view(), x, 0, y); }, nullptr};
}

// B+ as the papers write it, with M = (S^T H S)^-1 by solving with its Cholesky factor.
Matrix<double> updated_by_formula(const Matrix<double>& b, const Matrix<double>& h, const Matrix<double>& s) {
  const Matrix<double> hs = product(h.view(), s.view());
  Matrix<double> core = product(s.view().transposed(), hs.view());
  REQUIRE(cholesky(core));
  Matrix<double> half = s;  // G = half half^T
  solve_triangular<double>(Side::right, Transpose::no, core.view(), half.view());
  Matrix<double> g = product(half.view(), half.view().transposed());
  Matrix<double> rest = identity(b.rows());  // I - G H
  multiply<double>(-1, g.view(), h.view(), 1, rest.view());
  const Matrix<double> rest_b = product(rest.view(), b.view());
  multiply<double>(1, rest_b.view(), rest.view().transposed(), 1, g.view());
  return g;
}

std::unique_ptr<InverseHessian> make_inverse(int form, std::int64_t n) {
  const std::vector<double> diagonal(static_cast<std::size_t>(n), 2.0);
  switch (form) {
    case 0:
      return std::make_unique<ExplicitInverse>(diagonal);
    case 1:
      return std::make_unique<FactoredInverse>(diagonal);
    default:
      return std::make_unique<LimitedMemoryInverse>(diagonal, 10, form == 2);
  }
}

DrawnBlock gaussian(std::int64_t count, std::uint64_t seed) { return {{}, 0, count, seed}; }

CurvatureBlock block_of(const Directions& directions, const Matrix<double>& h) {
  return curvature_block(directions, product(h.view(), directions.s.view()));
}

// ||H^1/2 B H^1/2 - I||_F^2 = tr (B H - I)^2.
double squared_error(const InverseHessian& inverse, const Matrix<double>& h) {
  Matrix<double> r = inverse.multiply(h.view()).s;
  for (std::int64_t i = 0; i < h.rows(); ++i) r(i, i) -= 1;
  double trace = 0;
  for (std::int64_t j = 0; j < h.rows(); ++j)
    for (std::int64_t i = 0; i < h.rows(); ++i) trace += r(i, j) * r(j, i);
  return trace;
}

// The sum and the number of the ratios by which updates shrink the squared error, in runs from every seed, each while
// it lies between the bounds.
struct Ratios {
  double sum = 0;
  double count = 0;
};

Ratios ratios(int form, const Matrix<double>& h, const SubspaceOptions& family, std::int64_t directions,
              std::uint64_t runs, double largest, double smallest) {
  Ratios result;
  for (std::uint64_t run = 0; run < runs; ++run) {
    const auto inverse = make_inverse(form, h.rows());
    double before = squared_error(*inverse, h);
    for (std::uint64_t k = 0; before > smallest; ++k) {
      REQUIRE(k < 5000);
      inverse->update(block_of(inverse->draw({family, 0, directions, 100000 * run + k}), h));
      const double after = squared_error(*inverse, h);
      if (before < largest) {
        result.sum += after / before;
        ++result.count;
      }
      before = after;
    }
  }
  return result;
}

// Each ratio lies in [0, 1] and its mean, given those before, below 1 - rho. By Azuma and Hoeffding's inequality the
// average exceeds that by more than this with a probability of 1e-9.
double margin(const Ratios& r) { return std::sqrt(std::log(1e9) / (2 * r.count)); }

// The smallest eigenvalue of E H^1/2 G H^1/2 for pairs of coordinates: that of R (E G) R^T, H = R^T R.
double rate_of_pairs(const Matrix<double>& h) {
  const std::int64_t n = h.rows();
  Matrix<double> mean(n, n);
  const double part = 2.0 / static_cast<double>(n * (n - 1));
  for (std::int64_t i = 0; i < n; ++i)
    for (std::int64_t j = i + 1; j < n; ++j) {
      const double determinant = h(i, i) * h(j, j) - h(i, j) * h(i, j);
      mean(i, i) += part * h(j, j) / determinant;
      mean(j, j) += part * h(i, i) / determinant;
      mean(i, j) -= part * h(i, j) / determinant;
      mean(j, i) -= part * h(i, j) / determinant;
    }
  Matrix<double> r = h;
  REQUIRE(cholesky(r));
  const Matrix<double> rm = product(r.view(), mean.view());
  return singular_value_decomposition<double>(product(rm.view(), r.view().transposed()).view()).s.back();
}

// The same for one Gaussian direction: the smallest E lambda_i x_i^2 / sum_j lambda_j x_j^2, x standard normal, which
// is the integral over t > 0 of lambda_i / (1 + 2 t lambda_i) prod_j (1 + 2 t lambda_j)^-1/2; by t = (u / (1 - u))^2
// and the midpoint rule.
double rate_of_one_gaussian(const std::vector<double>& lambda) {
  double smallest = 1;
  constexpr int points = 4000;
  for (const double own : lambda) {
    double integral = 0;
    for (int p = 0; p < points; ++p) {
      const double u = (p + 0.5) / points, root = u / (1 - u), t = root * root;
      double density = own / (1 + 2 * t * own) * 2 * root / ((1 - u) * (1 - u)) / points;
      for (const double other : lambda) density /= std::sqrt(1 + 2 * t * other);
      integral += density;
    }
    smallest = std::min(smallest, integral);
  }
  return smallest;
}

}  // namespace

TEST_CASE("updates agree with the formula, and keep B symmetric, positive definite and exact on S") {
  const std::int64_t n = 12;
  const Matrix<double> h = definite(n, 1e3, 1);
  for (int form = 0; form < 4; ++form) {
    CAPTURE(form);
    const auto inverse = make_inverse(form, n);
    Matrix<double> b = inverse->multiply(identity(n).view()).s;
    for (std::uint64_t k = 0; k < 8; ++k) {
      const Directions step = inverse->multiply(h.view().block(0, static_cast<std::int64_t>(k), n, 1));
      const Directions directions = joined(step, inverse->draw(gaussian(2, k)));
      const Matrix<double> expected = updated_by_formula(b, h, directions.s);
      inverse->update(block_of(directions, h));
      b = inverse->multiply(identity(n).view()).s;
      // Entries of B are up to 1e3; the block's condition costs three digits more of 16.
      CHECK(largest_difference(b, expected) < 1e-8);
      const Matrix<double> hs = product(h.view(), directions.s.view());
      CHECK(largest_difference(product(b.view(), hs.view()), directions.s) < 1e-9);
      for (std::int64_t j = 0; j < n; ++j)
        for (std::int64_t i = 0; i < j; ++i) CHECK(std::abs(b(i, j) - b(j, i)) <= (form == 0 ? 0 : 1e-10));
      Matrix<double> factor = b;
      CHECK(cholesky(factor));
    }
  }
}

TEST_CASE("the limited memory forgets the oldest block and stays exact on the newest") {
  const std::int64_t n = 10;
  const Matrix<double> h = definite(n, 100, 2);
  LimitedMemoryInverse inverse(std::vector<double>(10, 1.0), 2, true);
  Directions directions;
  for (std::uint64_t k = 0; k < 6; ++k) {
    directions = inverse.draw(gaussian(3, k));
    inverse.update(block_of(directions, h));
  }
  const Matrix<double> hs = product(h.view(), directions.s.view());
  CHECK(largest_difference(inverse.multiply(hs.view()).s, directions.s) < 1e-11);
  Matrix<double> b = inverse.multiply(identity(n).view()).s;
  CHECK(cholesky(b));
  CHECK(squared_error(inverse, h) > 1e-3);  // six columns do not make an inverse
}

TEST_CASE("conditioned directions of the limited memory have B as their covariance") {
  const std::int64_t n = 4, count = 4;
  const Matrix<double> h = definite(n, 10, 3);
  LimitedMemoryInverse inverse(std::vector<double>(4, 1.0), 2, true);
  inverse.update(block_of(inverse.draw(gaussian(1, 1)), h));
  inverse.update(block_of(inverse.draw(gaussian(1, 2)), h));
  const Matrix<double> b = inverse.multiply(identity(n).view()).s;
  // Draws of variance 1 / 6: n and the columns of both blocks.
  Matrix<double> covariance(n, n);
  constexpr int draws = 5000;
  for (std::uint64_t seed = 0; seed < draws; ++seed) {
    const Matrix<double> s = inverse.draw(gaussian(count, 10 + seed)).s;
    multiply<double>(6.0 / draws / count, s.view(), s.view().transposed(), 1, covariance.view());
  }
  // Entry (i, j) has a standard deviation of at most sqrt(2 b_ii b_jj / 20000): six of them, and of 16 normal variates
  // one is beyond with a probability below 1e-7.
  for (std::int64_t j = 0; j < n; ++j)
    for (std::int64_t i = 0; i < n; ++i)
      CHECK(std::abs(covariance(i, j) - b(i, j)) < 6 * std::sqrt(b(i, i) * b(j, j) / 10000));
}

TEST_CASE("directions without curvature, or dependent on others, are left out") {
  Matrix<double> h = identity(5);
  h(0, 0) = -1;
  h(1, 1) = 0;
  Directions directions{identity(5), Matrix<double>(5, 0)};
  for (std::int64_t i = 0; i < 5; ++i) directions.s(i, 4) = i == 2 ? 1 + 1e-12 : 0;  // nearly column 2
  const CurvatureBlock block = block_of(directions, h);
  CHECK(block.dropped == 3);
  CHECK(!block.positive);
  REQUIRE(block.c.cols() == 2);
  CHECK(largest_difference(product(block.c.view().transposed(), block.d.view()), identity(2)) < 1e-15);

  // Each alone has curvature 1, and their difference has -2.
  Matrix<double> saddle(2, 2);
  saddle(0, 0) = saddle(1, 1) = 1;
  saddle(0, 1) = saddle(1, 0) = 2;
  const CurvatureBlock one = block_of({identity(2), Matrix<double>(2, 0)}, saddle);
  CHECK(one.c.cols() == 1);
  CHECK(!one.positive);
}

TEST_CASE("errors shrink at the rate of the theory, for directions that know nothing of H") {
  const std::vector<double> lambda = log_spaced(6, 4);
  const Matrix<double> h = definite(6, 4, 4);
  const double one_gaussian = rate_of_one_gaussian(lambda), pairs = rate_of_pairs(h);
  CHECK(one_gaussian > 0.05);
  CHECK(pairs > 0.15);

  const Ratios single = ratios(0, h, {}, 1, 100, HUGE_VAL, 1e-12);
  CHECK(single.sum / single.count < 1 - one_gaussian + margin(single));
  CHECK(margin(single) < 0.5 * one_gaussian);

  SubspaceOptions coordinates;
  coordinates.family = SubspaceFamily::coordinates;
  const Ratios pair = ratios(0, h, coordinates, 2, 100, HUGE_VAL, 1e-12);
  CHECK(pair.sum / pair.count < 1 - pairs + margin(pair));
  CHECK(margin(pair) < 0.5 * pairs);
}

TEST_CASE("conditioned directions reach the rate tau / n at any condition number") {
  const Matrix<double> h = definite(12, 1e4, 5);
  // With ||R|| <= 0.1, H seen through L has eigenvalues in [0.9, 1.1], and E H^1/2 G H^1/2 is at least 0.9 / 1.1 of the
  // mean projection on three Gaussian directions, 3 / 12.
  const double rate = 0.9 / 1.1 * 3 / 12;
  const Ratios triple = ratios(1, h, {}, 3, 60, 0.01, 1e-12);
  CHECK(triple.sum / triple.count < 1 - rate + margin(triple));
  CHECK(margin(triple) < 0.5 * rate);
}

TEST_CASE("a round of dealt and conditioned coordinates ends with the inverse") {
  const std::int64_t n = 30;
  for (const double condition : {1e2, 1e4, 1e6}) {
    CAPTURE(condition);
    const Matrix<double> h = definite(n, condition, 9);
    InverseEstimateOptions options;
    options.directions = 7;  // four blocks and one of two
    options.tolerance = 0;
    options.iteration_limit = 5;
    const InverseEstimate estimate = estimate_inverse(operator_of(h), options);
    CHECK(estimate.products == n + 7 + 10);  // a block that only tests, and the error estimate
    // Rounding is amplified by the condition number, and by that of L on the way there.
    CHECK(estimate.error_estimate < 1e-14 * condition * std::sqrt(condition));
    options.iteration_limit = 4;
    CHECK(estimate_inverse(operator_of(h), options).error_estimate > 0.1);
  }
}

TEST_CASE("the estimate of an inverse keeps what it promises") {
  const std::int64_t n = 40;
  const Matrix<double> h = definite(n, 1e3, 6);
  for (const bool conditioned : {true, false})
    for (const auto family : {SubspaceFamily::gaussian, SubspaceFamily::coordinates, SubspaceFamily::hashing,
                              SubspaceFamily::block_coordinates}) {
      CAPTURE(conditioned);
      CAPTURE(to_string(family));
      InverseEstimateOptions options;
      options.tolerance = conditioned ? 1e-9 : 1e-2;
      options.directions = 8;
      options.family = family;
      options.conditioned = conditioned;
      std::int64_t products = 0;
      LinearOperator<double> counted = operator_of(h);
      counted.multiply = [&, multiply = counted.multiply](MatrixView<const double> x, MatrixView<double> y) {
        products += x.cols;
        multiply(x, y);
      };
      const InverseEstimate estimate = estimate_inverse(counted, options);
      CHECK_MESSAGE(estimate.solved(), estimate.message);
      CHECK(estimate.products == products);
      CHECK(estimate.history.size() == static_cast<std::size_t>(estimate.iterations));
      Matrix<double> error = product(h.view(), estimate.inverse.view());
      for (std::int64_t i = 0; i < n; ++i) error(i, i) -= 1;
      const double norm = norm2(n * n, error.data());
      // Ten Gaussian vectors: a chi-square of at least ten degrees of freedom is below a hundredth of its mean with a
      // probability of 3e-10.
      CHECK(norm < 10 * estimate.error_estimate);
      CHECK(norm > estimate.error_estimate / 4);
      CHECK(estimate.error_estimate <= options.tolerance * std::sqrt(40.0));
      CHECK(estimate.factor.rows() == (conditioned ? n : 0));
    }
}

TEST_CASE("the units of H change nothing, and directions of zeros are no lack of curvature") {
  const std::int64_t n = 24;
  const Matrix<double> h = definite(n, 1e3, 5);
  for (const bool conditioned : {true, false}) {
    const InverseEstimateOptions options{.tolerance = 1e-3, .directions = 4, .conditioned = conditioned};
    const InverseEstimate plain = estimate_inverse(operator_of(h), options);
    CHECK(plain.solved());
    for (const int exponent : {-400, 400}) {
      Matrix<double> scaled = h;
      for (double& entry : scaled.entries()) entry = std::ldexp(entry, exponent);
      const InverseEstimate estimate = estimate_inverse(operator_of(scaled), options);
      CHECK(estimate.solved());
      CHECK(estimate.iterations == plain.iterations);
      REQUIRE(!estimate.history.empty());
      CHECK(estimate.history.front().error == doctest::Approx(plain.history.front().error).epsilon(1e-10));
    }
  }
  // Of 20 columns with three entries in each of 24 rows, one is empty with probability 0.4.
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const InverseEstimate estimate =
        estimate_inverse(operator_of(h), {.directions = 20, .family = SubspaceFamily::hashing, .seed = seed});
    CHECK_MESSAGE(estimate.solved(), estimate.message);
  }
}

TEST_CASE("same seed, same bits, for any number of threads") {
  const Matrix<double> h = definite(150, 10, 7);
  InverseEstimateOptions options;
  options.iteration_limit = 5;
  for (const bool conditioned : {true, false}) {
    options.conditioned = conditioned;
    options.seed = 3;
    InverseEstimate one, many;
    run_with_threads(1, [&] { one = estimate_inverse(linear_operator(AnyMatrixView<double>(h)), options); });
    run_with_threads(4, [&] { many = estimate_inverse(linear_operator(AnyMatrixView<double>(h)), options); });
    CHECK(largest_difference(one.inverse, many.inverse) == 0);
    CHECK(one.error_estimate == many.error_estimate);
    options.seed = 4;
    const InverseEstimate other = estimate_inverse(operator_of(h), options);
    CHECK(largest_difference(one.inverse, other.inverse) > 0);
  }
}

TEST_CASE("matrices without an inverse of this kind, and bad arguments") {
  Matrix<double> h = definite(20, 10, 8);
  InverseEstimateOptions options;
  options.directions = 5;
  SUBCASE("indefinite") {
    for (std::int64_t i = 0; i < 20; ++i) h(i, i) -= 0.5;
    const InverseEstimate estimate = estimate_inverse(operator_of(h), options);
    CHECK(estimate.status == Status::accuracy_not_reached);
    CHECK(estimate.message.find("positive definite") != std::string::npos);
  }
  SUBCASE("not symmetric") {
    h(3, 7) += 0.1;
    const InverseEstimate estimate = estimate_inverse(operator_of(h), options);
    CHECK(estimate.status == Status::accuracy_not_reached);
    CHECK(estimate.message.find("symmetric") != std::string::npos);
  }
  SUBCASE("not finite") {
    h(3, 7) = std::numeric_limits<double>::quiet_NaN();
    CHECK(estimate_inverse(operator_of(h), options).status == Status::non_finite_input);
  }
  SUBCASE("zero") {
    h = Matrix<double>(20, 20);
    CHECK(estimate_inverse(operator_of(h), options).status == Status::accuracy_not_reached);
  }
  SUBCASE("rounding errors in the way") {
    options.tolerance = 0;
    const InverseEstimate estimate = estimate_inverse(operator_of(h), options);
    CHECK(estimate.status == Status::stalled);
    CHECK(estimate.error_estimate < 1e-12);
  }
  SUBCASE("a limit, and a callback") {
    options.iteration_limit = 2;
    CHECK(estimate_inverse(operator_of(h), options).status == Status::iteration_limit);
    options.on_iteration = [](const InverseIteration& it) { return it.iteration < 1; };
    const InverseEstimate estimate = estimate_inverse(operator_of(h), options);
    CHECK(estimate.status == Status::cancelled);
    CHECK(estimate.iterations == 1);
  }
  SUBCASE("a single number") {
    Matrix<double> one(1, 1);
    one(0, 0) = 4;
    const InverseEstimate estimate = estimate_inverse(operator_of(one), {});
    CHECK(estimate.solved());
    CHECK(estimate.inverse(0, 0) == doctest::Approx(0.25).epsilon(1e-15));
  }
  SUBCASE("arguments") {
    LinearOperator<double> wide = operator_of(h);
    wide.cols = 21;
    CHECK_THROWS_AS((void)estimate_inverse(wide, options), ShapeError);
    CHECK_THROWS_AS((void)estimate_inverse({20, 20, nullptr, nullptr}, options), InvalidOption);
    CHECK_THROWS_AS((void)estimate_inverse({0, 0, nullptr, nullptr}, options), ShapeError);
    options.tolerance = 1;
    CHECK_THROWS_AS((void)estimate_inverse(operator_of(h), options), InvalidOption);
    options = {};
    options.directions = -1;
    CHECK_THROWS_AS((void)estimate_inverse(operator_of(h), options), InvalidOption);
  }
  SUBCASE("an exception of the operator's goes to the caller") {
    LinearOperator<double> broken = operator_of(h);
    broken.multiply = [](MatrixView<const double>, MatrixView<double>) { throw std::runtime_error("no product"); };
    CHECK_THROWS_WITH_AS((void)estimate_inverse(broken, options), "no product", std::runtime_error);
  }
}
