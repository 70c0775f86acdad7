#include <croquis/solvers/least_squares.hpp>

#include <cassert>
#include <utility>

#include "solvers/cholesky_qr.hpp"
#include "solvers/cholesky_qr_method.hpp"
#include "solvers/choose_sparse_method.hpp"
#include "solvers/column_iteration.hpp"
#include "solvers/conclude.hpp"
#include "solvers/direct.hpp"
#include "solvers/gram_and_precondition.hpp"
#include "solvers/least_squares_problem.hpp"
#include "solvers/machine_speed.hpp"
#include "solvers/method_choice.hpp"
#include "solvers/scaled_copy.hpp"
#include "solvers/sketch_and_precondition.hpp"
#include "solvers/solve_problem.hpp"
#include "solvers/stored_matrix.hpp"

namespace croquis {

namespace {

constexpr int most_sketches = 2;

template <class T>
bool given_up(const Attempt<T>& attempt) {
  return attempt.outcome == AttemptOutcome::rejected || attempt.outcome == AttemptOutcome::out_of_range;
}

// One method after another until one passes its check; the first is the one that `method` says. `sparse` is null unless
// A is a stored sparse matrix. Where products with a dense A would leave the range of T, it is scaled and all begins
// anew, with any `range` of its columns.
template <class T>
class Solver {
 public:
  Solver(const LeastSquaresProblem<T>& problem, SparseMethods<T>* sparse, ColumnRange range, LeastSquaresFit<T>& fit)
      : problem_(problem), sparse_(sparse), range_(range), fit_(fit), shape_(shape_of(problem)) {}

  void run() {
    Attempt<T> attempt;
    if (solves_sparse_matrix_automatically()) {
      const auto next = try_sparse_methods<T>(
          problem_, *sparse_, shape_, [&] { return sketch(); }, fit_, attempt, why_);
      if (!next) return conclude(fit_, problem_, attempt, why_);
      choice_.method = *next;
    } else if (sparse_ != nullptr && problem_.options.method == LeastSquaresMethod::gram_and_precondition) {
      choice_.method = problem_.options.method;
    } else {
      choice_ = choose_method(problem_, shape_, sketch(), fit_);
      why_.choice = choice_.reason;
      if (choice_.condition != shape_.condition) {
        shape_.condition = choice_.condition;
        sketch_.reset();
      }
      fit_.predicted_seconds = choice_.cost * seconds_per_flop();
      if (choice_.probe.out_of_range && can_be_scaled()) return run_scaled();
    }
    for (fit_.method = choice_.method;; fit_.method = after(fit_.method)) {
      attempt = attempt_by(fit_.method);
      if (attempt.outcome == AttemptOutcome::out_of_range && can_be_scaled()) return run_scaled();
      if (!given_up(attempt) || fit_.method == LeastSquaresMethod::direct) break;
      why_.fell_back = attempt.reason;
    }
    conclude(fit_, problem_, attempt, why_);
  }

 private:
  bool solves_sparse_matrix_automatically() const {
    const LeastSquaresOptions& options = problem_.options;
    const bool sketch_is_given = options.sketch || options.sketch_rows > 0;
    return sparse_ != nullptr && !sketch_is_given && options.method == LeastSquaresMethod::automatic;
  }

  // The sketch that is given, or the cheapest; which one that is takes longer to find out than a small A to solve.
  const AnySketch& sketch() {
    if (!sketch_) sketch_ = first_sketch(problem_.options, shape_);
    return *sketch_;
  }

  bool can_be_scaled() const { return sparse_ == nullptr && range_ == ColumnRange::safe; }

  void run_scaled() {
    fit_.sketch.reset();
    const ScaledCopy<T> copy(problem_.a);
    ++fit_.passes;
    LeastSquaresProblem<T> scaled{.a = copy,
                                  .b = problem_.b,
                                  .b_exponent = problem_.b_exponent,
                                  .b_norm = problem_.b_norm,
                                  .options = problem_.options,
                                  .clock = problem_.clock};
    for (int& exponent : scaled.b_exponent) exponent -= copy.scaling();
    Solver<T>(scaled, nullptr, ColumnRange::any, fit_).run();
  }

  // Methods that look for a short way hand over to those that always lead somewhere.
  LeastSquaresMethod after(LeastSquaresMethod method) {
    const bool short_way = method == LeastSquaresMethod::column_iteration ||
                           method == LeastSquaresMethod::gram_and_precondition ||
                           method == LeastSquaresMethod::cholesky_qr;
    return short_way ? cheaper_of_sketch_and_direct(shape_, sketch()) : LeastSquaresMethod::direct;
  }

  Attempt<T> attempt_by(LeastSquaresMethod method) {
    switch (method) {
      case LeastSquaresMethod::column_iteration:
        return iterate_on_columns(problem_, fit_);
      case LeastSquaresMethod::gram_and_precondition:
        return sparse_ != nullptr ? sparse_->gram_and_precondition(fit_) : by_gram();
      case LeastSquaresMethod::cholesky_qr:
        return by_cholesky_qr();
      case LeastSquaresMethod::direct:
        return sparse_ != nullptr ? by_sparse_qr() : solve_direct(problem_, range_, fit_);
      default:
        return by_sketches();
    }
  }

