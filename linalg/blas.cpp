#include "linalg/blas.hpp"

#include <algorithm>
#include <climits>
#include <cmath>
#include <limits>

#include <croquis/errors.hpp>
#include <croquis/linalg/matrix.hpp>

#include "linalg/copy.hpp"

extern "C" {
int openblas_get_num_threads();
void openblas_set_num_threads(int);
char* openblas_get_config();
char* openblas_get_corename();
}

namespace croquis {
namespace {

// A view BLAS can take: column-major up to a transposition, with a leading dimension that fits its integers. Others
// (more than 2^31 rows between columns) are packed first.
template <class T>
struct BlasOperand {
  Matrix<T> packed;
  MatrixView<const T> view;

  explicit BlasOperand(MatrixView<const T> a) : view(a) {
    if (a.leading_dimension > INT_MAX) {
      packed = Matrix<T>::uninitialized(a.rows, a.cols, a.layout);
      copy_serial<T>(a, packed.view());
      view = packed.view();
    }
  }
  const char* transpose() const { return view.layout == Layout::column_major ? "N" : "T"; }
  blas_int leading_dimension() const {
    return std::max<blas_int>(1, to_blas_int(view.leading_dimension, "leading dimension"));
  }
};

// Of entry(0), ..., entry(n - 1). Four sums, so that none waits for the addition before.
template <class Entry>
double sum_of_squares(std::int64_t n, const Entry& entry) {
  double sum[4] = {};
  std::int64_t i = 0;
  for (; i + 4 <= n; i += 4)
    for (int k = 0; k < 4; ++k) sum[k] += entry(i + k) * entry(i + k);
  for (; i < n; ++i) sum[0] += entry(i) * entry(i);
  return (sum[0] + sum[1]) + (sum[2] + sum[3]);
}

}  // namespace

blas_int to_blas_int(std::int64_t size, const char* what) {
  if (size > INT_MAX || size < 0)
    throw ShapeError(std::string(what) + " " + std::to_string(size) + " does not fit the 32-bit integers of BLAS");
  return static_cast<blas_int>(size);
}

int blas_threads() { return openblas_get_num_threads(); }
void set_blas_threads(int threads) { openblas_set_num_threads(threads); }
std::string blas_description() { return openblas_get_config(); }
std::string blas_kernel() { return openblas_get_corename(); }

template <class T>
void multiply(T alpha, MatrixView<const std::type_identity_t<T>> a, MatrixView<const std::type_identity_t<T>> b,
              std::type_identity_t<T> beta, MatrixView<std::type_identity_t<T>> c) {
  if (c.rows == 0 || c.cols == 0) return;
  if (c.layout == Layout::row_major) return multiply<T>(alpha, b.transposed(), a.transposed(), beta, c.transposed());
  if (c.leading_dimension > INT_MAX) {
    Matrix<T> packed = Matrix<T>::uninitialized(c.rows, c.cols);
    if (beta != T(0)) copy_serial<T>(c, packed.view());
    multiply<T>(alpha, a, b, beta, packed.view());
    return copy_serial<T>(packed.view(), c);
  }
  const BlasOperand<T> left(a);
  const BlasOperand<T> right(b);
  const blas_int m = to_blas_int(c.rows, "rows");
  const blas_int n = to_blas_int(c.cols, "columns");
  const blas_int k = to_blas_int(a.cols, "inner dimension");
  const blas_int lda = left.leading_dimension();
  const blas_int ldb = right.leading_dimension();
  const blas_int ldc = static_cast<blas_int>(c.leading_dimension);
  const T* pa = left.view.data;
  const T* pb = right.view.data;
  if constexpr (std::is_same_v<T, double>) {
    dgemm_(left.transpose(), right.transpose(), &m, &n, &k, &alpha, pa, &lda, pb, &ldb, &beta, c.data, &ldc, 1, 1);
  } else {
    sgemm_(left.transpose(), right.transpose(), &m, &n, &k, &alpha, pa, &lda, pb, &ldb, &beta, c.data, &ldc, 1, 1);
  }
}

template <class T>
void multiply_by_own_transpose(MatrixView<const std::type_identity_t<T>> a, std::type_identity_t<T> beta,
                               MatrixView<T> c) {
  if (c.rows == 0) return;
  const BlasOperand<T> operand(a);
  const char* const t = operand.view.layout == Layout::column_major ? "T" : "N";
  const blas_int n = to_blas_int(c.rows, "rows");
  const blas_int k = to_blas_int(a.rows, "inner dimension");
  const blas_int lda = operand.leading_dimension();
  const blas_int ldc = to_blas_int(c.leading_dimension, "leading dimension");
  const T one = 1;
  if constexpr (std::is_same_v<T, double>) {
    dsyrk_("U", t, &n, &k, &one, operand.view.data, &lda, &beta, c.data, &ldc, 1, 1);
  } else {
    ssyrk_("U", t, &n, &k, &one, operand.view.data, &lda, &beta, c.data, &ldc, 1, 1);
  }
}

template <class T>
double norm2(std::int64_t n, const T* x, std::int64_t stride) {
  // The plain sum of squares, in double, is right unless it leaves the range where squares are exact to roundoff.
  const double sum =
      stride == 1 ? sum_of_squares(n, [x](std::int64_t i) { return static_cast<double>(x[i]); })
                  : sum_of_squares(n, [x, stride](std::int64_t i) { return static_cast<double>(x[i * stride]); });
  if (sum > 1e-280 && sum < 1e300) return std::sqrt(sum);
  double largest = 0;
  for (std::int64_t i = 0; i < n; ++i) {
    const double v = std::abs(static_cast<double>(x[i * stride]));
    if (!(v <= std::numeric_limits<double>::max())) return v;
    largest = std::max(largest, v);
  }
  if (largest == 0) return 0;
  const int exponent = std::ilogb(largest);
  const auto scaled = [=](std::int64_t i) { return std::scalbn(static_cast<double>(x[i * stride]), -exponent); };
  return std::scalbn(std::sqrt(sum_of_squares(n, scaled)), exponent);
}

#define CROQUIS_INSTANTIATE(T)                                                              \
  template void multiply<T>(T, MatrixView<const T>, MatrixView<const T>, T, MatrixView<T>); \
  template void multiply_by_own_transpose<T>(MatrixView<const T>, T, MatrixView<T>);        \
                                                                                            \
  template double norm2<T>(std::int64_t, const T*, std::int64_t);
CROQUIS_INSTANTIATE(float)
CROQUIS_INSTANTIATE(double)
#undef CROQUIS_INSTANTIATE

}  // namespace croquis
