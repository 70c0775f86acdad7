#include "solvers/backward_error.hpp"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "linalg/blas.hpp"

namespace croquis {

// ||(C^T C + mu I)^(-1/2) C^T s||: the components of s along the singular vectors shrink by
// sigma / sqrt(sigma^2 + mu).
template <class T>
double BackwardError<T>::shifted_norm(const Factorization<T>& f, const T* s, double root_mu) {
  const double plain = norm2(f.rank, s);
  if (root_mu < f.largest_singular / f.condition / 4) return plain;
  std::vector<T> g = f.transposed_product(s);
  const auto entries = static_cast<std::int64_t>(g.size());
  const double gradient = norm2(entries, g.data());
  const double upper = std::min(plain, gradient / root_mu);
  const double lower = gradient / std::hypot(f.largest_singular, root_mu);
  if (!(upper > 2 * lower)) return upper;

  const int exponent = static_cast<int>(std::floor(std::log2(root_mu)));
  const auto key = std::make_pair(&f, exponent);
  auto found = shifted_factors_.find(key);
  if (found == shifted_factors_.end()) found = shifted_factors_.emplace(key, f.shifted(std::exp2(exponent))).first;
  found->second->solve_transposed(g);
  return norm2(entries, g.data());
}

template <class T>
double BackwardError<T>::estimate(std::int64_t v, const T* s, double residual_norm, double scaled_norm, double b_norm) {
  const Factorization<T>& f = f_.of_vector(v);
  if (f.frobenius_norm == 0) return 0;
  const double theta = f.frobenius_norm / b_norm;
  const double weight = std::hypot(1.0, theta * scaled_norm);
  const double root_mu = theta * residual_norm / weight;
  return theta / weight * shifted_norm(f, s, root_mu) / f.frobenius_norm;
}

template class BackwardError<float>;
template class BackwardError<double>;

}  // namespace croquis
