#include "solvers/choose_sparse_method.hpp"

#include <croquis/sketch/distortion.hpp>

#include "solvers/column_iteration.hpp"

namespace croquis {

template <class T>
std::optional<LeastSquaresMethod> try_sparse_methods(const LeastSquaresProblem<T>& problem, SparseMethods<T>& sparse,
                                                     const ProblemShape& shape,
                                                     const std::function<AnySketch()>& first_sketch,
                                                     LeastSquaresFit<T>& fit, Attempt<T>& attempt, Explanation& why) {
  fit.method = LeastSquaresMethod::column_iteration;
  why.choice = "chosen because the scaled columns of A are well conditioned, by a test";
  attempt = iterate_on_columns(problem, fit);
  if (attempt.outcome != AttemptOutcome::rejected) return std::nullopt;

  fit.method = LeastSquaresMethod::gram_and_precondition;
  why.choice = "chosen because " + attempt.reason + " and its Gram matrix is cheap";
  attempt = sparse.gram_and_precondition(fit);
  if (attempt.outcome != AttemptOutcome::rejected) return std::nullopt;

  const AnySketch sketch = first_sketch();
  const double condition = typical_distortion(sketch, shape.cols).preconditioned_condition();
  const std::string no_sketch = sparse.why_not_dense(sketch.rows());
  if (!no_sketch.empty()) {
    why.choice = "chosen because " + attempt.reason + ", and for a sketch " + no_sketch;
    return LeastSquaresMethod::direct;
  }
  const double sketch_cost = sketch_and_precondition_cost(shape, sketch, condition).total();
  const bool direct = sparse.least_direct_cost() <= sketch_cost && sparse.direct_cost() <= sketch_cost;
  why.choice = "chosen because " + attempt.reason + ", and as cheaper than " + (direct ? "a sketch" : "a direct solve");
  return direct ? LeastSquaresMethod::direct : LeastSquaresMethod::sketch_and_precondition;
}

#define CROQUIS_INSTANTIATE(T)                                                                                  \
  template std::optional<LeastSquaresMethod> try_sparse_methods<T>(                                             \
      const LeastSquaresProblem<T>&, SparseMethods<T>&, const ProblemShape&, const std::function<AnySketch()>&, \
      LeastSquaresFit<T>&, Attempt<T>&, Explanation&);
CROQUIS_INSTANTIATE(float)
CROQUIS_INSTANTIATE(double)
#undef CROQUIS_INSTANTIATE

}  // namespace croquis
