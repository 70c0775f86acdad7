// The small dense factorizations, each with BLAS on one thread so that their bits do not depend on the user's number.
#include <algorithm>
#include <stdexcept>
#include <utility>

#include "linalg/blas.hpp"
#include "linalg/blocked_cholesky.hpp"
#include "linalg/copy.hpp"
#include "linalg/large_triangle.hpp"
#include "linalg/memory.hpp"
#include "linalg/parallel.hpp"

namespace croquis {
namespace {

constexpr const char* letter(Transpose transpose) { return transpose == Transpose::yes ? "T" : "N"; }

}  // namespace

template <class T>
void solve_triangular(Side side, Transpose transpose, MatrixView<const std::type_identity_t<T>> r, MatrixView<T> b) {
  if (b.rows == 0 || b.cols == 0) return;
  if (side == Side::left && b.cols == 1 && b.rows >= least_cols_of_large_triangle)
    return transpose == Transpose::yes ? solve_large_triangle_transposed<T>(r, b.data)
                                       : solve_large_triangle<T>(r, b.data);
  const blas_int m = to_blas_int(b.rows, "rows");
  const blas_int n = to_blas_int(b.cols, "columns");
  const blas_int ldr = to_blas_int(r.leading_dimension, "leading dimension");
  const blas_int ldb = to_blas_int(b.leading_dimension, "leading dimension");
  const SingleThreadedBlas single_threaded_blas;
  const char* t = letter(transpose);
  if (side == Side::left && n == 1) {
    const blas_int one = 1;
    if constexpr (std::is_same_v<T, double>) {
      dtrsv_("U", t, "N", &m, r.data, &ldr, b.data, &one, 1, 1, 1);
    } else {
      strsv_("U", t, "N", &m, r.data, &ldr, b.data, &one, 1, 1, 1);
    }
    return;
  }
  const char* s = side == Side::left ? "L" : "R";
  const T alpha = 1;
  if constexpr (std::is_same_v<T, double>) {
    dtrsm_(s, "U", t, "N", &m, &n, &alpha, r.data, &ldr, b.data, &ldb, 1, 1, 1, 1);
  } else {
    strsm_(s, "U", t, "N", &m, &n, &alpha, r.data, &ldr, b.data, &ldb, 1, 1, 1, 1);
  }
}

template <class T>
bool cholesky(Matrix<T>& g) {
  const blas_int n = to_blas_int(g.rows(), "rows");
  if (n == 0) return true;
  if (n >= least_cols_of_blocked_cholesky) return blocked_cholesky<T>(g.view());
  blas_int info = 0;
  const SingleThreadedBlas single_threaded_blas;
  if constexpr (std::is_same_v<T, double>) {
    dpotrf_("U", &n, g.data(), &n, &info, 1);
  } else {
    spotrf_("U", &n, g.data(), &n, &info, 1);
  }
  for (std::int64_t j = 0; j < n; ++j) std::fill(g.data() + j * n + j + 1, g.data() + (j + 1) * n, T(0));
  return info == 0;
}

template <class T>
void multiply_triangular(Transpose transpose, MatrixView<const std::type_identity_t<T>> r, T* x) {
  if (r.rows == 0) return;
  if (r.rows >= least_cols_of_large_triangle)
    return transpose == Transpose::yes ? multiply_by_large_triangle_transposed<T>(r, x)
                                       : multiply_by_large_triangle<T>(r, x);
  const blas_int n = to_blas_int(r.rows, "rows");
  const blas_int ldr = to_blas_int(r.leading_dimension, "leading dimension");
  const blas_int one = 1;
  const SingleThreadedBlas single_threaded_blas;
  if constexpr (std::is_same_v<T, double>) {
    dtrmv_("U", letter(transpose), "N", &n, r.data, &ldr, x, &one, 1, 1, 1);
  } else {
    strmv_("U", letter(transpose), "N", &n, r.data, &ldr, x, &one, 1, 1, 1);
  }
}

template <class T>
Matrix<T> append_diagonal(MatrixView<const T> r, const std::vector<T>& d) {
  Matrix<T> result(r);
  if (r.rows == 0) return result;
  Matrix<T> diagonal(r.rows, r.cols);
  for (std::int64_t j = 0; j < r.cols; ++j) diagonal(j, j) = d[j];
  const blas_int n = to_blas_int(r.rows, "rows");
  const blas_int block = std::min<blas_int>(32, n);
  Workspace<T> factors(static_cast<std::int64_t>(block) * n);
  Workspace<T> work(static_cast<std::int64_t>(block) * n);
  blas_int info = 0;
  const SingleThreadedBlas single_threaded_blas;
  if constexpr (std::is_same_v<T, double>) {
    dtpqrt_(&n, &n, &n, &block, result.data(), &n, diagonal.data(), &n, factors.data(), &block, work.data(), &info);
  } else {
    stpqrt_(&n, &n, &n, &block, result.data(), &n, diagonal.data(), &n, factors.data(), &block, work.data(), &info);
  }
  return result;
}

template <class T>
Matrix<T> append_scaled_identity(MatrixView<const T> r, T t) {
  return append_diagonal<T>(r, std::vector<T>(static_cast<std::size_t>(r.cols), t));
}

template <class T>
SingularValueDecomposition<T> singular_value_decomposition(MatrixView<const T> a) {
  const blas_int n = to_blas_int(a.rows, "rows");
  SingularValueDecomposition<T> result{Matrix<T>(n, n), std::vector<T>(static_cast<std::size_t>(n)), Matrix<T>(n, n)};
  if (n == 0) return result;
  Matrix<T> work_a(n, n);
  copy_serial<T>(a, work_a.view());
  std::vector<blas_int> integers(8 * static_cast<std::size_t>(n));
  const auto run = [&](T* work, blas_int size) {
    blas_int info = 0;
    if constexpr (std::is_same_v<T, double>) {
      dgesdd_("A", &n, &n, work_a.data(), &n, result.s.data(), result.u.data(), &n, result.vt.data(), &n, work, &size,
              integers.data(), &info, 1);
    } else {
      sgesdd_("A", &n, &n, work_a.data(), &n, result.s.data(), result.u.data(), &n, result.vt.data(), &n, work, &size,
              integers.data(), &info, 1);
    }
    if (info != 0) throw std::runtime_error("singular value decomposition did not converge");
  };
  const SingleThreadedBlas single_threaded_blas;
  T wanted = 0;
  run(&wanted, -1);
  Workspace<T> work(static_cast<std::int64_t>(wanted));
  run(work.data(), static_cast<blas_int>(work.size()));
  return result;
}

template <class T>
PivotedQr<T> pivoted_qr(Matrix<T> a, MatrixView<T> b) {
  const blas_int n = to_blas_int(a.rows(), "rows");
  PivotedQr<T> result;
  if (n == 0) return result;
  const blas_int k = to_blas_int(b.cols, "columns");
  const blas_int ldb = to_blas_int(b.leading_dimension, "leading dimension");
  std::vector<blas_int> pivots(static_cast<std::size_t>(n), 0);
  std::vector<T> tau(static_cast<std::size_t>(n));
  Workspace<T> work(std::int64_t{64} * (std::max(n, k) + 65) + 3 * std::int64_t{n} + 1);
  const blas_int size = to_blas_int(work.size(), "workspace");
  blas_int info = 0;
  const SingleThreadedBlas single_threaded_blas;
  if constexpr (std::is_same_v<T, double>) {
    dgeqp3_(&n, &n, a.data(), &n, pivots.data(), tau.data(), work.data(), &size, &info);
    if (k > 0) dormqr_("L", "T", &n, &k, &n, a.data(), &n, tau.data(), b.data, &ldb, work.data(), &size, &info, 1, 1);
  } else {
    sgeqp3_(&n, &n, a.data(), &n, pivots.data(), tau.data(), work.data(), &size, &info);
    if (k > 0) sormqr_("L", "T", &n, &k, &n, a.data(), &n, tau.data(), b.data, &ldb, work.data(), &size, &info, 1, 1);
  }
  for (std::int64_t j = 0; j < n; ++j) std::fill_n(&a.data()[j * n + j + 1], n - j - 1, T(0));
  for (const blas_int pivot : pivots) result.permutation.push_back(pivot - 1);
  result.r = std::move(a);
  return result;
}

#define CROQUIS_INSTANTIATE(T)                                                                 \
  template void solve_triangular<T>(Side, Transpose, MatrixView<const T>, MatrixView<T>);      \
  template bool cholesky<T>(Matrix<T>&);                                                       \
  template void multiply_triangular<T>(Transpose, MatrixView<const T>, T*);                    \
  template Matrix<T> append_diagonal<T>(MatrixView<const T>, const std::vector<T>&);           \
  template Matrix<T> append_scaled_identity<T>(MatrixView<const T>, T);                        \
  template SingularValueDecomposition<T> singular_value_decomposition<T>(MatrixView<const T>); \
  template PivotedQr<T> pivoted_qr<T>(Matrix<T>, MatrixView<T>);
CROQUIS_INSTANTIATE(float)
CROQUIS_INSTANTIATE(double)
#undef CROQUIS_INSTANTIATE

}  // namespace croquis
