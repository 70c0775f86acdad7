#include "solvers/spectrum/exchangeable_trace.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "linalg/blas.hpp"
#include "linalg/dot.hpp"
#include "linalg/products.hpp"
#include "solvers/spectrum/block_basis.hpp"

namespace croquis {
namespace {

constexpr double roundoff = std::numeric_limits<double>::epsilon() / 2;
// Two left-out directions whose squared sine is below this are one.
constexpr double least_squared_sine = roundoff;

Matrix<double> transposed_product(const Matrix<double>& a, const Matrix<double>& b) {
  Matrix<double> result(a.cols(), b.cols());
  multiply_by_transpose<double>(a, b.view(), result.view());
  return result;
}

double trace(const Matrix<double>& a) {
  double sum = 0;
  for (std::int64_t j = 0; j < a.cols(); ++j) sum += a(j, j);
  return sum;
}

// What is left of the tests beside the basis, and its images; w = Q^T tests.
struct Rest {
  Matrix<double> u, au;
  std::vector<double> form, size;  // u^T A u and u^T u
  Rest(const TraceProducts& of, const Matrix<double>& w) : u(of.tests), au(of.images) {
    subtract_product(of.basis.view(), w.view(), u.view());
    subtract_product(of.basis_images.view(), w.view(), au.view());
    const std::int64_t n = u.rows();
    for (std::int64_t j = 0; j < u.cols(); ++j) {
      form.push_back(dot(n, u.data() + j * n, au.data() + j * n));
      size.push_back(dot(n, u.data() + j * n, u.data() + j * n));
    }
  }
};

// The mean of the quadratic form over a sphere, times the dimension. The tests have length one: what is shorter than
// rounding errors of those is nothing.
double trace_from(double dimension, double form, double size, std::int64_t n) {
  return size > static_cast<double>(n) * roundoff ? dimension * form / size : 0;
}

// For each test vector, in coordinates of Q, the unit vector orthogonal to the images of all others: the columns of
// (Q^T Y)^-T, normalized.
Matrix<double> left_out_directions(const Matrix<double>& r) {
  const std::int64_t k = r.cols();
  const SingularValueDecomposition<double> svd = singular_value_decomposition<double>(r.view());
  Matrix<double> scaled = svd.u;
  for (std::int64_t j = 0; j < k; ++j) {
    // Relative to the smallest, so that none overflows; only the direction matters.
    const double factor = svd.s.back() > 0 ? svd.s.back() / svd.s[static_cast<std::size_t>(j)] : (j == k - 1 ? 1 : 0);
    for (std::int64_t i = 0; i < k; ++i) scaled(i, j) *= factor;
  }
  Matrix<double> directions(k, k);
  multiply_by<double>(scaled, svd.vt.view(), directions.view());
  for (std::int64_t j = 0; j < k; ++j) {
    double* const s = directions.data() + j * k;
    const double norm = norm2(k, s);
    for (std::int64_t i = 0; i < k; ++i) s[i] = norm > 0 ? s[i] / norm : 0;
  }
  return directions;
}

// Products of the left-out directions s_i with what is needed of A, so that leaving out one or two of them costs O(1).
class Exchange {
 public:
  explicit Exchange(const TraceProducts& of)
      : n_(of.tests.rows()), k_(of.tests.cols()), w_(transposed_product(of.basis, of.tests)), rest_(of, w_) {
    const Matrix<double> h = transposed_product(of.basis, of.basis_images);
    const Matrix<double> s = left_out_directions(transposed_product(of.basis, of.images));
    Matrix<double> hs(k_, k_);
    multiply_by<double>(h, s.view(), hs.view());
    on_basis_ = trace(h);
    gram_ = transposed_product(s, s);
    form_ = transposed_product(s, hs);
    along_ = transposed_product(s, w_);
    from_left_ = transposed_product(s, transposed_product(of.basis_images, rest_.u));
    from_right_ = transposed_product(s, transposed_product(of.basis, rest_.au));
  }

  // From w_i and the images of all but i.
  double without(std::int64_t i) const {
    const double a = along_(i, i);
    const auto at = static_cast<std::size_t>(i);
    const double form = rest_.form[at] + a * (from_left_(i, i) + from_right_(i, i)) + a * a * form_(i, i);
    return on_basis_ - form_(i, i) + trace_from(dimension(1), form, rest_.size[at] + a * a, n_);
  }

  // From w_i and the images of all but i and j.
  double without(std::int64_t i, std::int64_t j) const {
    const double cosine = gram_(i, j);
    const double determinant = (1 - cosine) * (1 + cosine);
    if (!(determinant > least_squared_sine)) return without(i);
    // The projection of w_i on the two directions is a s_i + b s_j.
    const double a = (along_(i, i) - cosine * along_(j, i)) / determinant;
    const double b = (along_(j, i) - cosine * along_(i, i)) / determinant;
    const auto at = static_cast<std::size_t>(i);
    const double mixed = form_(i, j) + form_(j, i);
    const double left_out = (form_(i, i) + form_(j, j) - cosine * mixed) / determinant;
    const double form = rest_.form[at] + a * (from_left_(i, i) + from_right_(i, i)) +
                        b * (from_left_(j, i) + from_right_(j, i)) + a * a * form_(i, i) + b * b * form_(j, j) +
                        a * b * mixed;
    const double size = rest_.size[at] + a * along_(i, i) + b * along_(j, i);
    return on_basis_ - left_out + trace_from(dimension(2), form, size, n_);
  }

 private:
  double dimension(std::int64_t left_out) const { return static_cast<double>(n_ - k_ + left_out); }

  std::int64_t n_;
  std::int64_t k_;
  Matrix<double> w_;
  Rest rest_;
  double on_basis_ = 0;
  Matrix<double> gram_, form_;             // s_i^T s_j, s_i^T Q^T A Q s_j
  Matrix<double> along_;                   // s_i^T Q^T w_j
  Matrix<double> from_left_, from_right_;  // s_i^T (A Q)^T u_j, s_i^T Q^T A u_j
};

}  // namespace

StudentMean exchangeable_trace(const TraceProducts& products) {
  const Exchange exchange(products);
  const std::int64_t k = products.tests.cols();
  std::vector<double> estimates;
  for (std::int64_t i = 0; i < k; ++i) estimates.push_back(exchange.without(i));
  double covariance = 0;
  for (std::int64_t i = 0; i < k; ++i) {
    for (std::int64_t j = 0; j < i; ++j) {
      const double by_j = estimates[static_cast<std::size_t>(i)] - exchange.without(i, j);
      const double by_i = estimates[static_cast<std::size_t>(j)] - exchange.without(j, i);
      covariance += by_j * by_i;
    }
  }
  covariance /= 0.5 * static_cast<double>(k * (k - 1));
  StudentMean result = student_mean(estimates);
  result.standard_error = std::hypot(result.standard_error, std::sqrt(std::max(0.0, covariance)));
  return result;
}

StudentMean deflated_trace(const TraceProducts& products) {
  const std::int64_t n = products.tests.rows();
  const double on_basis = trace(transposed_product(products.basis, products.basis_images));
  const Rest rest(products, transposed_product(products.basis, products.tests));
  std::vector<double> estimates;
  for (std::size_t i = 0; i < rest.form.size(); ++i)
    estimates.push_back(on_basis +
                        trace_from(static_cast<double>(n - products.basis.cols()), rest.form[i], rest.size[i], n));
  return student_mean(estimates);
}

}  // namespace croquis
