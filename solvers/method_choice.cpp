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

namespace croquis {
namespace {

// With fewer rows for each column a sketch of them is hardly smaller than A.
constexpr std::int64_t least_rows_per_column_to_probe = 4;
// The probe may overstate the condition number by four, and does by two where singular values of all sizes are as
// frequent. Where that makes the Gram matrix too coarse, its own factor tells before an iteration is made.
constexpr double typical_overstatement = 2;

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
bool worth_probing(const LeastSquaresProblem<T>& problem) {
  return problem.a.has_gram() && problem.a.sketched_rows() >= least_rows_per_column_to_probe * problem.cols();
}

// On a matrix as kind as a random one.
double sketch_cost_of_solve(const ProblemShape& shape, const AnySketch& sketch) {
  const double condition = typical_distortion(sketch, shape.cols).preconditioned_condition();
  return sketch_and_precondition_cost(shape, sketch, condition).total();
}

// Of a method that needs no condition number.
double cost_of(LeastSquaresMethod method, const ProblemShape& shape, const AnySketch& sketch) {
  if (method == LeastSquaresMethod::direct) return direct_cost(shape).total();
  if (method == LeastSquaresMethod::cholesky_qr)
    return cholesky_qr_cost(shape, cholesky_qr_sketch(shape.rows, shape.cols, 0)).total();
  if (method == LeastSquaresMethod::sketch_and_solve) return sketch_and_solve_cost(shape, sketch).total();
  return sketch_cost_of_solve(shape, sketch);
}

}  // namespace

LeastSquaresMethod cheaper_of_sketch_and_direct(const ProblemShape& shape, const AnySketch& sketch) {
  return direct_cost(shape).total() <= sketch_cost_of_solve(shape, sketch)
             ? LeastSquaresMethod::direct
             : LeastSquaresMethod::sketch_and_precondition;
}

template <class T>
MethodChoice<T> choose_method(const LeastSquaresProblem<T>& problem, const ProblemShape& shape, const AnySketch& sketch,
                              LeastSquaresReport& report) {
  const LeastSquaresOptions& options = problem.options;
  MethodChoice<T> choice;
  choice.method = options.method;
  if (options.method == LeastSquaresMethod::automatic) {
    const bool sketch_is_given = options.sketch || options.sketch_rows > 0;
    choice.method =
        sketch_is_given ? LeastSquaresMethod::sketch_and_precondition : cheaper_of_sketch_and_direct(shape, sketch);
    choice.reason = sketch_is_given ? "chosen because a sketch was asked for"
                                    : "chosen as the cheapest for " + shape_text(shape.rows, shape.cols);
    choice.cost = cost_of(choice.method, shape, sketch);
    if (!sketch_is_given && problem.a.has_gram() && shape.vectors >= least_vectors_of_cholesky_qr &&
        shape.rows >= least_rows_of_cholesky_qr(shape.cols)) {
      const double by_cholesky_qr = cost_of(LeastSquaresMethod::cholesky_qr, shape, sketch);
      if (by_cholesky_qr < choice.cost) {
        choice.method = LeastSquaresMethod::cholesky_qr;
        choice.cost = by_cholesky_qr;
      }
    }
    const double best_gram = gram_cost<T>(shape, cheaper_precision<T>(shape, 1), 1);
    if (sketch_is_given || !worth_probing(problem) || best_gram + probe_cost(shape) >= choice.cost) return choice;
  } else if (options.method != LeastSquaresMethod::gram_and_precondition) {
    choice.cost = cost_of(choice.method, shape, sketch);
    return choice;
  }

  choice.probe = probe_condition(problem, report);
  const double condition = choice.probe.condition / typical_overstatement;
  choice.precision = cheaper_precision<T>(shape, condition);
  const double by_gram = gram_cost<T>(shape, choice.precision, condition);
  if (options.method == LeastSquaresMethod::automatic) {
    choice.reason += condition < infinite() ? " and a condition number of about " + scientific(condition)
                                            : " and a large condition number";
    if (by_gram < choice.cost && options.rcond * condition < 1)
      choice.method = LeastSquaresMethod::gram_and_precondition;
  }
  if (choice.method == LeastSquaresMethod::gram_and_precondition) choice.cost = by_gram;
  choice.cost += probe_cost(shape);
  return choice;
}

#define CROQUIS_INSTANTIATE(T)                                                                                    \
  template MethodChoice<T> choose_method<T>(const LeastSquaresProblem<T>&, const ProblemShape&, const AnySketch&, \
                                            LeastSquaresReport&);
CROQUIS_INSTANTIATE(float)
CROQUIS_INSTANTIATE(double)
#undef CROQUIS_INSTANTIATE

}  // namespace croquis
