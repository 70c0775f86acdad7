#include "tests/support/lapack_reference.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>
#include <type_traits>

#include "linalg/blas.hpp"
#include "linalg/copy.hpp"

namespace croquis {

extern "C" {
#define CROQUIS_DECLARE(p, T)                                                                                     \
  void p##gels_(const char*, const blas_int*, const blas_int*, const blas_int*, T*, const blas_int*, T*,          \
                const blas_int*, T*, const blas_int*, blas_int*, std::size_t);                                    \
  void p##gelsy_(const blas_int*, const blas_int*, const blas_int*, T*, const blas_int*, T*, const blas_int*,     \
                 blas_int*, const T*, blas_int*, T*, const blas_int*, blas_int*);                                 \
  void p##gelsd_(const blas_int*, const blas_int*, const blas_int*, T*, const blas_int*, T*, const blas_int*, T*, \
                 const T*, blas_int*, T*, const blas_int*, blas_int*, blas_int*);                                 \
  void p##geqrf_(const blas_int*, const blas_int*, T*, const blas_int*, T*, T*, const blas_int*, blas_int*);
CROQUIS_DECLARE(s, float)
CROQUIS_DECLARE(d, double)
#undef CROQUIS_DECLARE
}

namespace test {
namespace {

void check_info(blas_int info, const char* routine) {
  if (info != 0) throw std::runtime_error(std::string(routine) + ": info = " + std::to_string(info));
}

// B in a matrix of at least n rows, as the xGELS family wants it for its result.
template <class T>
Matrix<T> padded_right_hand_side(MatrixView<const T> b, std::int64_t rows) {
  Matrix<T> work(std::max(b.rows, rows), b.cols);
  copy_serial<T>(b, work.view().block(0, 0, b.rows, b.cols));
  return work;
}

template <class T>
Matrix<T> first_rows(const Matrix<T>& a, std::int64_t rows) {
  return Matrix<T>(a.view().block(0, 0, rows, a.cols()));
}

}  // namespace

template <class T>
Matrix<T> column_major_copy(MatrixView<const T> a) {
  auto result = Matrix<T>::uninitialized(a.rows, a.cols);
  copy_serial<T>(a, result.view());
  return result;
}

template <class T>
Matrix<T> solve_by_qr(MatrixView<const T> a, MatrixView<const T> b) {
  Matrix<T> factors = column_major_copy(a);
  Matrix<T> x = padded_right_hand_side(b, a.cols);
  const blas_int m = to_blas_int(a.rows, "rows");
  const blas_int n = to_blas_int(a.cols, "columns");
  const blas_int k = to_blas_int(b.cols, "right-hand sides");
  const blas_int ldx = to_blas_int(x.rows(), "rows");
  const blas_int size = 64 * (n + std::max(n, k));
  std::vector<T> work(size);
  blas_int info = 0;
  if constexpr (std::is_same_v<T, double>) {
    dgels_("N", &m, &n, &k, factors.data(), &m, x.data(), &ldx, work.data(), &size, &info, 1);
  } else {
    sgels_("N", &m, &n, &k, factors.data(), &m, x.data(), &ldx, work.data(), &size, &info, 1);
  }
  check_info(info, "gels");
  return first_rows(x, a.cols);
}

template <class T>
MinimumNormSolution<T> solve_by_pivoted_qr(MatrixView<const T> a, MatrixView<const T> b, T rcond) {
  Matrix<T> factors = column_major_copy(a);
  Matrix<T> x = padded_right_hand_side(b, a.cols);
  const blas_int m = to_blas_int(a.rows, "rows");
  const blas_int n = to_blas_int(a.cols, "columns");
  const blas_int k = to_blas_int(b.cols, "right-hand sides");
  const blas_int ldx = to_blas_int(x.rows(), "rows");
  const blas_int size = 64 * (2 * n + 1 + std::max(n, k)) + 3 * n;
  std::vector<T> work(size);
  std::vector<blas_int> pivots(n, 0);
  blas_int rank = 0;
  blas_int info = 0;
  if constexpr (std::is_same_v<T, double>) {
    dgelsy_(&m, &n, &k, factors.data(), &m, x.data(), &ldx, pivots.data(), &rcond, &rank, work.data(), &size, &info);
  } else {
    sgelsy_(&m, &n, &k, factors.data(), &m, x.data(), &ldx, pivots.data(), &rcond, &rank, work.data(), &size, &info);
  }
  check_info(info, "gelsy");
  return {first_rows(x, a.cols), rank};
}

template <class T>
MinimumNormSolution<T> solve_by_svd(MatrixView<const T> a, MatrixView<const T> b, T rcond) {
  Matrix<T> factors = column_major_copy(a);
  Matrix<T> x = padded_right_hand_side(b, a.cols);
  const blas_int m = to_blas_int(a.rows, "rows");
  const blas_int n = to_blas_int(a.cols, "columns");
  const blas_int k = to_blas_int(b.cols, "right-hand sides");
  const blas_int ldx = to_blas_int(x.rows(), "rows");
  std::vector<T> sigma(static_cast<std::size_t>(std::max<blas_int>(1, std::min(m, n))));
  blas_int rank = 0;
  blas_int info = 0;
  const auto run = [&](T* work, blas_int size, blas_int* iwork) {
    if constexpr (std::is_same_v<T, double>) {
      dgelsd_(&m, &n, &k, factors.data(), &m, x.data(), &ldx, sigma.data(), &rcond, &rank, work, &size, iwork, &info);
    } else {
      sgelsd_(&m, &n, &k, factors.data(), &m, x.data(), &ldx, sigma.data(), &rcond, &rank, work, &size, iwork, &info);
    }
    check_info(info, "gelsd");
  };
  T wanted = 0;
  blas_int iwanted = 0;
  run(&wanted, -1, &iwanted);
  const auto size = static_cast<blas_int>(wanted);
  std::vector<T> work(static_cast<std::size_t>(size));
  std::vector<blas_int> iwork(static_cast<std::size_t>(iwanted));
  run(work.data(), size, iwork.data());
  return {first_rows(x, a.cols), rank};
}

void orthonormalize(Matrix<double>& a) {
  const blas_int m = to_blas_int(a.rows(), "rows");
  const blas_int n = to_blas_int(a.cols(), "columns");
  if (n == 0) return;
  const blas_int size = 64 * n;
  std::vector<double> tau(n), work(size);
  blas_int info = 0;
  dgeqrf_(&m, &n, a.data(), &m, tau.data(), work.data(), &size, &info);
  check_info(info, "geqrf");
  dorgqr_(&m, &n, &n, a.data(), &m, tau.data(), work.data(), &size, &info);
  check_info(info, "orgqr");
}

std::vector<double> singular_values(MatrixView<const double> a) {
  Matrix<double> copy = column_major_copy(a);
  const blas_int m = to_blas_int(a.rows, "rows");
  const blas_int n = to_blas_int(a.cols, "columns");
  const blas_int smaller = std::min(m, n);
  std::vector<double> sigma(smaller);
  if (smaller == 0) return sigma;
  const blas_int size = 4 * std::max(m, n) + 7 * smaller + 64 * (m + n);
  std::vector<double> work(size);
  std::vector<blas_int> iwork(8 * static_cast<std::size_t>(smaller));
  const blas_int one = 1;
  blas_int info = 0;
  dgesdd_("N", &m, &n, copy.data(), &m, sigma.data(), nullptr, &one, nullptr, &one, work.data(), &size, iwork.data(),
          &info, 1);
  check_info(info, "gesdd");
  return sigma;
}

template Matrix<float> column_major_copy(MatrixView<const float>);
template Matrix<double> column_major_copy(MatrixView<const double>);
template Matrix<float> solve_by_qr(MatrixView<const float>, MatrixView<const float>);
template Matrix<double> solve_by_qr(MatrixView<const double>, MatrixView<const double>);
template MinimumNormSolution<float> solve_by_pivoted_qr(MatrixView<const float>, MatrixView<const float>, float);
template MinimumNormSolution<double> solve_by_pivoted_qr(MatrixView<const double>, MatrixView<const double>, double);
template MinimumNormSolution<float> solve_by_svd(MatrixView<const float>, MatrixView<const float>, float);
template MinimumNormSolution<double> solve_by_svd(MatrixView<const double>, MatrixView<const double>, double);

}  // namespace test
}  // namespace croquis
