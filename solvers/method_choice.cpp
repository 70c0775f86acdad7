#include "solvers/method_choice.hpp"

#include <algorithm>
#include <limits>
#include <type_traits>

#include <croquis/sketch/distortion.hpp>

#include "linalg/check.hpp"
#include "solvers/cholesky_qr.hpp"
#include "solvers/conclude.hpp"
#include "solvers/condition_probe.hpp"
#include "solvers/gram_and_precondition.hpp"
#include "solvers/solve_problem.hpp"

namespace croquis {
namespace {

// With fewer rows for each column a sketch of them is hardly smaller than A.
constexpr std::int64_t least_rows_per_column_to_probe = 4;
// The probe may overstate the condition number by four, and does by two where singular values of all sizes are as
// frequent. Where that makes the Gram matrix too coarse, its own factor tells before an iteration is made.
constexpr double typical_overstatement = 2;

// Beyond it no Gram matrix is a preconditioner.
constexpr double least_condition_without_gram = 1e8;
// The passes of fewer are reads of A rather than arithmetic, and the costs of the methods are too close to tell.
constexpr std::int64_t least_vectors_of_cholesky_qr = 4;

double infinite() { return std::numeric_limits<double>::infinity(); }

// The precisions there are in T: a Gram matrix in float is nothing new to float.
template <class T>
constexpr bool has_precision(GramPrecision precision) {
  return precision == GramPrecision::working || std::is_same_v<T, double>;
}

template <class T>
double gram_cost(const ProblemShape& shape, GramPrecision precision, double condition) {
  return condition <= most_gram_condition<T>(shape.cols, precision)
             ? gram_and_precondition_cost(shape, precision, condition).total()
             : infinite();
}

template <class T>
GramPrecision cheaper_precision(const ProblemShape& shape, double condition) {
  return has_precision<T>(GramPrecision::single) && gram_cost<T>(shape, GramPrecision::single, condition) <
                                                        gram_cost<T>(shape, GramPrecision::working, condition)
             ? GramPrecision::single
             : GramPrecision::working;
}

template <class T>
bool can_be_probed(const LeastSquaresProblem<T>& problem) {
  return problem.a.has_gram() && problem.a.sketched_rows() >= least_rows_per_column_to_probe * problem.cols();
}

// On a matrix as kind as a random one.
double sketch_cost_of_solve(const ProblemShape& shape, const AnySketch& sketch) {
  const double condition = typical_distortion(sketch, shape.cols).preconditioned_condition();
  return sketch_and_precondition_cost(shape, sketch, condition).total();
}

struct Candidate {
  LeastSquaresMethod method;
  double cost;
};

template <class T>
Candidate cheapest_without_gram(const LeastSquaresProblem<T>& problem, const ProblemShape& shape,
                                const AnySketch& sketch) {
  const LeastSquaresMethod method = cheaper_of_sketch_and_direct(shape, sketch);
  const Candidate best{method, cost_of(method, shape, sketch)};
  if (!problem.a.has_gram() || shape.vectors < least_vectors_of_cholesky_qr ||
      shape.rows < least_rows_of_cholesky_qr(shape.cols))
    return best;
  const Candidate by_cholesky_qr{LeastSquaresMethod::cholesky_qr,
                                 cost_of(LeastSquaresMethod::cholesky_qr, shape, sketch)};
  return by_cholesky_qr.cost < best.cost ? by_cholesky_qr : best;
}

// A probe in vain makes a solve dearer by one ratio; without one a solve by the Gram matrix may be foregone, which is
// cheaper by another. The smaller of the two is how far from the best the choice can be, so that much is conceded.
template <class T>
bool probe_pays(const ProblemShape& shape, const AnySketch& sketch, const Candidate& without) {
  const double probe = probe_cost(shape);
  const double best_gram = gram_cost<T>(shape, cheaper_precision<T>(shape, 1), 1);
  ProblemShape too_large = shape;
  too_large.condition = least_condition_without_gram;
  const double needed = cost_of(without.method, too_large, sketch);
  return (needed + probe) / needed < without.cost / (best_gram + probe);
}

}  // namespace

double cost_of(LeastSquaresMethod method, const ProblemShape& shape, const AnySketch& sketch) {
  if (method == LeastSquaresMethod::direct) return direct_cost(shape).total();
  if (method == LeastSquaresMethod::cholesky_qr)
    return cholesky_qr_cost(shape, cholesky_qr_sketch(shape.rows, shape.cols, 0)).total();
  if (method == LeastSquaresMethod::sketch_and_solve) return sketch_and_solve_cost(shape, sketch).total();
  return sketch_cost_of_solve(shape, sketch);
}

LeastSquaresMethod cheaper_of_sketch_and_direct(const ProblemShape& shape, const AnySketch& sketch) {
  return direct_cost(shape).total() <= sketch_cost_of_solve(shape, sketch)
             ? LeastSquaresMethod::direct
             : LeastSquaresMethod::sketch_and_precondition;
}

template <class T>
MethodChoice<T> choose_method(const LeastSquaresProblem<T>& problem, ProblemShape shape, const AnySketch& sketch,
                              LeastSquaresReport& report) {
  const LeastSquaresOptions& options = problem.options;
  const bool automatic = options.method == LeastSquaresMethod::automatic;
  const bool sketch_is_given = options.sketch || options.sketch_rows > 0;
  const auto without_gram = [&](const AnySketch& with) {
    if (!automatic) return Candidate{options.method, cost_of(options.method, shape, with)};
    return sketch_is_given ? Candidate{LeastSquaresMethod::sketch_and_precondition,
                                       cost_of(LeastSquaresMethod::sketch_and_precondition, shape, with)}
                           : cheapest_without_gram(problem, shape, with);
  };
  MethodChoice<T> choice;
  if (automatic)
    choice.reason = sketch_is_given ? "chosen because a sketch was asked for"
                                    : "chosen as the cheapest for " + shape_text(shape.rows, shape.cols);
  if (options.method != LeastSquaresMethod::gram_and_precondition) {
    const Candidate first = without_gram(sketch);
    choice.method = first.method;
    choice.cost = first.cost;
    if (!automatic || sketch_is_given || !can_be_probed(problem) || !probe_pays<T>(shape, sketch, first)) return choice;
  }

  choice.probe = probe_condition(problem, report);
  const double condition = choice.probe.condition / typical_overstatement;
  choice.condition = shape.condition = std::clamp(condition, 1.0, 1 / std::numeric_limits<double>::epsilon());
  choice.precision = cheaper_precision<T>(shape, condition);
  const double by_gram = gram_cost<T>(shape, choice.precision, condition);
  const Candidate other = without_gram(first_sketch(options, shape));
  if (automatic)
    choice.reason += condition < infinite() ? " and a condition number of about " + scientific(condition)
                                            : " and a large condition number";
  const bool gram = !automatic || (by_gram < other.cost && options.rcond * condition < 1);
  choice.method = gram ? LeastSquaresMethod::gram_and_precondition : other.method;
  choice.cost = (gram ? by_gram : other.cost) + probe_cost(shape);
  return choice;
}

#define CROQUIS_INSTANTIATE(T)                                                                             \
  template MethodChoice<T> choose_method<T>(const LeastSquaresProblem<T>&, ProblemShape, const AnySketch&, \
                                            LeastSquaresReport&);
CROQUIS_INSTANTIATE(float)
CROQUIS_INSTANTIATE(double)
#undef CROQUIS_INSTANTIATE

}  // namespace croquis
