#include "solvers/quasi_newton/explicit_inverse.hpp"

#include "linalg/blas.hpp"
#include "linalg/parallel.hpp"
#include "linalg/products.hpp"
#include "solvers/nonlinear/step_space.hpp"

namespace croquis {
ExplicitInverse::ExplicitInverse(const std::vector<double>& diagonal)
    : b_(static_cast<std::int64_t>(diagonal.size()), static_cast<std::int64_t>(diagonal.size())) {
  for (std::int64_t i = 0; i < b_.rows(); ++i) b_(i, i) = diagonal[static_cast<std::size_t>(i)];
}

Directions ExplicitInverse::multiply(MatrixView<const double> x) const {
  Directions result{Matrix<double>(x.rows, x.cols), Matrix<double>(x.rows, 0)};
  multiply_by<double>(b_, x, result.s.view());
  return result;
}

Directions ExplicitInverse::draw(const DrawnBlock& block) const {
  return {draw_directions(block.family, b_.rows(), block.first, block.count, block.seed), Matrix<double>(b_.rows(), 0)};
}

// B+ = B + C P^T + P C^T with P = C (I + D^T B D) / 2 - B D.
void ExplicitInverse::update(CurvatureBlock block) {
  const std::int64_t n = b_.rows(), k = block.c.cols();
  if (k == 0) return;
  Matrix<double> p = multiply(block.d.view()).s;
  Matrix<double> core(k, k);
  multiply_by_transpose<double>(block.d, p.view(), core.view());
  for (std::int64_t j = 0; j < k; ++j) core(j, j) += 1;
  {
    const SingleThreadedBlas single_threaded_blas;
    croquis::multiply<double>(0.5, block.c.view(), core.view(), -1, p.view());
  }
  Matrix<double> left = Matrix<double>::uninitialized(n, 2 * k), right = Matrix<double>::uninitialized(n, 2 * k);
  for (std::int64_t j = 0; j < k; ++j)
    for (std::int64_t i = 0; i < n; ++i) {
      left(i, j) = right(i, k + j) = block.c(i, j);
      left(i, k + j) = right(i, j) = p(i, j);
    }
  add_outer_product(left, right, b_);
  copy_upper_triangle_below(b_);
}

}  // namespace croquis
