#include "solvers/subspace_newton/least_curvature.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "linalg/blas.hpp"
#include "linalg/dot.hpp"
#include "linalg/finite.hpp"
#include "linalg/symmetric_eigen.hpp"
#include "sketch/normals.hpp"

namespace croquis {
namespace {

constexpr std::int64_t few_unknowns = 300;
constexpr double failure_probability = 1e-3;
// Of the tolerance: a curvature below minus the first is negative, and the error may be as large as the second.
constexpr double negative_part = 0.25;
constexpr double error_part = 0.75;
// Steps after which the tridiagonal matrix is looked at first, each time half as many more, and no further.
constexpr std::int64_t first_look = 8;
constexpr std::int64_t most_steps = 4000;
constexpr double roundoff = std::numeric_limits<double>::epsilon();

double largest_magnitude(const std::vector<double>& values) {
  return std::max(std::abs(values.front()), std::abs(values.back()));
}

LeastCurvature by_whole_hessian(const Objective& objective, std::span<const double> x, double tolerance) {
  const std::int64_t n = objective.unknowns;
  Matrix<double> identity(n, n), h(n, n);
  for (std::int64_t i = 0; i < n; ++i) identity(i, i) = 1;
  hessian_times(objective, x, identity.view(), h.view());
  LeastCurvature result{.products = n, .finite = all_finite_serial(h.data(), n * n)};
  if (!result.finite) return result;
  double asymmetry = 0;
  for (std::int64_t j = 0; j < n; ++j)
    for (std::int64_t i = 0; i < j; ++i) {
      asymmetry = std::hypot(asymmetry, h(i, j) - h(j, i));
      h(i, j) = 0.5 * (h(i, j) + h(j, i));
    }
  const SymmetricEigen eigen = symmetric_eigen(std::move(h));
  result.smallest = eigen.values.front();
  result.largest = largest_magnitude(eigen.values);
  result.error = asymmetry + static_cast<double>(n) * roundoff * result.largest;
  result.negative = result.smallest + result.error < -negative_part * tolerance * result.largest;
  result.direction.assign(eigen.vectors.data(), eigen.vectors.data() + n);
  return result;
}

// Lanczos' iteration, without making its vectors orthogonal anew: that lets copies of extreme eigenvalues appear, and
// no others (Paige, Linear Algebra Appl. 34 (1980)), and takes three vectors of memory.
class Lanczos {
 public:
  Lanczos(const Objective& objective, std::span<const double> x, std::uint64_t seed)
      : objective_(objective), x_(x), current_(x.size()), previous_(x.size()), next_(x.size()) {
    fill_normals(seed, 1, 0, 0, column_major(current_.data(), size(), std::int64_t{1}));
    divide(current_, norm2(size(), current_.data()));
  }

  std::int64_t steps() const { return static_cast<std::int64_t>(diagonal_.size()); }
  bool finite() const { return finite_; }
  // An invariant subspace was found: there is no further direction.
  bool exhausted() const { return exhausted_; }
  // The vector that the next step multiplies.
  const std::vector<double>& vector() const { return current_; }

  void step() {
    hessian_times(objective_, x_, column_major(std::as_const(current_).data(), size(), std::int64_t{1}),
                  column_major(next_.data(), size(), std::int64_t{1}));
    finite_ = all_finite_serial(next_.data(), size());
    if (!finite_) return;
    const double length = norm2(size(), next_.data());
    const double before = beside_.empty() ? 0 : beside_.back();
    for (std::size_t i = 0; i < next_.size(); ++i) next_[i] -= before * previous_[i];
    diagonal_.push_back(dot(size(), next_.data(), current_.data()));
    for (std::size_t i = 0; i < next_.size(); ++i) next_[i] -= diagonal_.back() * current_[i];
    beside_.push_back(norm2(size(), next_.data()));
    exhausted_ = beside_.back() <= 100 * roundoff * length;
    if (exhausted_) return;
    divide(next_, beside_.back());
    previous_.swap(current_);
    current_.swap(next_);
  }

  // Of the tridiagonal matrix so far.
  SymmetricEigen eigen() const {
    const std::int64_t k = steps();
    Matrix<double> t(k, k);
    for (std::int64_t i = 0; i < k; ++i) {
      t(i, i) = diagonal_[static_cast<std::size_t>(i)];
      if (i + 1 < k) t(i, i + 1) = t(i + 1, i) = beside_[static_cast<std::size_t>(i)];
    }
    return symmetric_eigen(std::move(t));
  }

 private:
  std::int64_t size() const { return static_cast<std::int64_t>(current_.size()); }
  static void divide(std::vector<double>& v, double norm) {
    for (double& entry : v) entry /= norm;
  }

  const Objective& objective_;
  std::span<const double> x_;
  std::vector<double> current_, previous_, next_;
  std::vector<double> diagonal_, beside_;
  bool finite_ = true;
  bool exhausted_ = false;
};

// The combination of the vectors of Lanczos' iteration, which are made again.
std::vector<double> combination(Lanczos again, const double* coordinates, std::int64_t count) {
  std::vector<double> v(again.vector().size());
  for (std::int64_t j = 0; j < count; ++j) {
    for (std::size_t i = 0; i < v.size(); ++i) v[i] += coordinates[j] * again.vector()[i];
    if (j + 1 < count) again.step();
  }
  const double norm = norm2(static_cast<std::int64_t>(v.size()), v.data());
  for (double& entry : v) entry /= norm;
  return v;
}

}  // namespace

LeastCurvature least_curvature(const Objective& objective, std::span<const double> x, double tolerance,
                               std::uint64_t seed) {
  const std::int64_t n = objective.unknowns;
  if (n <= few_unknowns) return by_whole_hessian(objective, x, tolerance);
  const double digits = std::log(1.648 * std::sqrt(static_cast<double>(n)) / failure_probability);
  Lanczos lanczos(objective, x, seed);
  LeastCurvature result;
  for (std::int64_t look = first_look;; look += look / 2) {
    while (lanczos.steps() < look && lanczos.finite() && !lanczos.exhausted()) lanczos.step();
    result.products = lanczos.steps();
    result.finite = lanczos.finite();
    if (!result.finite) return result;
    const SymmetricEigen eigen = lanczos.eigen();
    result.smallest = eigen.values.front();
    result.largest = largest_magnitude(eigen.values);
    const double rate = digits / static_cast<double>(2 * look - 1);
    result.error = lanczos.exhausted() ? static_cast<double>(n) * roundoff * result.largest
                                       : rate * rate * (eigen.values.back() - eigen.values.front());
    result.negative = result.smallest < -negative_part * tolerance * result.largest;
    if (result.negative) {
      result.direction = combination(Lanczos(objective, x, seed), eigen.vectors.data(), lanczos.steps());
      result.products *= 2;
      return result;
    }
    if (result.error <= error_part * tolerance * result.largest || lanczos.exhausted() || look >= most_steps)
      return result;
  }
}

}  // namespace croquis
