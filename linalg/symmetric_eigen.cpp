#include "linalg/symmetric_eigen.hpp"

#include <cstddef>
#include <stdexcept>
#include <utility>

#include "linalg/blas.hpp"
#include "linalg/memory.hpp"
#include "linalg/parallel.hpp"

namespace croquis {

extern "C" void dsyevd_(const char*, const char*, const blas_int*, double*, const blas_int*, double*, double*,
                        const blas_int*, blas_int*, const blas_int*, blas_int*, std::size_t, std::size_t);

SymmetricEigen symmetric_eigen(Matrix<double> a) {
  const blas_int n = to_blas_int(a.rows(), "rows");
  SymmetricEigen result{std::vector<double>(static_cast<std::size_t>(n)), std::move(a)};
  if (n == 0) return result;
  const SingleThreadedBlas single_threaded_blas;
  const auto run = [&](double* work, blas_int size, blas_int* integers, blas_int count) {
    blas_int info = 0;
    dsyevd_("V", "U", &n, result.vectors.data(), &n, result.values.data(), work, &size, integers, &count, &info, 1, 1);
    if (info != 0) throw std::runtime_error("the eigenvalues of a symmetric matrix did not converge");
  };
  double wanted = 0;
  blas_int wanted_integers = 0;
  run(&wanted, -1, &wanted_integers, -1);
  Workspace<double> work(static_cast<std::int64_t>(wanted));
  std::vector<blas_int> integers(static_cast<std::size_t>(wanted_integers));
  run(work.data(), static_cast<blas_int>(work.size()), integers.data(), wanted_integers);
  return result;
}

}  // namespace croquis
