#include "solvers/cholesky_qr_method.hpp"

#include <utility>

#include "linalg/blas.hpp"
#include "linalg/condition.hpp"
#include "linalg/finite.hpp"
#include "linalg/parallel.hpp"
#include "linalg/tall_qr.hpp"
#include "solvers/cholesky_qr.hpp"
#include "solvers/column_scaling.hpp"
#include "solvers/conclude.hpp"
#include "solvers/refinement.hpp"

namespace croquis {
namespace {

constexpr std::int64_t tile_vectors = 32;
// The estimated condition of R_s may be too small by a factor of a few.
constexpr double doubt = 0.1;

// B := R^-T B, a few columns in each tile.
template <class T>
void solve_transposed(MatrixView<const T> r, MatrixView<T> b) {
  const Partition tiles(b.cols, (b.cols + tile_vectors - 1) / tile_vectors, tile_vectors);
  for_each_tile(tiles.count, [&](std::int64_t tile) {
    solve_triangular<T>(Side::left, Transpose::yes, r, b.block(0, tiles.begin(tile), b.rows, tiles.length(tile)));
  });
}

}  // namespace

template <class T>
TriangleAndCoordinates<T> triangle_and_coordinates(const ProblemMatrix<T>& a, MatrixView<const T> b,
                                                   const AnySketch& sketch, double rcond, LeastSquaresReport& report) {
  TriangleAndCoordinates<T> result;
  if (!a.has_gram()) {
    result.reason = "A is sparse, weighted or not stored, and Cholesky QR would not be cheap";
    return result;
  }
  Stopwatch phase;
  const std::int64_t n = a.cols();
  Matrix<T> sa = Matrix<T>::uninitialized(sketch.rows() + a.rows() - a.sketched_rows(), n);
  a.sketch(sketch, sa.view());
  ++report.passes;
  report.seconds.sketch += phase.seconds();

  phase = {};
  std::vector<T> scale = unit_column_scale<T>(sa.view());
  if (!all_finite<T>(sa.view()) || !within_safe_range(scale)) {
    result.reason = "the scale of A's columns is out of the sketch's range";
    return result;
  }
  scale_columns<T>(sa.view(), scale);
  Matrix<T> nothing(sa.rows(), 0);
  const Matrix<T> r = tall_qr<T>(sa.view(), nothing.view()).r;
  sa = {};
  const ExtremeSingularValues extreme = extreme_singular_values<T>(r.view());
  if (!(extreme.smallest * doubt > (rcond > 0 ? rcond : default_rcond<T>(n)) * extreme.largest)) {
    result.reason = "A may be rank deficient: its sketch has a condition number of about " +
                    scientific(extreme.largest / extreme.smallest);
    return result;
  }
  Matrix<T> unscaled = r;
  for (std::int64_t j = 0; j < n; ++j)
    for (std::int64_t i = 0; i <= j; ++i) unscaled(i, j) /= scale[j];
  GramAndProduct<T> c = a.preconditioned_gram(unscaled.view(), b);
  ++report.passes;
  if (!cholesky<T>(c.gram)) {
    result.reason = "the sketch lost part of the range of A";
    return result;
  }
  solve_transposed<T>(c.gram.view(), c.product.view());
  result.r = product_of_triangles<T>(c.gram.view(), r.view());
  result.qtb = std::move(c.product);
  result.scale = std::move(scale);
  report.seconds.factor += phase.seconds();
  return result;
}

template <class T>
Attempt<T> solve_by_cholesky_qr(const LeastSquaresProblem<T>& problem, const AnySketch& sketch,
                                LeastSquaresReport& report) {
  TriangleAndCoordinates<T> qr =
      triangle_and_coordinates<T>(problem.a, problem.b.view(), sketch, problem.options.rcond, report);
  if (!qr.reason.empty()) {
    Attempt<T> attempt;
    attempt.reason = std::move(qr.reason);
    return attempt;
  }
  const auto f = factorize<T>(std::move(qr.r), std::move(qr.scale), problem.options.rcond, Pivoting::no, qr.qtb);
  return attempt_from(problem, *f, qr.qtb, refinement_of(problem), report);
}

#define CROQUIS_INSTANTIATE(T)                                                                                   \
  template TriangleAndCoordinates<T> triangle_and_coordinates<T>(const ProblemMatrix<T>&, MatrixView<const T>,   \
                                                                 const AnySketch&, double, LeastSquaresReport&); \
  template Attempt<T> solve_by_cholesky_qr<T>(const LeastSquaresProblem<T>&, const AnySketch&, LeastSquaresReport&);
CROQUIS_INSTANTIATE(float)
CROQUIS_INSTANTIATE(double)
#undef CROQUIS_INSTANTIATE

}  // namespace croquis
