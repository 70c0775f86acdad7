// The ratios by which LAPACK's own test programs accept a least-squares solver, with their threshold: every sketch
// family and every method, on matrices of every kind.
#include <croquis/solvers/least_squares.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "solvers/direct.hpp"
#include "solvers/stored_matrix.hpp"
#include "tests/solvers/every_family.hpp"
#include "tests/support/lapack_reference.hpp"
#include "tests/support/test_matrices.hpp"

using namespace croquis;
using namespace croquis::test;

namespace {

// LAPACK's `eps` and the threshold of its test programs' input files. The ratios are in units of the rounding errors of
// a stable method, so they are of the order of 1 and below.
constexpr long double eps = 0x1p-53L;
constexpr long double threshold = 30;

// In long double, whose range holds the squares of any doubles.
struct Norms {
  long double a = 0, x = 0, b = 0, r = 0, gradient = 0;  // 1-norms of A, x, b, r = b - A x and A^T r
};

Norms norms(const Matrix<double>& a, const Matrix<double>& x, const Matrix<double>& b) {
  Norms norm;
  std::vector<long double> r(b.entries().begin(), b.entries().end());
  for (std::int64_t j = 0; j < a.cols(); ++j)
    for (std::int64_t i = 0; i < a.rows(); ++i)
      r[static_cast<std::size_t>(i)] -= static_cast<long double>(a(i, j)) * x(j, 0);
  for (std::int64_t j = 0; j < a.cols(); ++j) {
    long double sum = 0, dot = 0;
    for (std::int64_t i = 0; i < a.rows(); ++i) {
      sum += std::abs(static_cast<long double>(a(i, j)));
      dot += a(i, j) * r[static_cast<std::size_t>(i)];
    }
    norm.a = std::max(norm.a, sum);
    norm.gradient += std::abs(dot);
    norm.x += std::abs(static_cast<long double>(x(j, 0)));
  }
  for (const double entry : b.entries()) norm.b += std::abs(static_cast<long double>(entry));
  for (const long double entry : r) norm.r += std::abs(entry);
  return norm;
}

void check_solution(const Matrix<double>& a, const Matrix<double>& b, bool consistent,
                    const LeastSquaresOptions& options) {
  CAPTURE(to_string(options.method));
  CAPTURE((options.sketch ? to_string(*options.sketch) : std::string()));
  const auto fit = least_squares(a, b, options);
  CAPTURE(fit.message);
  CHECK(fit.solved());
  REQUIRE(fit.x.rows() == a.cols());
  const Norms norm = norms(a, fit.x, b);
  const long double unit = static_cast<long double>(std::max(a.rows(), a.cols())) * eps;
  // DQRT17: the residual is orthogonal to the range of A.
  CHECK(norm.gradient <= threshold * unit * norm.a * norm.b);
  // DQRT16: a consistent system is solved.
  if (consistent) CHECK(norm.r <= threshold * unit * norm.a * norm.x);
}

// A x for x of small integers: no error of its own where A is integers times a power of two.
Matrix<double> in_range(const Matrix<double>& a) {
  Matrix<double> b(a.rows(), 1);
  for (std::int64_t i = 0; i < a.rows(); ++i) {
    long double sum = 0;
    for (std::int64_t j = 0; j < a.cols(); ++j)
      sum += static_cast<long double>(a(i, j)) * static_cast<double>(1 + (7 * j) % 5);
    b(i, 0) = static_cast<double>(sum);
  }
  return b;
}

double largest_entry(const Matrix<double>& a) {
  double largest = 0;
  for (const double entry : a.entries()) largest = std::max(largest, std::abs(entry));
  return largest;
}

// b plus a vector of the same size that is orthogonal to the range of A. With any other b the x of an ill-conditioned A
// is so large that the rounding of A x alone exceeds what DQRT17 allows.
Matrix<double> with_residual(const Matrix<double>& a, const Matrix<double>& b, RandomSource& random) {
  Matrix<double> basis = a;
  const int exponent = std::ilogb(largest_entry(a));
  for (double& entry : basis.entries()) entry = std::scalbn(entry, -exponent);
  orthonormalize(basis);
  std::vector<double> e(static_cast<std::size_t>(a.rows()));
  for (double& entry : e) entry = random.normal();
  for (int pass = 0; pass < 2; ++pass)
    for (std::int64_t j = 0; j < a.cols(); ++j) {
      double dot = 0;
      for (std::int64_t i = 0; i < a.rows(); ++i) dot += basis(i, j) * e[static_cast<std::size_t>(i)];
      for (std::int64_t i = 0; i < a.rows(); ++i) e[static_cast<std::size_t>(i)] -= dot * basis(i, j);
    }
  Matrix<double> sum = b;
  const double size = largest_entry(b);
  for (std::int64_t i = 0; i < a.rows(); ++i) sum(i, 0) += size * e[static_cast<std::size_t>(i)];
  return sum;
}

// DQRT12: the factor of A D, pivoted and of the numerical rank that was found, has the singular values of A D.
void check_factor(const Matrix<double>& a) {
  LeastSquaresReport report;
  const StoredMatrix<double> matrix{AnyMatrixView<double>(a)};
  const auto f = factor_whole<double>(matrix, Matrix<double>(a.rows(), 0), 0, ColumnRange::any, report).factorization;
  REQUIRE(f);
  Matrix<double> scaled = a;
  for (std::int64_t j = 0; j < a.cols(); ++j)
    for (std::int64_t i = 0; i < a.rows(); ++i) scaled(i, j) *= f->scale[static_cast<std::size_t>(j)];
  const std::vector<double> expected = singular_values(scaled);
  // Row i of C is C^T e(i).
  std::vector<double> computed;
  if (f->rank > 0) {
    std::vector<double> entries;
    std::vector<double> unit(static_cast<std::size_t>(f->rank), 0.0);
    for (double& one : unit) {
      one = 1;
      const std::vector<double> row = f->transposed_product(unit.data());
      entries.insert(entries.end(), row.begin(), row.end());
      one = 0;
    }
    const auto length = static_cast<std::int64_t>(entries.size()) / f->rank;
    computed = singular_values(column_major(std::as_const(entries).data(), length, f->rank));
  }
  computed.resize(expected.size(), 0);
  long double difference = 0, norm = 0;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    difference = std::hypot(difference, static_cast<long double>(computed[i]) - expected[i]);
    norm = std::hypot(norm, static_cast<long double>(expected[i]));
  }
  CAPTURE(f->rank);
  CHECK(difference <= threshold * static_cast<long double>(std::max(a.rows(), a.cols())) * eps * norm);
}

