#include "solvers/factorization.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "linalg/blas.hpp"
#include "linalg/condition.hpp"
#include "linalg/copy.hpp"
#include "linalg/parallel.hpp"

namespace croquis {
namespace {

// The estimated condition may be too small by a factor of a few; this much below the limit it is not trusted to say
// that the rank is full.
constexpr double doubt = 0.1;

template <class T>
class ShiftedTriangle : public ShiftedFactor<T> {
 public:
  explicit ShiftedTriangle(Matrix<T> f) : f_(std::move(f)) {}
  void solve_transposed(std::vector<T>& g) const override {
    solve_triangular<T>(Side::left, Transpose::yes, f_, column_major(g.data(), f_.cols(), 1));
  }

 private:
  Matrix<T> f_;
};

// C = R P^T, of full rank.
template <class T>
class TriangularFactorization : public Factorization<T> {
 public:
  // Column j of R is column permutation[j] of A D; empty: the identity.
  TriangularFactorization(Matrix<T> r, std::vector<std::int64_t> permutation)
      : r_(std::move(r)), permutation_(std::move(permutation)) {}

  void precondition(MatrixView<const T> y, MatrixView<T> x) const override {
    Matrix<T> scaled = Matrix<T>::uninitialized(this->cols(), y.cols);
    copy_serial<T>(y, scaled.view());
    solve_triangular<T>(Side::left, Transpose::no, r_, scaled.view());
    for (std::int64_t k = 0; k < y.cols; ++k)
      for (std::int64_t j = 0; j < this->cols(); ++j) x(column(j), k) = scaled(j, k) * this->scale[column(j)];
  }

  void precondition_transposed(MatrixView<const T> x, MatrixView<T> y) const override {
    Matrix<T> scaled = Matrix<T>::uninitialized(this->cols(), x.cols);
    for (std::int64_t k = 0; k < x.cols; ++k)
      for (std::int64_t j = 0; j < this->cols(); ++j) scaled(j, k) = x(column(j), k) * this->scale[column(j)];
    solve_triangular<T>(Side::left, Transpose::yes, r_, scaled.view());
    copy_serial<T>(scaled.view(), y);
  }

  std::vector<T> transposed_product(const T* s) const override {
    std::vector<T> g(s, s + this->cols());
    multiply_triangular<T>(Transpose::yes, r_, g.data());
    return g;
  }

  std::vector<T> product(const std::vector<T>& g) const override {
    std::vector<T> s = g;
    multiply_triangular<T>(Transpose::no, r_, s.data());
    return s;
  }

  std::unique_ptr<ShiftedFactor<T>> shifted(double root) const override {
    return std::make_unique<ShiftedTriangle<T>>(append_scaled_identity<T>(r_.view(), static_cast<T>(root)));
  }

 private:
  std::int64_t column(std::int64_t j) const { return permutation_.empty() ? j : permutation_[j]; }

  Matrix<T> r_;
  std::vector<std::int64_t> permutation_;
};

template <class T>
class ShiftedDiagonal : public ShiftedFactor<T> {
 public:
  ShiftedDiagonal(const std::vector<T>& diagonal, double root) : f_(diagonal) {
    for (T& value : f_) value = static_cast<T>(std::hypot(static_cast<double>(value), root));
  }
  void solve_transposed(std::vector<T>& g) const override {
    for (std::size_t i = 0; i < f_.size(); ++i) g[i] /= f_[i];
  }

 private:
  std::vector<T> f_;
};

// C = Sigma V^T, truncated to the numerical rank. The rows of V that belong to zero columns of A are exactly zero.
template <class T>
class TruncatedFactorization : public Factorization<T> {
 public:
  TruncatedFactorization(std::vector<T> singular_values, Matrix<T> v)
      : singular_values_(std::move(singular_values)), v_(std::move(v)) {}

  void precondition(MatrixView<const T> y, MatrixView<T> x) const override {
    Matrix<T> divided(y.rows, y.cols);
    for (std::int64_t k = 0; k < y.cols; ++k)
      for (std::int64_t i = 0; i < y.rows; ++i) divided(i, k) = y(i, k) / singular_values_[i];
    Matrix<T> scaled = Matrix<T>::uninitialized(this->cols(), y.cols);
    const SingleThreadedBlas single_threaded_blas;
    multiply<T>(1, v_.view(), divided.view(), 0, scaled.view());
    for (std::int64_t k = 0; k < y.cols; ++k)
      for (std::int64_t j = 0; j < this->cols(); ++j) x(j, k) = scaled(j, k) * this->scale[j];
  }

  void precondition_transposed(MatrixView<const T> x, MatrixView<T> y) const override {
    Matrix<T> scaled = Matrix<T>::uninitialized(this->cols(), x.cols);
    for (std::int64_t k = 0; k < x.cols; ++k)
      for (std::int64_t j = 0; j < this->cols(); ++j) scaled(j, k) = x(j, k) * this->scale[j];
    const SingleThreadedBlas single_threaded_blas;
    multiply<T>(1, v_.view().transposed(), scaled.view(), 0, y);
    for (std::int64_t k = 0; k < y.cols; ++k)
      for (std::int64_t i = 0; i < y.rows; ++i) y(i, k) /= singular_values_[i];
  }

