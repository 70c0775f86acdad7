#include "linalg/full_qr.hpp"

#include <algorithm>
#include <type_traits>

#include "linalg/blas.hpp"
#include "linalg/copy.hpp"
#include "linalg/memory.hpp"
#include "linalg/parallel.hpp"

namespace croquis {

template <class T>
FullQr<T> full_qr(MatrixView<const T> a) {
  const std::int64_t steps = std::min(a.rows, a.cols);
  FullQr<T> result{Matrix<T>(a.rows, a.rows), Matrix<T>(steps, a.cols), {}};
  for (std::int64_t i = 0; i < a.rows; ++i) result.q(i, i) = 1;
  for (std::int64_t j = 0; j < (steps == 0 ? a.cols : 0); ++j) result.permutation.push_back(j);
  if (steps == 0) return result;
  Matrix<T> factored = Matrix<T>::uninitialized(a.rows, a.cols);
  copy_serial<T>(a, factored.view());
  const blas_int m = to_blas_int(a.rows, "rows");
  const blas_int n = to_blas_int(a.cols, "columns");
  const blas_int k = to_blas_int(steps, "columns");
  std::vector<blas_int> pivots(static_cast<std::size_t>(n), 0);
  std::vector<T> tau(static_cast<std::size_t>(k));
  Workspace<T> work(std::int64_t{64} * (std::max(m, n) + 65) + 3 * std::int64_t{n} + 1);
  const blas_int size = to_blas_int(work.size(), "workspace");
  blas_int info = 0;
  const SingleThreadedBlas single_threaded_blas;
  if constexpr (std::is_same_v<T, double>) {
    dgeqp3_(&m, &n, factored.data(), &m, pivots.data(), tau.data(), work.data(), &size, &info);
    dormqr_("L", "N", &m, &m, &k, factored.data(), &m, tau.data(), result.q.data(), &m, work.data(), &size, &info, 1,
            1);
  } else {
    sgeqp3_(&m, &n, factored.data(), &m, pivots.data(), tau.data(), work.data(), &size, &info);
    sormqr_("L", "N", &m, &m, &k, factored.data(), &m, tau.data(), result.q.data(), &m, work.data(), &size, &info, 1,
            1);
  }
  for (std::int64_t j = 0; j < a.cols; ++j)
    for (std::int64_t i = 0; i <= std::min(j, steps - 1); ++i) result.r(i, j) = factored(i, j);
  for (const blas_int pivot : pivots) result.permutation.push_back(pivot - 1);
  return result;
}

template FullQr<float> full_qr<float>(MatrixView<const float>);
template FullQr<double> full_qr<double>(MatrixView<const double>);

}  // namespace croquis
