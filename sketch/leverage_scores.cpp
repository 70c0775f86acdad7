#include <croquis/sketch/leverage_scores.hpp>

#include <cmath>
#include <limits>
#include <string>
#include <utility>

#include <croquis/sketch/apply.hpp>

#include "linalg/blas.hpp"
#include "linalg/check.hpp"
#include "linalg/densify.hpp"
#include "linalg/finite.hpp"
#include "linalg/parallel.hpp"
#include "linalg/products.hpp"
#include "sketch/range_basis.hpp"

namespace croquis {
namespace {

constexpr std::int64_t sketch_rows_per_column = 8;

// S A, or A itself where a sketch would not be smaller.
Matrix<double> sketch_of(const AnyMatrixView<double>& a, std::uint64_t seed) {
  const std::int64_t rows = sketch_rows_per_column * a.cols();
  if (rows >= a.rows()) return densify<double>(a);
  return SparseSign{.rows = rows, .cols = a.rows(), .seed = seed} * a;
}

// N (n x rank) with A N nearly orthonormal: R^-1 with S A D(:, columns) = Q R, D scaling the columns of A.
Matrix<double> orthogonalizer(Matrix<double> sketch, double rcond) {
  const std::vector<int> exponents = scale_columns_to_unit(sketch.view());
  const RangeTriangle triangle = range_triangle(sketch.view(), rcond);
  const std::int64_t rank = triangle.rank();
  Matrix<double> inverse(rank, rank);
  for (std::int64_t j = 0; j < rank; ++j) inverse(j, j) = 1;
  solve_triangular<double>(Side::left, Transpose::no, triangle.r.view(), inverse.view());
  Matrix<double> result(sketch.cols(), rank);
  for (std::int64_t i = 0; i < rank; ++i) {
    const std::int64_t row = triangle.columns[static_cast<std::size_t>(i)];
    const int exponent = exponents[static_cast<std::size_t>(row)];
    for (std::int64_t j = 0; j < rank; ++j) result(row, j) = std::scalbn(inverse(i, j), exponent);
  }
  return result;
}

std::vector<double> no_scores(const AnyMatrixView<double>& a) {
  return std::vector<double>(static_cast<std::size_t>(a.rows()), std::numeric_limits<double>::quiet_NaN());
}

// || row i ||^2, of a row-major or column-major matrix.
std::vector<double> squared_row_lengths(MatrixView<const double> a) {
  std::vector<double> squares(static_cast<std::size_t>(a.rows), 0);
  const Partition parts(a.rows, 64, 512);
  for_each_tile(parts.count, [&](std::int64_t part) {
    for (std::int64_t j = 0; j < a.cols; ++j)
      for (std::int64_t i = parts.begin(part); i < parts.end(part); ++i)
        squares[static_cast<std::size_t>(i)] += a(i, j) * a(i, j);
  });
  return squares;
}

std::vector<double> estimates(const AnyMatrixView<double>& a, const LeverageScoreOptions& options) {
  Matrix<double> sketch = sketch_of(a, options.seed);
  // A NaN or an infinity in A survives the sketch; an overflow may also be the sketch's own.
  if (!all_finite<double>(sketch.view())) return no_scores(a);
  Matrix<double> factor = orthogonalizer(std::move(sketch), options.rcond);
  if (options.projections < factor.cols()) {
    // The operator has d = `projections`, so its entries have the variance that keeps lengths in the mean.
    Matrix<double> projected(factor.rows(), options.projections);
    apply_right(factor, Gaussian{.rows = options.projections, .cols = factor.cols(), .seed = options.seed},
                projected.view());
    factor = std::move(projected);
  }
  Matrix<double> product = Matrix<double>::uninitialized(a.rows(), factor.cols());
  multiply_by<double>(a, factor.view(), product.view());
  return squared_row_lengths(product.view());
}

}  // namespace

std::vector<double> leverage_scores(const AnyMatrixView<double>& a, const LeverageScoreOptions& options) {
  check_view(a, "A");
  if (a.rows() < a.cols())
    throw ShapeError("A is " + shape_text(a.rows(), a.cols()) + ": leverage scores need rows >= columns");
  if (options.projections < 0)
    throw InvalidOption("LeverageScoreOptions::projections = " + std::to_string(options.projections) + " is negative");
  if (!(options.rcond >= 0 && options.rcond < 1))
    throw InvalidOption("LeverageScoreOptions::rcond = " + std::to_string(options.rcond) + " is outside [0, 1)");
  if (a.cols() == 0) return std::vector<double>(static_cast<std::size_t>(a.rows()), 0);
  if (options.projections > 0) return estimates(a, options);
  if (!all_finite<double>(a)) return no_scores(a);
  return squared_row_lengths(range_basis(a, options.rcond).view());
}

}  // namespace croquis
