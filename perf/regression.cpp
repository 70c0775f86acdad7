#include "perf/regression.hpp"

#include <algorithm>
#include <cmath>

#include <croquis/sketch/apply.hpp>

#include "linalg/products.hpp"

namespace croquis::perf {
namespace {

constexpr double noise = 0.1;

Matrix<double> normals(std::int64_t rows, std::int64_t cols, std::uint64_t seed) {
  auto result = Matrix<double>::uninitialized(rows, cols, Layout::row_major);
  fill(Gaussian{.rows = rows, .cols = cols, .seed = seed}, result.view());
  const double scale = std::sqrt(static_cast<double>(rows));
  for (double& entry : result.entries()) entry *= scale;
  return result;
}

struct Point {
  double value;
  double slope;
};

Point at(Link link, double t) {
  if (link == Link::exponential) {
    const double e = std::exp(t);
    return {e, e};
  }
  const double s = 1 / (1 + std::exp(-t));
  return {s, s * (1 - s)};
}

// A sum for each lane of a vector, which the compiler may not make of a single one.
double dot(const double* a, const double* x, std::int64_t n) {
  constexpr std::int64_t lanes = 16;
  double sum[lanes] = {};
  std::int64_t j = 0;
  for (; j + lanes <= n; j += lanes)
    for (std::int64_t k = 0; k < lanes; ++k) sum[k] += a[j + k] * x[j + k];
  double total = 0;
  for (; j < n; ++j) total += a[j] * x[j];
  for (const double part : sum) total += part;
  return total;
}

}  // namespace

Regression::Regression(Link link, std::int64_t rows, std::int64_t cols, double condition)
    : link_(link), a_(normals(rows, cols, 1)), y_(static_cast<std::size_t>(rows)) {
  const double scale = 1 / std::sqrt(static_cast<double>(cols));
  for (std::int64_t i = 0; i < rows; ++i) {
    const double common = a_(i, 0);
    for (std::int64_t j = 1; j < cols; ++j) a_(i, j) = condition > 1 ? common + a_(i, j) / condition : a_(i, j);
    for (std::int64_t j = 0; j < cols; ++j) a_(i, j) *= scale;
  }
  const Matrix<double> x_true = normals(cols, 1, 2);
  const Matrix<double> errors = normals(rows, 1, 3);
  for (std::int64_t i = 0; i < rows; ++i)
    y_[static_cast<std::size_t>(i)] = at(link, dot(&a_(i, 0), x_true.data(), cols)).value + noise * errors(i, 0);
}

void Regression::evaluate(const double* x, std::int64_t first, std::span<double> r, double* j) const {
  const std::int64_t n = cols();
  for (std::size_t k = 0; k < r.size(); ++k) {
    const std::int64_t i = first + static_cast<std::int64_t>(k);
    const double* const row = &a_(i, 0);
    const Point point = at(link_, dot(row, x, n));
    r[k] = point.value - y_[static_cast<std::size_t>(i)];
    if (j == nullptr) continue;
    double* const to = j + static_cast<std::int64_t>(k) * n;
    for (std::int64_t c = 0; c < n; ++c) to[c] = point.slope * row[c];
  }
}

void Regression::derivatives(const double* x, std::int64_t first, MatrixView<double> j) const {
  std::vector<double> r(static_cast<std::size_t>(j.rows));
  evaluate(x, first, r, j.data);
}

double Regression::largest_gradient(std::span<const double> x) const {
  constexpr std::int64_t block = 1000;
  std::vector<double> gradient(x.size());
  for (std::int64_t first = 0; first < rows(); first += block) {
    const std::int64_t count = std::min(block, rows() - first);
    std::vector<double> r(static_cast<std::size_t>(count));
    auto j = Matrix<double>::uninitialized(count, cols(), Layout::row_major);
    evaluate(x.data(), first, r, j.data());
    for (std::int64_t i = 0; i < count; ++i)
      for (std::size_t c = 0; c < gradient.size(); ++c) gradient[c] += j(i, static_cast<std::int64_t>(c)) * r[i];
  }
  double largest = 0;
  for (const double entry : gradient) largest = std::max(largest, std::abs(entry));
  return largest;
}

}  // namespace croquis::perf
