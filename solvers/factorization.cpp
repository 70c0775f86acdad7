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
void factor_rank_deficient(Factorization<T>& f, const Matrix<T>& r, Matrix<T>& qtb) {
  const std::int64_t n = r.cols();
  const std::int64_t vectors = qtb.cols();
  SingularValueDecomposition<T> svd = singular_value_decomposition<T>(r.view());
  f.largest_singular = n > 0 ? svd.s[0] : 0;
  f.rank = 0;
  while (f.rank < n && svd.s[f.rank] > f.rcond * f.largest_singular) ++f.rank;
  if (f.rank == n) {
    f.r = r;
    f.condition = f.largest_singular / svd.s[n - 1];
    return;
  }
  f.r = {};
  f.condition = f.rank > 0 ? f.largest_singular / svd.s[f.rank - 1] : 1;
  // V holds rows of V^T as columns, moved to the columns of A D where R was pivoted.
  f.v = Matrix<T>(n, f.rank);
  f.null_basis = Matrix<T>(n, n - f.rank);
  for (std::int64_t j = 0; j < n; ++j) {
    const std::int64_t column = f.permutation.empty() ? j : f.permutation[j];
    // The coefficient of a zero column is zero, not a rounding error.
    const bool zero_column = norm2(n, r.data() + j * n) == 0;
    for (std::int64_t k = 0; k < n; ++k) {
      if (k < f.rank) {
        f.v(column, k) = zero_column ? T(0) : svd.vt(k, j);
      } else {
        f.null_basis(column, k - f.rank) = svd.vt(k, j);
      }
    }
  }
  f.permutation.clear();
  f.singular_values.assign(svd.s.begin(), svd.s.begin() + f.rank);
  Matrix<T> coordinates(f.rank, vectors);
  const SingleThreadedBlas single_threaded_blas;
  multiply<T>(1, svd.u.view().block(0, 0, n, f.rank).transposed(), qtb.view(), 0, coordinates.view());
  qtb = std::move(coordinates);
}

}  // namespace

template <class T>
Factorization<T> factorize(Matrix<T> r, std::vector<T> scale, double rcond, Pivoting pivoting, Matrix<T>& qtb) {
  Factorization<T> f;
  const std::int64_t n = r.cols();
  f.scale = std::move(scale);
  f.rcond = rcond > 0 ? rcond : default_rcond<T>(n);
  f.frobenius_norm = norm2(n * n, r.data());
  if (pivoting == Pivoting::yes) {
    PivotedQr<T> pivoted = pivoted_qr<T>(std::move(r), qtb.view());
    f.permutation = std::move(pivoted.permutation);
    r = std::move(pivoted.r);
  }
  const ExtremeSingularValues extreme = extreme_singular_values<T>(r.view());
  if (n > 0 && !(extreme.smallest * doubt > f.rcond * extreme.largest)) {
    factor_rank_deficient(f, r, qtb);
    return f;
  }
  f.r = std::move(r);
  f.rank = n;
  f.largest_singular = extreme.largest;
  f.condition = n > 0 ? extreme.largest / extreme.smallest : 1;
  return f;
}

template <class T>
void Factorization<T>::precondition(MatrixView<const T> y, MatrixView<T> x) const {
  Matrix<T> scaled = Matrix<T>::uninitialized(cols(), y.cols);
  if (full_rank()) {
    copy_serial<T>(y, scaled.view());
    solve_triangular<T>(Side::left, Transpose::no, r, scaled.view());
  } else {
    Matrix<T> divided(y.rows, y.cols);
    for (std::int64_t k = 0; k < y.cols; ++k)
      for (std::int64_t i = 0; i < y.rows; ++i) divided(i, k) = y(i, k) / singular_values[i];
    const SingleThreadedBlas single_threaded_blas;
    multiply<T>(1, v.view(), divided.view(), 0, scaled.view());
  }
  for (std::int64_t k = 0; k < y.cols; ++k) {
    for (std::int64_t j = 0; j < cols(); ++j) {
      const std::int64_t column = permutation.empty() ? j : permutation[j];
      x(column, k) = scaled(j, k) * scale[column];
    }
  }
}

template <class T>
void Factorization<T>::precondition_transposed(MatrixView<const T> x, MatrixView<T> y) const {
  Matrix<T> scaled = Matrix<T>::uninitialized(cols(), x.cols);
  for (std::int64_t k = 0; k < x.cols; ++k) {
    for (std::int64_t j = 0; j < cols(); ++j) {
      const std::int64_t column = permutation.empty() ? j : permutation[j];
      scaled(j, k) = x(column, k) * scale[column];
    }
  }
  if (full_rank()) {
    solve_triangular<T>(Side::left, Transpose::yes, r, scaled.view());
    copy_serial<T>(scaled.view(), y);
  } else {
    const SingleThreadedBlas single_threaded_blas;
    multiply<T>(1, v.view().transposed(), scaled.view(), 0, y);
    for (std::int64_t k = 0; k < y.cols; ++k)
      for (std::int64_t i = 0; i < y.rows; ++i) y(i, k) /= singular_values[i];
  }
}

template <class T>
double Factorization<T>::scaled_norm(MatrixView<const T> x) const {
  std::vector<T> scaled(static_cast<std::size_t>(x.rows));
  for (std::int64_t j = 0; j < x.rows; ++j) scaled[j] = x(j, 0) / scale[j];
  return norm2(x.rows, scaled.data());
}

#define CROQUIS_INSTANTIATE(T)      \
  template struct Factorization<T>; \
  template Factorization<T> factorize<T>(Matrix<T>, std::vector<T>, double, Pivoting, Matrix<T>&);
CROQUIS_INSTANTIATE(float)
CROQUIS_INSTANTIATE(double)
#undef CROQUIS_INSTANTIATE

}  // namespace croquis
