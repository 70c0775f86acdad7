#include "solvers/sketch_and_precondition.hpp"

#include <utility>

#include "solvers/factor_sketch.hpp"
#include "solvers/refinement.hpp"

namespace croquis {

template <class T>
Attempt<T> sketch_and_precondition(const LeastSquaresProblem<T>& problem, const AnySketch& sketch,
                                   LeastSquaresReport& report) {
  SketchedFactor<T> f = factor_sketch<T>(problem.a, problem.b.view(), sketch, problem.options.rcond, report);
  if (f.outcome != AttemptOutcome::solved) {
    Attempt<T> attempt;
    attempt.outcome = f.outcome;
    attempt.reason = std::move(f.reason);
    return attempt;
  }
  const bool preview = problem.options.method == LeastSquaresMethod::sketch_and_solve;
  return attempt_from(problem, *f.factorization, f.coordinates, preview ? Refine::never : Refine::to_target, report);
}

template Attempt<float> sketch_and_precondition<float>(const LeastSquaresProblem<float>&, const AnySketch&,
                                                       LeastSquaresReport&);
template Attempt<double> sketch_and_precondition<double>(const LeastSquaresProblem<double>&, const AnySketch&,
                                                         LeastSquaresReport&);

}  // namespace croquis