  // In the basis V.
  std::vector<T> transposed_product(const T* s) const override {
    std::vector<T> g(s, s + this->rank);
    for (std::int64_t i = 0; i < this->rank; ++i) g[i] *= singular_values_[i];
    return g;
  }

  std::vector<T> product(const std::vector<T>& g) const override { return transposed_product(g.data()); }

  std::unique_ptr<ShiftedFactor<T>> shifted(double root) const override {
    return std::make_unique<ShiftedDiagonal<T>>(singular_values_, root);
  }

 private:
  std::vector<T> singular_values_;
  Matrix<T> v_;
};

// Sigma V^T from the singular values of R, or null if they show that the rank is full. `permutation` as above;
// `extreme` is overwritten by the exact values, the smallest over the numerical rank.
template <class T>
std::unique_ptr<Factorization<T>> truncate(const Matrix<T>& r, const std::vector<std::int64_t>& permutation,
                                           double rcond, ExtremeSingularValues& extreme, Matrix<T>& qtb) {
  const std::int64_t n = r.cols();
  SingularValueDecomposition<T> svd = singular_value_decomposition<T>(r.view());
  extreme.largest = svd.s[0];
  std::int64_t rank = 0;
  while (rank < n && svd.s[rank] > rcond * extreme.largest) ++rank;
  extreme.smallest = rank > 0 ? svd.s[rank - 1] : 0;
  if (rank == n) return nullptr;
  // V holds rows of V^T as columns, moved to the columns of A D where R was pivoted.
  Matrix<T> v(n, rank);
  Matrix<T> null_basis(n, n - rank);
  std::vector<std::int64_t> zero_columns;
  for (std::int64_t j = 0; j < n; ++j) {
    const std::int64_t column = permutation.empty() ? j : permutation[j];
    // The coefficient of a zero column is zero, not a rounding error.
    const bool zero_column = norm2(n, r.data() + j * n) == 0;
    if (zero_column) zero_columns.push_back(column);
    for (std::int64_t k = 0; k < n; ++k) {
      if (k < rank) {
        v(column, k) = zero_column ? T(0) : svd.vt(k, j);
      } else {
        null_basis(column, k - rank) = svd.vt(k, j);
      }
    }
  }
  svd.s.resize(static_cast<std::size_t>(rank));
  auto f = std::make_unique<TruncatedFactorization<T>>(std::move(svd.s), std::move(v));
  f->null_basis = std::move(null_basis);
  f->zero_columns = std::move(zero_columns);
  f->rank = rank;
  Matrix<T> coordinates(rank, qtb.cols());
  const SingleThreadedBlas single_threaded_blas;
  multiply<T>(1, svd.u.view().block(0, 0, n, rank).transposed(), qtb.view(), 0, coordinates.view());
  qtb = std::move(coordinates);
  return f;
}

}  // namespace

template <class T>
double Factorization<T>::scaled_norm(MatrixView<const T> x) const {
  std::vector<T> scaled(static_cast<std::size_t>(x.rows));
  for (std::int64_t j = 0; j < x.rows; ++j) scaled[j] = x(j, 0) / scale[j];
  return norm2(x.rows, scaled.data());
}

template <class T>
std::unique_ptr<Factorization<T>> factorize(Matrix<T> r, std::vector<T> scale, double rcond, Pivoting pivoting,
                                            Matrix<T>& qtb, const ExtremeSingularValues* known) {
  const std::int64_t n = r.cols();
  if (!(rcond > 0)) rcond = default_rcond<T>(n);
  const double frobenius_norm = norm2(n * n, r.data());
  std::vector<std::int64_t> permutation;
  if (pivoting == Pivoting::yes) {
    PivotedQr<T> pivoted = pivoted_qr<T>(std::move(r), qtb.view());
    permutation = std::move(pivoted.permutation);
    r = std::move(pivoted.r);
  }
  ExtremeSingularValues extreme = known != nullptr ? *known : extreme_singular_values<T>(r.view());
  std::unique_ptr<Factorization<T>> f;
  if (n > 0 && !(extreme.smallest * doubt > rcond * extreme.largest)) f = truncate(r, permutation, rcond, extreme, qtb);
  if (!f) {
    f = std::make_unique<TriangularFactorization<T>>(std::move(r), std::move(permutation));
    f->rank = n;
  }
  f->scale = std::move(scale);
  f->rcond = rcond;
  f->frobenius_norm = frobenius_norm;
  f->largest_singular = extreme.largest;
  f->condition = f->rank > 0 ? extreme.largest / extreme.smallest : 1;
  return f;
}

#define CROQUIS_INSTANTIATE(T)                                                                                     \
  template class Factorization<T>;                                                                                 \
  template std::unique_ptr<Factorization<T>> factorize<T>(Matrix<T>, std::vector<T>, double, Pivoting, Matrix<T>&, \
                                                          const ExtremeSingularValues*);
CROQUIS_INSTANTIATE(float)
CROQUIS_INSTANTIATE(double)
#undef CROQUIS_INSTANTIATE

}  // namespace croquis
