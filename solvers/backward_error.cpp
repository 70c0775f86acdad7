#include "solvers/backward_error.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "linalg/blas.hpp"

namespace croquis {

// ||(C^T C + mu I)^(-1/2) C^T s||: the components of s along the singular vectors shrink by
// sigma / sqrt(sigma^2 + mu).
template <class T>
double BackwardError<T>::shifted_norm(const T* s, double root_mu) {
  const std::int64_t n = f_.rank;
  std::vector<T> g(s, s + n);
  if (!f_.full_rank()) {
    for (std::int64_t i = 0; i < n; ++i) {
      const double sigma = f_.singular_values[i];
      g[i] = static_cast<T>(g[i] * sigma / std::hypot(sigma, root_mu));
    }
    return norm2(n, g.data());
  }
  const double plain = norm2(n, g.data());
  if (root_mu < f_.largest_singular / f_.condition / 4) return plain;
  multiply_triangular<T>(Transpose::yes, f_.r, g.data());
  const double gradient = norm2(n, g.data());
  const double upper = std::min(plain, gradient / root_mu);
  const double lower = gradient / std::hypot(f_.largest_singular, root_mu);
  if (!(upper > 2 * lower)) return upper;

  const int exponent = static_cast<int>(std::floor(std::log2(root_mu)));
  auto found = shifted_factors_.find(exponent);
  if (found == shifted_factors_.end()) {
    const T root = static_cast<T>(std::exp2(exponent));
    found = shifted_factors_.emplace(exponent, append_scaled_identity<T>(f_.r.view(), root)).first;
  }
  solve_triangular<T>(Side::left, Transpose::yes, found->second, column_major(g.data(), n, 1));
  return norm2(n, g.data());
}

template <class T>
double BackwardError<T>::estimate(const T* s, double residual_norm, double scaled_norm, double b_norm) {
  if (f_.frobenius_norm == 0) return 0;
  const double theta = f_.frobenius_norm / b_norm;
  const double weight = std::hypot(1.0, theta * scaled_norm);
  const double root_mu = theta * residual_norm / weight;
  return theta / weight * shifted_norm(s, root_mu) / f_.frobenius_norm;
}

template class BackwardError<float>;
template class BackwardError<double>;

}  // namespace croquis
