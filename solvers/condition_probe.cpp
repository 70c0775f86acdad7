#include "solvers/condition_probe.hpp"

#include <cmath>

#include <croquis/linalg/matrix.hpp>

#include "linalg/blas.hpp"
#include "linalg/condition.hpp"
#include "linalg/finite.hpp"
#include "linalg/gram.hpp"
#include "solvers/column_scaling.hpp"
#include "solvers/cost_model.hpp"

namespace croquis {

namespace {

// The image of the smallest singular vector loses its part in the span of the others' images, n of d dimensions, so
// that the sketch's smallest singular value is this part of A's at the most.
double part_seen(std::int64_t n, std::int64_t d) {
  return std::sqrt(1 - static_cast<double>(n) / static_cast<double>(d));
}

}  // namespace

template <class T>
ConditionProbe<T> probe_condition(const LeastSquaresProblem<T>& problem, LeastSquaresReport& report) {
  ConditionProbe<T> probe;
  if (!problem.a.has_gram()) {
    probe.no_scale = "A is sparse or not stored, and its Gram matrix need not be cheap";
    return probe;
  }
  const Stopwatch clock;
  const std::int64_t n = problem.cols();
  const std::int64_t exact_rows = problem.rows() - problem.a.sketched_rows();
  const AnySketch sketch =
      make_sketch(SketchFamily::count_sketch, probe_sketch_rows(n), problem.a.sketched_rows(), problem.options.seed);
  Matrix<T> sa = Matrix<T>::uninitialized(sketch.rows() + exact_rows, n);
  problem.a.sketch(sketch, sa.view());
  ++report.passes;
  std::vector<T> scale = unit_column_scale<T>(sa.view());
  // A scale of one may be a column of zeros, of which the factor of the Gram matrix makes nothing.
  if (!all_finite<T>(sa.view()) || !within_safe_range(scale)) {
    probe.no_scale = "the scale of A's columns is out of its Gram matrix's range";
    probe.out_of_range = problem.a.all_finite();
    ++report.passes;
  } else {
    scale_columns<T>(sa.view(), scale);
    Matrix<T> g = gram<T>(sa.view());
    if (cholesky<T>(g)) {
      const ExtremeSingularValues extreme = extreme_singular_values<T>(g.view());
      probe.condition = part_seen(n, sa.rows()) * extreme.largest / extreme.smallest;
    }
    probe.scale = std::move(scale);
  }
  report.seconds.sketch += clock.seconds();
  return probe;
}

template ConditionProbe<float> probe_condition(const LeastSquaresProblem<float>&, LeastSquaresReport&);
template ConditionProbe<double> probe_condition(const LeastSquaresProblem<double>&, LeastSquaresReport&);

}  // namespace croquis
