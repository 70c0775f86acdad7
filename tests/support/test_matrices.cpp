#include "tests/support/test_matrices.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "linalg/blas.hpp"
#include "tests/support/lapack_reference.hpp"

namespace croquis::test {

std::vector<double> log_spaced(std::int64_t count, double condition) {
  std::vector<double> sigma(count, 1.0);
  for (std::int64_t i = 1; i < count; ++i)
    sigma[i] = std::pow(condition, -static_cast<double>(i) / static_cast<double>(count - 1));
  return sigma;
}

Matrix<double> random_orthonormal(std::int64_t rows, std::int64_t cols, RandomSource& random) {
  Matrix<double> q = gaussian_matrix(rows, cols, random);
  orthonormalize(q);
  return q;
}

Matrix<double> with_singular_values(std::int64_t rows, std::int64_t cols, std::span<const double> sigma,
                                    RandomSource& random) {
  const auto rank = static_cast<std::int64_t>(sigma.size());
  const Matrix<double> u = random_orthonormal(rows, rank, random);
  Matrix<double> v = random_orthonormal(cols, rank, random);
  for (std::int64_t k = 0; k < rank; ++k)
    for (std::int64_t j = 0; j < cols; ++j) v(j, k) *= sigma[k];
  auto a = Matrix<double>::uninitialized(rows, cols);
  multiply<double>(1, u, v.view().transposed(), 0, a);
  return a;
}

Matrix<double> with_condition(std::int64_t rows, std::int64_t cols, double condition, RandomSource& random) {
  return with_singular_values(rows, cols, log_spaced(cols, condition), random);
}

Matrix<double> identity_above_small(std::int64_t rows, std::int64_t cols, RandomSource& random) {
  Matrix<double> a(rows, cols);
  for (std::int64_t j = 0; j < cols; ++j) {
    for (std::int64_t i = cols; i < rows; ++i) a(i, j) = 1e-4 * random.normal();
    a(j, j) = 1;
  }
  return a;
}

Matrix<double> one_huge_row(std::int64_t rows, std::int64_t cols, RandomSource& random) {
  Matrix<double> a = gaussian_matrix(rows, cols, random);
  for (std::int64_t j = 0; j < cols; ++j) a(rows / 2, j) *= 1e8;
  return a;
}

Matrix<double> graded_rows(std::int64_t rows, std::int64_t cols, RandomSource& random) {
  Matrix<double> a = gaussian_matrix(rows, cols, random);
  for (std::int64_t i = 0; i < rows; ++i) {
    const double weight = std::pow(10, -8 * random.uniform());
    for (std::int64_t j = 0; j < cols; ++j) a(i, j) *= weight;
  }
  return a;
}

Matrix<double> vandermonde(std::int64_t rows, std::int64_t cols) {
  Matrix<double> a(rows, cols);
  for (std::int64_t i = 0; i < rows; ++i) {
    const double t = static_cast<double>(i) / static_cast<double>(rows - 1);
    double power = 1;
    for (std::int64_t j = 0; j < cols; ++j, power *= t) a(i, j) = power;
  }
  return a;
}

Matrix<double> hilbert(std::int64_t rows, std::int64_t cols) {
  Matrix<double> a(rows, cols);
  for (std::int64_t j = 0; j < cols; ++j)
    for (std::int64_t i = 0; i < rows; ++i) a(i, j) = 1 / static_cast<double>(i + j + 1);
  return a;
}

Matrix<double> kahan(std::int64_t rows, std::int64_t cols, double angle) {
  Matrix<double> a(rows, cols);
  const double c = std::cos(angle);
  double power = 1;
  for (std::int64_t i = 0; i < cols; ++i, power *= std::sin(angle)) {
    a(i, i) = power;
    for (std::int64_t j = i + 1; j < cols; ++j) a(i, j) = -c * power;
  }
  return a;
}

Matrix<double> lauchli(std::int64_t rows, std::int64_t cols, double epsilon) {
  Matrix<double> a(rows, cols);
  for (std::int64_t j = 0; j < cols; ++j) a(0, j) = 1;
  for (std::int64_t i = 1; i < rows; ++i) a(i, (i - 1) % cols) = epsilon;
  return a;
}

void scale_columns(Matrix<double>& a, double lowest_exponent, double highest_exponent) {
  const double steps = static_cast<double>(std::max<std::int64_t>(1, a.cols() - 1));
  for (std::int64_t j = 0; j < a.cols(); ++j) {
    const double scale =
        std::pow(10, lowest_exponent + (highest_exponent - lowest_exponent) * static_cast<double>(j) / steps);
    for (std::int64_t i = 0; i < a.rows(); ++i) a(i, j) *= scale;
  }
}

Matrix<double> right_hand_side(const Matrix<double>& a, double relative_residual, RandomSource& random) {
  const std::int64_t m = a.rows();
  const std::int64_t n = a.cols();
  const Matrix<double> x = gaussian_matrix(n, 1, random);
  Matrix<double> b(m, 1);
  multiply<double>(1, a, x, 0, b);
  if (relative_residual == 0) return b;
  Matrix<double> q = a;
  orthonormalize(q);
  Matrix<double> e = gaussian_matrix(m, 1, random);
  Matrix<double> c(n, 1);
  // Once leaves a component of a roundoff of ||g|| in range(A); the second time removes it.
  for (int time = 0; time < 2; ++time) {
    multiply<double>(1, q.view().transposed(), e, 0, c);
    multiply<double>(-1, q, c, 1, e);
  }
  const double scale = relative_residual * norm2(m, b.data()) / norm2(m, e.data());
  for (std::int64_t i = 0; i < m; ++i) b(i, 0) += scale * e(i, 0);
  return b;
}

namespace {

LeastSquaresProblem named_problem(std::string name, Matrix<double> a, double relative_residual, RandomSource& random) {
  Matrix<double> b = right_hand_side(a, relative_residual, random);
  return {std::move(name), std::move(a), std::move(b)};
}

}  // namespace

std::vector<LeastSquaresProblem> coherent_problems(std::int64_t rows, std::int64_t cols, double relative_residual,
                                                   std::uint64_t seed) {
  RandomSource random(seed);
  std::vector<LeastSquaresProblem> problems;
  const auto add = [&](std::string name, Matrix<double> a) {
    problems.push_back(named_problem(std::move(name), std::move(a), relative_residual, random));
  };
  add("identity above small rows", identity_above_small(rows, cols, random));
  add("one huge row", one_huge_row(rows, cols, random));
  add("graded rows", graded_rows(rows, cols, random));
  return problems;
}

std::vector<LeastSquaresProblem> structured_problems(std::int64_t rows, double relative_residual, std::uint64_t seed) {
  RandomSource random(seed);
  std::vector<LeastSquaresProblem> problems;
  const auto add = [&](std::string name, Matrix<double> a) {
    problems.push_back(named_problem(std::move(name), std::move(a), relative_residual, random));
  };
  add("Vandermonde of degree 11", vandermonde(rows, 12));
  add("Hilbert, 8 columns", hilbert(rows, 8));
  add("Kahan, 60 columns", kahan(rows, 60, 1.2));
  add("Lauchli 1e-9, 30 columns", lauchli(rows, 30, 1e-9));
  return problems;
}

Matrix<float> to_float(const Matrix<double>& a) {
  auto result = Matrix<float>::uninitialized(a.rows(), a.cols(), a.layout());
  std::transform(a.entries().begin(), a.entries().end(), result.entries().begin(),
                 [](double entry) { return static_cast<float>(entry); });
  return result;
}

}  // namespace croquis::test
