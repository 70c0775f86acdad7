#include "solvers/factor_sketch.hpp"

#include <cmath>
#include <limits>
#include <utility>
#include <vector>

#include <croquis/sketch/apply.hpp>

#include "linalg/blas.hpp"
#include "linalg/finite.hpp"
#include "linalg/tall_qr.hpp"
#include "solvers/column_scaling.hpp"
#include "solvers/least_squares_problem.hpp"
#include "solvers/shared_null_space.hpp"

namespace croquis {
namespace {

// A singular value that the sketch calls zero may be this much larger in A.
constexpr double null_slack = 10;

constexpr const char* out_of_range = "the scale of A's columns is out of the sketch's range";

// True if a column that the sketch holds as zeros has other entries, so small that they underflowed there.
template <class T>
bool some_column_underflowed(const ProblemMatrix<T>& a, const std::vector<std::int64_t>& columns,
                             LeastSquaresReport& report) {
  if (columns.empty()) return false;
  const auto count = static_cast<std::int64_t>(columns.size());
  Matrix<T> weights(count, 1);
  fill(Gaussian{.rows = count, .cols = 1, .seed = 1}, weights.view());
  Matrix<T> x(a.cols(), 1);
  // So large that products with the smallest numbers do not underflow too.
  for (std::int64_t k = 0; k < count; ++k)
    x(columns[static_cast<std::size_t>(k)], 0) = std::ldexp(weights(k, 0), std::numeric_limits<T>::max_exponent / 2);
  Matrix<T> image = Matrix<T>::uninitialized(a.rows(), 1);
  a.multiply(x.view(), image.view());
  ++report.passes;
  return norm2(a.rows(), image.data()) != 0;
}

}  // namespace

template <class T>
SketchedFactor<T> factor_computed_sketch(MatrixView<T> sa, MatrixView<T> sb, double rcond) {
  SketchedFactor<T> result;
  std::vector<T> scale = unit_column_scale<T>(sa);
  if (!all_finite<T>(sa) || !within_safe_range(scale)) {
    result.outcome = AttemptOutcome::out_of_range;
    result.reason = out_of_range;
    return result;
  }
  scale_columns<T>(sa, scale);
  TallQr<T> qr = tall_qr<T>(sa, sb);
  result.factorization = factorize<T>(std::move(qr.r), std::move(scale), rcond, Pivoting::no, qr.qtb);
  result.coordinates = std::move(qr.qtb);
  return result;
}

template <class T>
SketchedFactor<T> factor_sketch(const ProblemMatrix<T>& a, MatrixView<const T> b, const AnySketch& sketch, double rcond,
                                LeastSquaresReport& report, ComputedSketch<T>* kept) {
  Stopwatch phase;
  const std::int64_t rows = sketch.rows() + a.rows() - a.sketched_rows();
  Matrix<T> sa = Matrix<T>::uninitialized(rows, a.cols());
  Matrix<T> sb = Matrix<T>::uninitialized(rows, b.cols);
  a.sketch(sketch, sa.view());
  a.sketch_vectors(sketch, b, sb.view());
  ++report.passes;
  report.seconds.sketch += phase.seconds();

  phase = {};
  if (kept != nullptr) *kept = {sa, sb};
  SketchedFactor<T> result = factor_computed_sketch<T>(sa.view(), sb.view(), rcond);
  if (result.outcome == AttemptOutcome::out_of_range) {
    // A NaN or an infinity in A survives every sketch; an overflow may also be the sketch's own.
    if (!a.all_finite()) result.outcome = AttemptOutcome::non_finite_input;
    ++report.passes;
    return result;
  }
  report.seconds.factor += phase.seconds();

  if (!result.factorization->full_rank()) {
    phase = {};
    if (some_column_underflowed(a, result.factorization->zero_columns, report)) {
      result.outcome = AttemptOutcome::out_of_range;
      result.reason = out_of_range;
    } else if (!null_space_is_shared(a, *result.factorization, null_slack, report)) {
      result.outcome = AttemptOutcome::rejected;
      result.reason = "the sketch lost part of the range of A";
    }
    report.seconds.iterate += phase.seconds();
  }
  return result;
}

#define CROQUIS_INSTANTIATE(T)                                                                                        \
  template SketchedFactor<T> factor_computed_sketch<T>(MatrixView<T>, MatrixView<T>, double);                         \
  template SketchedFactor<T> factor_sketch<T>(const ProblemMatrix<T>&, MatrixView<const T>, const AnySketch&, double, \
                                              LeastSquaresReport&, ComputedSketch<T>*);
CROQUIS_INSTANTIATE(float)
CROQUIS_INSTANTIATE(double)
#undef CROQUIS_INSTANTIATE

}  // namespace croquis
