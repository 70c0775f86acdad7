#include "solvers/conjugate_gradients.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "linalg/dot.hpp"

namespace croquis {

template <class T>
void conjugate_gradients(MatrixView<T> s, MatrixView<T> dy,
                         const std::function<void(MatrixView<const T>, MatrixView<T>)>& product,
                         const std::function<Continue(const ConjugateGradientState<T>&)>& finished) {
  const std::int64_t n = s.rows;
  const std::int64_t vectors = s.cols;
  Matrix<T> direction(n, vectors);
  Matrix<T> image(n, vectors);
  std::vector<double> rho(static_cast<std::size_t>(vectors));
  std::vector<double> step_norm(static_cast<std::size_t>(vectors));
  std::vector<double> alpha(static_cast<std::size_t>(vectors), 0);
  std::vector<double> beta(static_cast<std::size_t>(vectors), 0);
  for (std::int64_t v = 0; v < vectors; ++v) {
    T* p = direction.data() + v * n;
    std::copy_n(s.data + v * s.leading_dimension, n, p);
    std::fill_n(dy.data + v * dy.leading_dimension, n, T(0));
    rho[v] = dot(n, p, p);
  }
  for (;;) {
    product(direction.view(), image.view());  // q = M p: one pass over A
    for (std::int64_t v = 0; v < vectors; ++v) {
      T* p = direction.data() + v * n;
      const T* q = image.data() + v * n;
      T* residual = s.data + v * s.leading_dimension;
      T* solution = dy.data + v * dy.leading_dimension;
      const double curvature = dot(n, p, q);
      step_norm[v] = 0;
      if (!(curvature > 0)) continue;
      alpha[v] = rho[v] / curvature;
      step_norm[v] = alpha[v] * std::sqrt(dot(n, p, p));
      for (std::int64_t i = 0; i < n; ++i) {
        solution[i] += static_cast<T>(alpha[v] * p[i]);
        residual[i] -= static_cast<T>(alpha[v] * q[i]);
      }
      const double rho_next = dot(n, residual, residual);
      beta[v] = rho[v] > 0 ? rho_next / rho[v] : 0;
      rho[v] = rho_next;
      for (std::int64_t i = 0; i < n; ++i) p[i] = static_cast<T>(residual[i] + beta[v] * p[i]);
    }
    if (finished({dy, s, step_norm.data(), alpha.data(), beta.data(), rho.data()}) == Continue::no) return;
  }
}

template void conjugate_gradients<float>(MatrixView<float>, MatrixView<float>,
                                         const std::function<void(MatrixView<const float>, MatrixView<float>)>&,
                                         const std::function<Continue(const ConjugateGradientState<float>&)>&);
template void conjugate_gradients<double>(MatrixView<double>, MatrixView<double>,
                                          const std::function<void(MatrixView<const double>, MatrixView<double>)>&,
                                          const std::function<Continue(const ConjugateGradientState<double>&)>&);

}  // namespace croquis
