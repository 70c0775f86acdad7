#include "tests/support/backward_error.hpp"

#include <algorithm>
#include <cmath>
#include <functional>

namespace croquis::test {

// F(s) = phi^2 sum_i h_i^2 / (sigma_i^2 + phi^2 - s) - s, of which the smallest root is eta^2.
template <class T>
struct BackwardErrorMeasure<T>::SecularEquation {
  long double phi_squared = 0;
  std::vector<long double> h_squared;
  std::vector<long double> sigma_squared;

  long double sum(long double s, int power) const {
    long double total = 0;
    for (std::size_t i = 0; i < h_squared.size(); ++i) {
      if (h_squared[i] == 0) continue;
      const long double gap = sigma_squared[i] + phi_squared - s;
      total += h_squared[i] / (power == 1 ? gap : gap * gap);
    }
    return phi_squared * total;
  }

  // F is convex and not negative at 0, so Newton's method from 0 climbs to the smallest root without overshooting.
  long double smallest_root() const {
    long double s = 0;
    for (int iteration = 0; iteration < 200; ++iteration) {
      const long double slope = sum(s, 2) - 1;
      if (slope >= 0) break;
      const long double next = std::min(phi_squared, s - (sum(s, 1) - s) / slope);
      if (!(next > s * (1 + 1e-15L))) break;
      s = next;
    }
    return s;
  }
};

template <class T>
BackwardErrorMeasure<T>::BackwardErrorMeasure(MatrixView<const T> a) : a_(a.rows, a.cols), column_norms_(a.cols, 1.0L) {
  for (std::int64_t j = 0; j < a.cols; ++j) {
    long double* column = a_.column(j);
    for (std::int64_t i = 0; i < a.rows; ++i) column[i] = a(i, j);
    const long double size = std::sqrt(dot(a.rows, column, column));
    if (size == 0) continue;
    column_norms_[j] = size;
    for (std::int64_t i = 0; i < a.rows; ++i) column[i] /= size;
  }
  frobenius_norm_ = norm(a_.entries);
  svd_ = right_singular_system(triangular_factor(a_));
  singular_values_.assign(svd_.sigma.begin(), svd_.sigma.end());
  std::sort(singular_values_.begin(), singular_values_.end(), std::greater<>());
}

template <class T>
std::vector<long double> BackwardErrorMeasure<T>::residual(std::span<const T> x, std::span<const T> b) const {
  std::vector<long double> r(b.begin(), b.end());
  for (std::int64_t j = 0; j < a_.cols; ++j) {
    const long double y = x[j] * column_norms_[j];
    const long double* column = a_.column(j);
    for (std::int64_t i = 0; i < a_.rows; ++i) r[i] -= column[i] * y;
  }
  return r;
}

template <class T>
std::vector<long double> BackwardErrorMeasure<T>::transposed_product(const std::vector<long double>& r) const {
  std::vector<long double> g(a_.cols);
  for (std::int64_t j = 0; j < a_.cols; ++j) g[j] = dot(a_.rows, a_.column(j), r.data());
  return g;
}

template <class T>
typename BackwardErrorMeasure<T>::SecularEquation BackwardErrorMeasure<T>::secular_equation(
    std::span<const T> x, std::span<const T> b) const {
  std::vector<long double> y(x.begin(), x.end());
  for (std::int64_t j = 0; j < a_.cols; ++j) y[j] *= column_norms_[j];
  const std::vector<long double> r = residual(x, b);
  const long double r_norm = norm(r);
  SecularEquation equation;
  if (r_norm == 0) return equation;
  const long double b_norm = norm(std::vector<long double>(b.begin(), b.end()));
  const long double theta = frobenius_norm_ / b_norm;
  // theta / sqrt(1 + theta^2 ||x||^2), whose limit for b = 0 is 1 / ||x||.
  const long double weight = b_norm == 0 ? 1 / norm(y) : theta / std::hypot(1.0L, theta * norm(y));
  equation.phi_squared = weight * r_norm * weight * r_norm;
  const std::vector<long double> g = transposed_product(r);
  for (std::int64_t i = 0; i < a_.cols; ++i) {
    const long double h = dot(a_.cols, svd_.v.column(i), g.data()) / r_norm;
    equation.h_squared.push_back(h * h);
    equation.sigma_squared.push_back(svd_.sigma[i] * svd_.sigma[i]);
  }
  return equation;
}

template <class T>
double BackwardErrorMeasure<T>::exact(std::span<const T> x, std::span<const T> b) const {
  return static_cast<double>(std::sqrt(secular_equation(x, b).smallest_root()) / frobenius_norm_);
}

template <class T>
double BackwardErrorMeasure<T>::karlson_walden(std::span<const T> x, std::span<const T> b) const {
  return static_cast<double>(std::sqrt(secular_equation(x, b).sum(0, 1)) / frobenius_norm_);
}

template <class T>
double BackwardErrorMeasure<T>::residual_norm(std::span<const T> x, std::span<const T> b) const {
  return static_cast<double>(norm(residual(x, b)));
}

template <class T>
double BackwardErrorMeasure<T>::gradient_norm(std::span<const T> x, std::span<const T> b) const {
  std::vector<long double> g = transposed_product(residual(x, b));
  for (std::int64_t j = 0; j < a_.cols; ++j) g[j] *= column_norms_[j];
  return static_cast<double>(norm(g));
}

template class BackwardErrorMeasure<float>;
template class BackwardErrorMeasure<double>;

double digits_of_agreement(std::span<const double> computed, std::span<const double> reference) {
  double digits = 16;
  for (std::size_t i = 0; i < reference.size(); ++i) {
    const double difference = std::abs(computed[i] - reference[i]);
    const double error = reference[i] == 0 ? difference : difference / std::abs(reference[i]);
    if (std::isnan(error)) return -16;
    if (error > 0) digits = std::min(digits, -std::log10(error));
  }
  return digits;
}

}  // namespace croquis::test