enum class Residuals { none, none_and_large };

void check(const std::string& name, const Matrix<double>& a, RandomSource& random,
           Residuals residuals = Residuals::none_and_large) {
  CAPTURE(name);
  check_factor(a);
  const std::int64_t m = a.rows();
  const std::int64_t n = a.cols();
  const Matrix<double> consistent_b = in_range(a);
  const Matrix<double> inconsistent_b =
      residuals == Residuals::none ? consistent_b : with_residual(a, consistent_b, random);
  for (const bool consistent : {true, false}) {
    if (!consistent && residuals == Residuals::none) continue;
    CAPTURE(consistent);
    const Matrix<double>& b = consistent ? consistent_b : inconsistent_b;
    for (const auto method : {LeastSquaresMethod::automatic, LeastSquaresMethod::direct,
                              LeastSquaresMethod::sketch_and_precondition, LeastSquaresMethod::gram_and_precondition})
      check_solution(a, b, consistent, {.method = method});
    if (n < 2 || n * n > m) continue;
    for (const AnySketch& sketch : every_family(m, n, 5))
      check_solution(a, b, consistent, {.method = LeastSquaresMethod::sketch_and_precondition, .sketch = sketch});
  }
}

Matrix<double> scaled(Matrix<double> a, double factor) {
  for (double& entry : a.entries()) entry *= factor;
  return a;
}

Matrix<double> integers(std::int64_t m, std::int64_t n) {
  Matrix<double> a(m, n);
  for (std::int64_t j = 0; j < n; ++j)
    for (std::int64_t i = 0; i < m; ++i)
      a(i, j) = static_cast<double>((i * i + 31 * i * j + 17 * j * j + i / 7) % 41 - 20);
  return a;
}

}  // namespace

TEST_CASE("Condition numbers from 1 to the inverse of the roundoff") {
  RandomSource random(1);
  for (const double condition : {1.0, 1e3, 1e6, 1e9, 1e12})
    check("condition " + std::to_string(condition), with_condition(700, 20, condition, random), random);
  // What is orthogonal to the range of such a matrix is not known to working accuracy.
  check("condition 1e16", with_condition(700, 20, 1e16, random), random, Residuals::none);
}

TEST_CASE("Leverage in few rows, and matrices with names") {
  RandomSource random(2);
  check("identity above small", identity_above_small(700, 20, random), random);
  check("one huge row", one_huge_row(700, 20, random), random);
  check("graded rows", graded_rows(700, 20, random), random);
  check("Vandermonde", vandermonde(700, 10), random);
  check("Hilbert", hilbert(700, 8), random);
  check("Vandermonde without full numerical rank", vandermonde(700, 20), random, Residuals::none);
  check("Hilbert without full numerical rank", hilbert(700, 20), random, Residuals::none);
  check("Kahan", kahan(700, 20, 1.2), random);
  check("Lauchli", lauchli(700, 20, 1e-9), random);
}

TEST_CASE("Duplicate columns and columns of zeros") {
  RandomSource random(3);
  Matrix<double> a = integers(700, 20);
  for (std::int64_t i = 0; i < a.rows(); ++i) {
    a(i, 13) = a(i, 4);
    a(i, 7) = 0;
  }
  check("duplicate and zero", a, random);
}

TEST_CASE("Any scale, nearly to the ends of the range") {
  RandomSource random(4);
  for (const double factor : {1e150, 1e-150}) {
    check("all scaled", scaled(with_condition(700, 20, 1e4, random), factor), random);
  }
  // The smallest entries and the residual's rounding errors remain normal numbers.
  check("integers, scaled", scaled(integers(700, 20), 0x1p-960), random);
  Matrix<double> columns = with_condition(700, 20, 1e4, random);
  scale_columns(columns, -150, 150);
  check("columns of every scale", columns, random);
}

TEST_CASE("Square, nearly square, one column, one row") {
  RandomSource random(5);
  check("square", with_condition(40, 40, 1e5, random), random, Residuals::none);
  check("one row more", with_condition(41, 40, 1e5, random), random);
  check("one column", with_condition(500, 1, 1, random), random);
  check("one entry", with_condition(1, 1, 1, random), random, Residuals::none);
}
