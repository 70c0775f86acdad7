#include "solvers/quasi_newton/curvature_block.hpp"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "linalg/blas.hpp"
#include "linalg/finite.hpp"
#include "linalg/parallel.hpp"
#include "linalg/products.hpp"
#include "linalg/select_columns.hpp"

namespace croquis {
namespace {

constexpr double least_pivot = 1e-8;
constexpr double least_curvature = 1e-10;

// The rows and columns of a symmetric matrix that its pivoted Cholesky factorization takes, and the factor: the upper
// triangular R with R^T R = M(chosen, chosen).
struct Pivots {
  std::vector<std::int64_t> chosen;
  Matrix<double> r;
  bool positive = true;  // no pivot left is negative
};

// `scale` is the root of the diagonal, or 0 where a column is not to be taken.
Pivots pivoted_cholesky(const Matrix<double>& m, const std::vector<double>& scale, double tolerance) {
  const std::int64_t k = m.cols();
  std::vector<std::int64_t> chosen, left;
  std::vector<double> pivot(static_cast<std::size_t>(k), 1.0);
  for (std::int64_t j = 0; j < k; ++j)
    if (scale[static_cast<std::size_t>(j)] > 0) left.push_back(j);
  Matrix<double> rows(k, k);  // row i: of R, for all columns, in units of the scale
  while (!left.empty()) {
    const auto best = std::max_element(left.begin(), left.end(), [&](std::int64_t a, std::int64_t b) {
      return pivot[static_cast<std::size_t>(a)] < pivot[static_cast<std::size_t>(b)];
    });
    const std::int64_t p = *best;
    if (!(pivot[static_cast<std::size_t>(p)] > tolerance)) break;
    const auto i = static_cast<std::int64_t>(chosen.size());
    const double root = std::sqrt(pivot[static_cast<std::size_t>(p)]);
    left.erase(best);
    chosen.push_back(p);
    rows(i, p) = root;
    for (const std::int64_t j : left) {
      double entry = m(p, j) / scale[static_cast<std::size_t>(p)] / scale[static_cast<std::size_t>(j)];
      for (std::int64_t l = 0; l < i; ++l) entry -= rows(l, p) * rows(l, j);
      rows(i, j) = entry / root;
      pivot[static_cast<std::size_t>(j)] -= rows(i, j) * rows(i, j);
    }
  }
  const auto rank = static_cast<std::int64_t>(chosen.size());
  Pivots result{std::move(chosen), Matrix<double>(rank, rank)};
  for (const std::int64_t j : left)
    result.positive = result.positive && pivot[static_cast<std::size_t>(j)] >= -tolerance;
  for (std::int64_t j = 0; j < rank; ++j) {
    const std::int64_t column = result.chosen[static_cast<std::size_t>(j)];
    for (std::int64_t i = 0; i <= j; ++i) result.r(i, j) = rows(i, column) * scale[static_cast<std::size_t>(column)];
  }
  return result;
}

}  // namespace

Directions joined(const Directions& a, const Directions& b) {
  const bool both = a.coordinates.cols() == a.s.cols() && b.coordinates.cols() == b.s.cols();
  return {side_by_side(a.s.view(), b.s.view()),
          both ? side_by_side(a.coordinates.view(), b.coordinates.view()) : Matrix<double>(a.s.rows(), 0)};
}

CurvatureBlock curvature_block(const Directions& directions, const Matrix<double>& hs) {
  const Matrix<double>& s = directions.s;
  const std::int64_t n = s.rows(), k = s.cols();
  CurvatureBlock block{Matrix<double>(n, 0), Matrix<double>(n, 0), Matrix<double>(n, 0)};
  block.finite = all_finite<double>(hs.view());
  if (!block.finite) {
    block.dropped = k;
    return block;
  }
  Matrix<double> m(k, k);
  multiply_by_transpose<double>(s, hs.view(), m.view());

  std::vector<double> scale(static_cast<std::size_t>(k));
  for (std::int64_t j = 0; j < k; ++j) {
    const double length = norm2(n, s.data() + j * n);
    if (m(j, j) > least_curvature * length * norm2(n, hs.data() + j * n)) {
      scale[static_cast<std::size_t>(j)] = std::sqrt(m(j, j));
    } else if (length > 0) {
      block.positive = false;  // zeros, as hashing draws them now and then, say nothing
    }
  }
  for (std::int64_t j = 0; j < k; ++j)
    for (std::int64_t i = 0; i < j; ++i) {
      const double unit = scale[static_cast<std::size_t>(i)] * scale[static_cast<std::size_t>(j)];
      if (unit > 0) block.asymmetry = std::max(block.asymmetry, std::abs(m(i, j) - m(j, i)) / unit);
      m(i, j) = m(j, i) = (m(i, j) + m(j, i)) / 2;
    }

  const Pivots pivots = pivoted_cholesky(m, scale, std::max(least_pivot, 10 * block.asymmetry));
  block.positive = block.positive && pivots.positive;
  block.dropped = k - pivots.r.cols();
  block.c = select_dense_columns(s.view(), pivots.chosen);
  block.d = select_dense_columns(hs.view(), pivots.chosen);
  const SingleThreadedBlas single_threaded_blas;
  solve_triangular<double>(Side::right, Transpose::no, pivots.r.view(), block.c.view());
  solve_triangular<double>(Side::right, Transpose::no, pivots.r.view(), block.d.view());
  if (directions.coordinates.cols() == k) {
    block.coordinates = select_dense_columns(directions.coordinates.view(), pivots.chosen);
    solve_triangular<double>(Side::right, Transpose::no, pivots.r.view(), block.coordinates.view());
  }
  return block;
}

}  // namespace croquis
