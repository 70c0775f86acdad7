#include "solvers/quasi_newton/limited_memory_inverse.hpp"

#include <cmath>
#include <utility>

#include "linalg/copy.hpp"
#include "linalg/products.hpp"
#include "linalg/scale_rows.hpp"
#include "solvers/nonlinear/step_space.hpp"

namespace croquis {
namespace {

void subtract(const Matrix<double>& b, Matrix<double>& a) {
  for (std::int64_t i = 0; i < a.rows() * a.cols(); ++i) a.data()[i] -= b.data()[i];
}

Matrix<double> product_with_transpose(const Matrix<double>& a, const Matrix<double>& x) {
  Matrix<double> result(a.cols(), x.cols());
  multiply_by_transpose<double>(a, x.view(), result.view());
  return result;
}

Matrix<double> product(const Matrix<double>& a, const Matrix<double>& x) {
  Matrix<double> result(a.rows(), x.cols());
  multiply_by<double>(a, x.view(), result.view());
  return result;
}

// X := (I - C D^T) X + C A.
void apply_block(const CurvatureBlock& block, const Matrix<double>& a, Matrix<double>& x) {
  Matrix<double> coefficients = product_with_transpose(block.d, x);
  subtract(a, coefficients);
  subtract(product(block.c, coefficients), x);
}

}  // namespace

LimitedMemoryInverse::LimitedMemoryInverse(std::vector<double> diagonal, std::int64_t blocks, bool conditioned)
    : diagonal_(std::move(diagonal)), most_blocks_(blocks), conditioned_(conditioned) {}

Directions LimitedMemoryInverse::multiply(MatrixView<const double> x) const {
  Matrix<double> result = Matrix<double>::uninitialized(x.rows, x.cols);
  copy<double>(x, result.view());
  std::vector<Matrix<double>> coefficients(blocks_.size());
  for (std::size_t b = blocks_.size(); b-- > 0;) {
    coefficients[b] = product_with_transpose(blocks_[b].c, result);
    subtract(product(blocks_[b].d, coefficients[b]), result);
  }
  scale_rows<double>(diagonal_.data(), result.view(), result.view());
  for (std::size_t b = 0; b < blocks_.size(); ++b) apply_block(blocks_[b], coefficients[b], result);
  return {std::move(result), Matrix<double>(size(), 0)};
}

Directions LimitedMemoryInverse::draw(const DrawnBlock& drawn) const {
  const std::int64_t n = size();
  Matrix<double> none(n, 0);
  if (!conditioned_) return {draw_directions(drawn.family, n, drawn.first, drawn.count, drawn.seed), std::move(none)};
  std::int64_t rows = n;
  for (const CurvatureBlock& block : blocks_) rows += block.c.cols();
  const Matrix<double> v = draw_directions(drawn.family, rows, drawn.first, drawn.count, drawn.seed);
  std::vector<double> root(diagonal_.size());
  for (std::size_t i = 0; i < root.size(); ++i) root[i] = std::sqrt(diagonal_[i]);
  Matrix<double> s = Matrix<double>::uninitialized(n, drawn.count);
  scale_rows<double>(root.data(), v.view().block(0, 0, n, drawn.count), s.view());
  std::int64_t first = n;
  for (const CurvatureBlock& block : blocks_) {
    const std::int64_t k = block.c.cols();
    apply_block(block, Matrix<double>(v.view().block(first, 0, k, drawn.count)), s);
    first += k;
  }
  return {std::move(s), std::move(none)};
}

void LimitedMemoryInverse::update(CurvatureBlock block) {
  if (block.c.cols() == 0) return;
  block.coordinates = Matrix<double>();
  if (static_cast<std::int64_t>(blocks_.size()) == most_blocks_) {
    blocks_.pop_front();
    rescale(block);
  }
  blocks_.push_back(std::move(block));
}

void LimitedMemoryInverse::rescale(const CurvatureBlock& newest) {
  double lengths = 0, curvatures = 0;
  for (std::int64_t j = 0; j < newest.c.cols(); ++j)
    for (std::int64_t i = 0; i < size(); ++i) {
      const double p = diagonal_[static_cast<std::size_t>(i)];
      lengths += newest.c(i, j) * newest.c(i, j) / p;
      curvatures += newest.d(i, j) * newest.d(i, j) * p;
    }
  const double factor = std::sqrt(lengths / curvatures);
  if (!std::isfinite(factor) || factor == 0) return;
  for (double& entry : diagonal_) entry *= factor;
}

}  // namespace croquis
