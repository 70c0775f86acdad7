#include "solvers/quasi_newton/factored_inverse.hpp"

#include <cassert>
#include <cmath>

#include "linalg/products.hpp"
#include "sketch/range_basis.hpp"
#include "solvers/nonlinear/step_space.hpp"

namespace croquis {

FactoredInverse::FactoredInverse(const std::vector<double>& diagonal)
    : l_(static_cast<std::int64_t>(diagonal.size()), static_cast<std::int64_t>(diagonal.size())) {
  for (std::int64_t i = 0; i < l_.rows(); ++i) l_(i, i) = std::sqrt(diagonal[static_cast<std::size_t>(i)]);
}

Directions FactoredInverse::multiply(MatrixView<const double> x) const {
  Directions result{Matrix<double>(x.rows, x.cols), Matrix<double>(x.rows, x.cols)};
  multiply_by_transpose<double>(l_, x, result.coordinates.view());
  multiply_by<double>(l_, result.coordinates.view(), result.s.view());
  return result;
}

Directions FactoredInverse::draw(const DrawnBlock& block) const {
  Directions result{Matrix<double>(l_.rows(), block.count),
                    draw_directions(block.family, l_.rows(), block.first, block.count, block.seed)};
  multiply_by<double>(l_, result.coordinates.view(), result.s.view());
  return result;
}

// L+ = (I - C D^T) L + C Q^T, Q an orthonormal basis of the coordinates V of C = L V: then (I - C D^T) L Q = 0, and
// L+ L+^T is B+ without a mixed term.
void FactoredInverse::update(CurvatureBlock block) {
  const std::int64_t n = l_.rows(), k = block.c.cols();
  assert(block.coordinates.cols() == k);
  if (k == 0) return;
  Matrix<double> change = range_basis<double>(block.coordinates);
  if (change.cols() < k) return;  // coordinates that rounding has made dependent: B stays as it is
  Matrix<double> dl(n, k);
  multiply_by_transpose<double>(l_, block.d.view(), dl.view());
  for (std::int64_t i = 0; i < n * k; ++i) change.data()[i] -= dl.data()[i];
  add_outer_product(block.c, change, l_);
}

}  // namespace croquis