  Attempt<T> by_gram() {
    Attempt<T> attempt = gram_and_precondition(problem_, choice_.precision, choice_.probe, fit_);
    if (given_up(attempt) && choice_.precision == GramPrecision::single && try_working_gram())
      attempt = gram_and_precondition(problem_, GramPrecision::working, choice_.probe, fit_);
    return attempt;
  }

  // After a Gram matrix in float that was too coarse: whether one in T is the next best, or what is asked for.
  bool try_working_gram() {
    if (problem_.options.method == LeastSquaresMethod::gram_and_precondition) return true;
    const LeastSquaresMethod other = after(LeastSquaresMethod::gram_and_precondition);
    return gram_and_precondition_cost(shape_, GramPrecision::working, shape_.condition).total() <=
           cost_of(other, shape_, sketch());
  }

  Attempt<T> by_cholesky_qr() {
    const bool sketch_is_given = problem_.options.sketch || problem_.options.sketch_rows > 0;
    fit_.sketch = sketch_is_given ? sketch() : cholesky_qr_sketch(shape_.rows, shape_.cols, problem_.options.seed);
    Attempt<T> attempt = solve_by_cholesky_qr(problem_, *fit_.sketch, fit_);
    if (given_up(attempt)) fit_.sketch.reset();
    return attempt;
  }

  Attempt<T> by_sketches() {
    Attempt<T> attempt;
    for (int number = 0; number < most_sketches; ++number) {
      fit_.sketch = reseeded(sketch(), number);
      attempt = sketch_and_precondition(problem_, *fit_.sketch, fit_);
      if (attempt.outcome != AttemptOutcome::rejected) break;
      why_.resketched = attempt.reason;
    }
    return attempt;
  }

  Attempt<T> by_sparse_qr() {
    Attempt<T> attempt = sparse_->direct(fit_);
    if (attempt.outcome != AttemptOutcome::rejected) return attempt;
    const std::string no_copy = sparse_->why_not_dense(problem_.rows());
    if (no_copy.empty()) return solve_direct(problem_, range_, fit_);
    attempt.reason += ", and " + no_copy;
    return attempt;
  }

  const LeastSquaresProblem<T>& problem_;
  SparseMethods<T>* sparse_;
  ColumnRange range_;
  LeastSquaresFit<T>& fit_;
  ProblemShape shape_;
  std::optional<AnySketch> sketch_;
  MethodChoice<T> choice_;
  Explanation why_;
};

// The entries of a stored matrix in another order.
template <class T>
class Reordered final : public StoredMatrix<T> {
 public:
  Reordered(const ProblemMatrix<T>& original, AnyMatrixView<T> reordered)
      : StoredMatrix<T>(reordered), exponent_(original.exponent()) {}
  int exponent() const override { return exponent_; }

 private:
  int exponent_;
};

// The same by rows: a pass over a matrix by columns would sum up vectors of its rows.
template <class T>
void solve_sparse(LeastSquaresProblem<T> problem, LeastSquaresFit<T>& fit) {
  SparseStorage<T> storage(*problem.a.stored());
  const Reordered<T> by_rows(problem.a, storage.for_passes());
  const LeastSquaresProblem<T> turned{.a = by_rows,
                                      .b = std::move(problem.b),
                                      .b_exponent = std::move(problem.b_exponent),
                                      .b_norm = std::move(problem.b_norm),
                                      .options = problem.options,
                                      .clock = problem.clock};
  SparseMethods<T> sparse(turned, storage);
  Solver<T>(turned, &sparse, ColumnRange::safe, fit).run();
}

}  // namespace

std::string to_string(LeastSquaresMethod method) {
  switch (method) {
    case LeastSquaresMethod::automatic:
      return "automatic";
    case LeastSquaresMethod::sketch_and_precondition:
      return "sketch-and-precondition";
    case LeastSquaresMethod::direct:
      return "direct";
    case LeastSquaresMethod::sketch_and_solve:
      return "sketch-and-solve";
    case LeastSquaresMethod::gram_and_precondition:
      return "gram-and-precondition";
    case LeastSquaresMethod::column_iteration:
      return "column-iteration";
    case LeastSquaresMethod::cholesky_qr:
      return "cholesky-qr";
  }
  assert(false && "a method without a name");
  return {};
}

double LeastSquaresReport::worst_backward_error() const { return largest_or_nan(backward_error); }

template <class T>
LeastSquaresFit<T> solve_problem(const ProblemMatrix<T>& a, MatrixView<const T> b, const LeastSquaresOptions& options) {
  LeastSquaresProblem<T> problem = make_problem<T>(a, b, options);
  LeastSquaresFit<T> fit;
  if (!problem.finite_b()) {
    Attempt<T> attempt;
    attempt.outcome = AttemptOutcome::non_finite_input;
    conclude(fit, problem, attempt, {});
  } else if (a.cols() == 0) {
    conclude_without_unknowns(fit, problem);
  } else if (a.stored() != nullptr && !a.stored()->is_dense()) {
    solve_sparse(std::move(problem), fit);
  } else {
    Solver<T>(problem, nullptr, ColumnRange::safe, fit).run();
  }
  return fit;
}

template LeastSquaresFit<float> solve_problem(const ProblemMatrix<float>&, MatrixView<const float>,
                                              const LeastSquaresOptions&);
template LeastSquaresFit<double> solve_problem(const ProblemMatrix<double>&, MatrixView<const double>,
                                               const LeastSquaresOptions&);

}  // namespace croquis
