#include "solvers/orthogonal_complement.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "linalg/blas.hpp"
#include "linalg/dot.hpp"
#include "linalg/parallel.hpp"
#include "linalg/tall_qr.hpp"

namespace croquis {
namespace {

// With so few vectors, calls of BLAS and LAPACK take longer than the work.
constexpr std::int64_t few_columns = 32;
constexpr std::int64_t few_vectors = 4;
// A Gram matrix squares the condition number: twice with an error of 1e-10 in between is no worse than with a QR.
constexpr double most_condition = 1000;

// c := R^-T c, and R^-1 c for c of zeros from `order` on. R is k x k, by columns.
void solve_transposed(const std::vector<double>& r, std::int64_t k, double* c) {
  for (std::int64_t j = 0; j < k; ++j) {
    for (std::int64_t i = 0; i < j; ++i) c[j] -= r[i + j * k] * c[i];
    c[j] /= r[j + j * k];
  }
}
void solve(const std::vector<double>& r, std::int64_t k, std::int64_t order, double* c) {
  for (std::int64_t j = order - 1; j >= 0; --j) {
    c[j] /= r[j + j * k];
    for (std::int64_t i = 0; i < j; ++i) c[i] -= r[i + j * k] * c[j];
  }
}

}  // namespace

template <class T>
OrthogonalComplement<T>::OrthogonalComplement(Matrix<T> basis, std::int64_t vectors) : basis_(std::move(basis)) {
  const std::int64_t n = basis_.rows(), k = basis_.cols();
  for (std::int64_t j = 0; j < k; ++j) {
    T* const column = basis_.data() + j * n;
    const double norm = norm2(n, column);
    for (std::int64_t i = 0; i < n && norm > 0; ++i) column[i] = static_cast<T>(column[i] / norm);
  }
  if (k <= few_columns && vectors <= few_vectors && factor_gram()) return;
  small_r_.clear();
  Matrix<T> factored(basis_);
  Matrix<T> nothing(n, 0);
  r_ = std::move(tall_qr<T>(factored.view(), nothing.view()).r);
}

// False if the Gram matrix is too ill-conditioned, by ||R||_F ||R^-1||_F, where ||R||_F^2 = k.
template <class T>
bool OrthogonalComplement<T>::factor_gram() {
  const std::int64_t n = basis_.rows(), k = basis_.cols();
  small_r_.assign(static_cast<std::size_t>(k * k), 0);
  for (std::int64_t j = 0; j < k; ++j) {
    double* const column = small_r_.data() + j * k;
    double square = dot(n, basis_.data() + j * n, basis_.data() + j * n);
    for (std::int64_t i = 0; i < j; ++i) {
      double sum = dot(n, basis_.data() + i * n, basis_.data() + j * n);
      for (std::int64_t l = 0; l < i; ++l) sum -= small_r_[l + i * k] * column[l];
      column[i] = sum / small_r_[i + i * k];
      square -= column[i] * column[i];
    }
    if (!(square > 1 / (most_condition * most_condition))) return false;
    column[j] = std::sqrt(square);
  }
  double inverse_square = 0;
  std::vector<double> c(static_cast<std::size_t>(k));
  for (std::int64_t j = 0; j < k; ++j) {
    std::fill(c.begin(), c.end(), 0);
    c[j] = 1;
    solve(small_r_, k, j + 1, c.data());
    for (const double entry : c) inverse_square += entry * entry;
  }
  return static_cast<double>(k) * inverse_square <= most_condition * most_condition;
}

template <class T>
void OrthogonalComplement<T>::project_one(T* x) const {
  const std::int64_t n = basis_.rows(), k = basis_.cols();
  std::vector<double> c(static_cast<std::size_t>(k));
  for (int round = 0; round < 2; ++round) {
    for (std::int64_t j = 0; j < k; ++j) c[j] = dot(n, basis_.data() + j * n, x);
    solve_transposed(small_r_, k, c.data());
    solve(small_r_, k, k, c.data());
    for (std::int64_t j = 0; j < k; ++j) {
      const T factor = static_cast<T>(c[j]);
      for (std::int64_t i = 0; i < n; ++i) x[i] -= factor * basis_.data()[i + j * n];
    }
  }
}

template <class T>
void OrthogonalComplement<T>::project(MatrixView<T> x) const {
  const std::int64_t k = basis_.cols();
  if (k == 0 || x.cols == 0) return;
  if (!small_r_.empty()) {
    for (std::int64_t v = 0; v < x.cols; ++v) project_one(x.data + v * x.leading_dimension);
    return;
  }
  for (std::int64_t j = 0; j < k; ++j)
    if (r_(j, j) == T(0)) return;
  Matrix<T> coefficients(k, x.cols);
  const SingleThreadedBlas single_threaded_blas;
  for (int round = 0; round < 2; ++round) {
    multiply<T>(1, basis_.view().transposed(), x, 0, coefficients.view());
    solve_triangular<T>(Side::left, Transpose::yes, r_, coefficients.view());
    solve_triangular<T>(Side::left, Transpose::no, r_, coefficients.view());
    multiply<T>(-1, basis_.view(), coefficients.view(), 1, x);
  }
}

template class OrthogonalComplement<float>;
template class OrthogonalComplement<double>;

}  // namespace croquis
