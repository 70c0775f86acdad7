#include "solvers/sketch_and_precondition.hpp"

#include <utility>

#include <croquis/sketch/distortion.hpp>

#include "solvers/error_bars.hpp"
#include "solvers/factor_sketch.hpp"
#include "solvers/refinement.hpp"

namespace croquis {

template <class T>
Attempt<T> sketch_and_precondition(const LeastSquaresProblem<T>& problem, const AnySketch& sketch,
                                   LeastSquaresReport& report) {
  const bool preview = problem.options.method == LeastSquaresMethod::sketch_and_solve;
  const bool bars = preview && problem.options.bootstrap;
  ComputedSketch<T> computed;
  SketchedFactor<T> f =
      factor_sketch<T>(problem.a, problem.b.view(), sketch, problem.options.rcond, report, bars ? &computed : nullptr);
  if (f.outcome != AttemptOutcome::solved) {
    Attempt<T> attempt;
    attempt.outcome = f.outcome;
    attempt.reason = std::move(f.reason);
    return attempt;
  }
  if (bars) {
    const Stopwatch clock;
    report.error_bars = error_bars<T>(sketch, problem.a.sketched_rows(), computed.sa.view(), computed.sb.view(),
                                      *f.factorization, f.coordinates, *problem.options.bootstrap);
    for (std::size_t j = 0; j < report.error_bars.size(); ++j)
      scale_error_bar(report.error_bars[j], problem.b_exponent[j], problem.b_exponent[j] + problem.a.exponent());
    report.seconds.bootstrap += clock.seconds();
  }
  ProblemShape shape = shape_of(problem);
  shape.condition = f.factorization->condition;
  const double condition = typical_distortion(sketch, problem.cols()).preconditioned_condition();
  const bool copy = !preview && fixed_point_pays(shape, expected_passes(shape, condition));
  return attempt_from(problem, *f.factorization, f.coordinates, preview ? Refine::never : Refine::to_target, report,
                      copy ? Products::in_fixed_point : Products::with_matrix);
}

template Attempt<float> sketch_and_precondition<float>(const LeastSquaresProblem<float>&, const AnySketch&,
                                                       LeastSquaresReport&);
template Attempt<double> sketch_and_precondition<double>(const LeastSquaresProblem<double>&, const AnySketch&,
                                                         LeastSquaresReport&);

}  // namespace croquis
