#include "linalg/symmetric_eigen.hpp"

#include <stdexcept>
#include <utility>

#include "linalg/blas.hpp"
#include "linalg/memory.hpp"
#include "linalg/parallel.hpp"

namespace croquis {

SymmetricEigen symmetric_eigen(Matrix<double> a) {
  const blas_int n = to_blas_int(a.rows(), "rows");
  SymmetricEigen result{std::vector<double>(static_cast<std::size_t>(n)), std::move(a)};
  if (n == 0) return result;
  Workspace<double> work(std::int64_t{66} * n);
  const blas_int size = to_blas_int(work.size(), "workspace");
  blas_int info = 0;
  const SingleThreadedBlas single_threaded_blas;
  dsyev_("V", "U", &n, result.vectors.data(), &n, result.values.data(), work.data(), &size, &info, 1, 1);
  if (info != 0) throw std::runtime_error("the eigenvalues of a symmetric matrix did not converge");
  return result;
}

}  // namespace croquis
