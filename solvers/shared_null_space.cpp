#include "solvers/shared_null_space.hpp"

#include <vector>

#include "linalg/blas.hpp"
#include "linalg/probe_numbers.hpp"

namespace croquis {
template <class T>
bool null_space_is_shared(const ProblemMatrix<T>& a, const Factorization<T>& f, double slack,
                          LeastSquaresReport& report) {
  constexpr std::int64_t probes = 2;
  const std::int64_t n = a.cols();
  const std::int64_t nullity = f.null_basis.cols();
  Matrix<T> mix(nullity, probes);
  fill_with_probe_numbers(mix.view(), 1);
  Matrix<T> z(n, probes);
  for (std::int64_t j = 0; j < probes; ++j)
    for (std::int64_t k = 0; k < nullity; ++k)
      for (std::int64_t i = 0; i < n; ++i) z.data()[i + j * n] += mix(k, j) * f.null_basis.data()[i + k * n];
  std::vector<double> norm;
  for (std::int64_t j = 0; j < probes; ++j) {
    norm.push_back(norm2(n, z.data() + j * n));
    for (std::int64_t i = 0; i < n; ++i) z(i, j) *= f.scale[i];
  }
  Matrix<T> image = Matrix<T>::uninitialized(a.rows(), probes);
  a.multiply(z.view(), image.view());
  ++report.passes;
  for (std::int64_t j = 0; j < probes; ++j) {
    if (!(norm2(a.rows(), image.data() + j * a.rows()) <= slack * f.rcond * f.largest_singular * norm[j])) return false;
  }
  return true;
}

#define CROQUIS_INSTANTIATE(T) \
  template bool null_space_is_shared<T>(const ProblemMatrix<T>&, const Factorization<T>&, double, LeastSquaresReport&);
CROQUIS_INSTANTIATE(float)
CROQUIS_INSTANTIATE(double)
#undef CROQUIS_INSTANTIATE

}  // namespace croquis
