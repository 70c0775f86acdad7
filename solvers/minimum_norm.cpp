#include "solvers/minimum_norm.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

#include "linalg/blas.hpp"
#include "linalg/copy.hpp"
#include "linalg/parallel.hpp"
#include "solvers/conclude.hpp"
#include "solvers/conjugate_gradients.hpp"
#include "solvers/direct.hpp"
#include "solvers/factor_sketch.hpp"
#include "solvers/method_choice.hpp"
#include "solvers/ridge_matrix.hpp"
#include "solvers/scaled_copy.hpp"
#include "solvers/solve_problem.hpp"
#include "solvers/stored_matrix.hpp"

namespace croquis {
namespace {

constexpr int most_attempts = 2;
constexpr int most_steps = 4;
constexpr double gain = 0.5;
// As for a tall problem: ten iterations that do not reduce the residual tenfold give the preconditioner up.
constexpr std::int64_t stall_window = 10;
constexpr double stall_reduction = 0.1;
// k^2 u up to which products with A^T and N in turn are as good as those with A^T N.
constexpr double most_loss = 0.1;

template <class T>
std::vector<double> column_norms(MatrixView<const T> x) {
  std::vector<double> norms;
  for (std::int64_t v = 0; v < x.cols; ++v) norms.push_back(norm2(x.rows, x.data + v * x.leading_dimension));
  return norms;
}

template <class T>
void add(const Matrix<T>& change, Matrix<T>& x) {
  for (std::int64_t i = 0; i < x.rows() * x.cols(); ++i) x.data()[i] += change.data()[i];
}

// A^T N as a matrix: by blocks of the columns of A, N^T A.
template <class T>
Matrix<T> explicit_basis(const ProblemMatrix<T>& transposed, const Factorization<T>& f) {
  const Matrix<T> dense = transposed.densify();
  const MatrixView<const T> a = dense.view().transposed();
  Matrix<T> basis = Matrix<T>::uninitialized(f.rank, a.cols);
  const Partition blocks(a.cols, 64, 64);
  for_each_tile(blocks.count, [&](std::int64_t block) {
    const std::int64_t first = blocks.begin(block);
    const std::int64_t count = blocks.length(block);
    f.precondition_transposed(a.block(0, first, a.rows, count), basis.view().block(0, first, f.rank, count));
  });
  return basis;
}

// Steps of refinement of A x = b within the range of A^T = `problem.a`, from x = 0, with one factorization.
//
// A^T (N z) loses k roundoffs of ||z||, in any direction; refinement takes that back only while k^2 u is small. Beyond,
// W = A^T N is formed: W R is A^T D to a few roundoffs whatever k is, and products with W lose nothing.
template <class T>
class MinimumNorm {
 public:
  MinimumNorm(const LeastSquaresProblem<T>& problem, const Factorization<T>& f, LeastSquaresReport& report)
      : problem_(problem), f_(f), report_(report), b_(problem.b), residual_(problem.b) {
    // A left null vector of A says nothing about x, but the preconditioner would mix it in.
    project_on_range(b_);
    residual_ = b_;
    x_ = Matrix<T>(problem.rows(), problem.vectors());
    for (std::int64_t v = 0; v < problem.vectors(); ++v) b_norm_.push_back(scaled_norm(problem.b, v));
    x_norm_ = column_norms<T>(x_.view());
    measure();
    if (static_cast<double>(std::numeric_limits<T>::epsilon()) * f.condition * f.condition <= most_loss || f.rank == 0)
      return;
    transposed_basis_ = explicit_basis(problem.a, f);
    basis_.emplace(transposed_basis_.view().transposed());
    ++report.passes;
  }

  Attempt<T> run() {
    Attempt<T> attempt;
    attempt.rank = f_.rank;
    attempt.rcond = f_.rcond;
    attempt.condition = f_.condition;
    attempt.outcome = steps(attempt.reason);
    if (attempt.outcome == AttemptOutcome::solved) attempt.outcome = round();
    attempt.point.x = std::move(x_);
    attempt.point.backward_error = std::move(error_);
    return attempt;
  }

 private:
  AttemptOutcome steps(std::string& reason) {
    const bool preview = problem_.options.method == LeastSquaresMethod::sketch_and_solve;
    for (int step = 1; step <= most_steps; ++step) {
      const double previous_error = worst_error();
      if (previous_error <= problem_.target()) return AttemptOutcome::solved;
      const Matrix<T> previous = x_;
      const AttemptOutcome outcome = preview ? preview_step() : iterate(reason);
      measure();
      if (preview) return outcome;
      if (step > 1 && !(worst_error() <= previous_error)) {
        x_ = previous;
        measure();
      }
      if (outcome == AttemptOutcome::rejected) break;
      if (outcome != AttemptOutcome::solved) return outcome;
      if (step > 1 && !(worst_error() <= gain * previous_error)) break;
    }
    if (worst_error() <= problem_.acceptable()) return AttemptOutcome::solved;
    if (reason.empty()) reason = "the backward error stayed at " + scientific(worst_error());
    return AttemptOutcome::rejected;
  }

  // Of x_, the first rows are the user's x; a ridge has its own below.
  AttemptOutcome round() {
    Matrix<T> change = x_;
    if (!round_to_users_units(problem_, x_.view().block(0, 0, problem_.a.sketched_rows(), problem_.vectors())))
      return AttemptOutcome::solved;
    for (std::int64_t i = 0; i < x_.rows() * x_.cols(); ++i) change.data()[i] -= x_.data()[i];
    const std::vector<double> changed = column_norms<T>(change.view());
    bool small = true;
    for (std::size_t v = 0; v < changed.size(); ++v) small = small && changed[v] <= problem_.acceptable() * x_norm_[v];
    measure();
    return small || worst_error() <= problem_.acceptable() ? AttemptOutcome::solved
                                                           : AttemptOutcome::solution_out_of_range;
  }

  // x += A^T N z for z in the coordinates of the factorization.
  void move(const Matrix<T>& z) {
    Matrix<T> change = Matrix<T>::uninitialized(problem_.rows(), problem_.vectors());
    if (basis_) {
      basis_->multiply(z.view(), change.view());
    } else {
      Matrix<T> y = Matrix<T>::uninitialized(problem_.cols(), problem_.vectors());
      f_.precondition(z.view(), y.view());
      problem_.a.multiply(y.view(), change.view());
    }
    ++report_.passes;
    add(change, x_);
  }

  // With A^T N as good as orthonormal.
  AttemptOutcome preview_step() {
    Matrix<T> z = Matrix<T>::uninitialized(f_.rank, problem_.vectors());
    f_.precondition_transposed(residual_.view(), z.view());
    move(z);
    return AttemptOutcome::solved;
  }

  AttemptOutcome iterate(std::string& reason) {
    const std::int64_t vectors = problem_.vectors();
    Matrix<T> s = Matrix<T>::uninitialized(f_.rank, vectors);
    Matrix<T> z(f_.rank, vectors);
    Matrix<T> y = Matrix<T>::uninitialized(problem_.cols(), vectors);
    Matrix<T> g = Matrix<T>::uninitialized(problem_.cols(), vectors);
    f_.precondition_transposed(residual_.view(), s.view());
    const auto product = [&](MatrixView<const T> p, MatrixView<T> q) {
      ++report_.passes;
      if (basis_) return basis_->normal_product(p, q);
      f_.precondition(p, y.view());
      problem_.a.normal_product(y.view(), g.view());
      f_.precondition_transposed(g.view(), q);
    };
    AttemptOutcome outcome = AttemptOutcome::solved;
    std::int64_t iterations = 0;
    double window_start = largest_norm(s.view());
    const auto finished = [&](const ConjugateGradientState<T>& state) {
      ++iterations;
      ++report_.iterations;
      const double error = estimate(state);
      if (problem_.options.on_iteration &&
          !problem_.options.on_iteration({report_.iterations, report_.passes, error, problem_.clock.seconds()})) {
        outcome = AttemptOutcome::cancelled;
        return Continue::no;
      }
      if (error <= problem_.target()) return Continue::no;
      if (iterations == problem_.options.iteration_limit) {
        outcome = AttemptOutcome::iteration_limit;
        return Continue::no;
      }
      if (iterations % stall_window == 0) {
        const double now = largest_norm(state.s);
        if (!(now <= stall_reduction * window_start)) {
          reason = "the preconditioned iteration converged too slowly";
          outcome = AttemptOutcome::rejected;
          return Continue::no;
        }
        window_start = now;
      }
      return Continue::yes;
    };
    if (f_.rank > 0) conjugate_gradients<T>(s.view(), z.view(), product, finished);
    move(z);
    return outcome;
  }

  static double largest_norm(MatrixView<const T> s) {
    const std::vector<double> norms = column_norms<T>(s);
    return norms.empty() ? 0 : *std::max_element(norms.begin(), norms.end());
  }

  // D r = C^T s, and the norm of the change of x is about that of z.
  double estimate(const ConjugateGradientState<T>& state) const {
    const std::vector<double> change = column_norms<T>(state.dy);
    double worst = 0;
    for (std::int64_t v = 0; v < problem_.vectors(); ++v) {
      const std::vector<T> r = f_.transposed_product(state.s.data + v * state.s.leading_dimension);
      const double x_norm = std::max(x_norm_[v], change[v] / 2);
      worst = std::max(worst, relative(norm2(static_cast<std::int64_t>(r.size()), r.data()), x_norm, v));
    }
    return worst;
  }

  double relative(double residual_norm, double x_norm, std::int64_t v) const {
    const double size = f_.frobenius_norm * x_norm + b_norm_[v];
    return residual_norm == 0 ? 0 : residual_norm / size;
  }

  // r = b - A x, anew, and the errors.
  void measure() {
    const std::int64_t m = problem_.cols();
    x_norm_ = column_norms<T>(x_.view());
    if (largest_norm(x_.view()) == 0) {
      residual_ = b_;
    } else {
      problem_.a.multiply_transposed(x_.view(), residual_.view());
      ++report_.passes;
      for (std::int64_t i = 0; i < m * problem_.vectors(); ++i)
        residual_.data()[i] = b_.data()[i] - residual_.data()[i];
      project_on_range(residual_);
    }
    error_.clear();
    for (std::int64_t v = 0; v < problem_.vectors(); ++v)
      error_.push_back(relative(scaled_norm(residual_, v), x_norm_[v], v));
  }

  void project_on_range(Matrix<T>& b) const { minimize_norm(f_, b.view()); }

  double scaled_norm(const Matrix<T>& r, std::int64_t v) const {
    std::vector<T> scaled(static_cast<std::size_t>(r.rows()));
    for (std::int64_t i = 0; i < r.rows(); ++i) scaled[i] = r(i, v) * f_.scale[i];
    return norm2(r.rows(), scaled.data());
  }

  double worst_error() const { return largest_or_nan(error_); }

  const LeastSquaresProblem<T>& problem_;
  const Factorization<T>& f_;
  LeastSquaresReport& report_;
  Matrix<T> b_;         // projected on the range of A
  Matrix<T> residual_;  // b_ - A x
  Matrix<T> x_;
  Matrix<T> transposed_basis_;
  std::optional<StoredMatrix<T>> basis_;
  std::vector<double> b_norm_;  // of D b
  std::vector<double> x_norm_;
  std::vector<double> error_;
};

template <class T>
Attempt<T> attempt_from_factor(const LeastSquaresProblem<T>& problem, SketchedFactor<T> f, LeastSquaresReport& report) {
  if (f.outcome != AttemptOutcome::solved) {
    Attempt<T> attempt;
    attempt.outcome = f.outcome;
    attempt.reason = std::move(f.reason);
    return attempt;
  }
  const Stopwatch clock;
  Attempt<T> attempt = MinimumNorm<T>(problem, *f.factorization, report).run();
  report.seconds.iterate += clock.seconds();
  return attempt;
}

// Two sketches, then Householder QR of A^T, unless that is asked for.
template <class T>
Attempt<T> solve(const LeastSquaresProblem<T>& problem, ColumnRange range, LeastSquaresFit<T>& fit, Explanation& why) {
  const LeastSquaresOptions& options = problem.options;
  const ProblemShape shape = shape_of(problem);
  const AnySketch first = first_sketch(options, shape);
  const Matrix<T> nothing(problem.rows(), 0);
  fit.method = options.method;
  if (options.method != LeastSquaresMethod::direct && options.method != LeastSquaresMethod::sketch_and_solve) {
    fit.method = options.sketch || options.sketch_rows > 0 ? LeastSquaresMethod::sketch_and_precondition
                                                           : cheaper_of_sketch_and_direct(shape, first);
    if (options.method == LeastSquaresMethod::sketch_and_precondition) fit.method = options.method;
  }
  if (fit.method != LeastSquaresMethod::direct) {
    for (int number = 0; number < most_attempts; ++number) {
      fit.sketch = reseeded(first, number);
      Attempt<T> attempt = attempt_from_factor(
          problem, factor_sketch<T>(problem.a, nothing.view(), *fit.sketch, options.rcond, fit), fit);
      if (attempt.outcome != AttemptOutcome::rejected && attempt.outcome != AttemptOutcome::out_of_range)
        return attempt;
      if (attempt.outcome == AttemptOutcome::out_of_range && range == ColumnRange::safe) return attempt;
      why.resketched = why.fell_back = attempt.reason;
      if (attempt.outcome == AttemptOutcome::out_of_range) break;
    }
    fit.method = LeastSquaresMethod::direct;
  }
  return attempt_from_factor(problem, factor_whole<T>(problem.a, nothing, options.rcond, range, fit), fit);
}

// The problem whose A^T is `transposed` times 2^scaling. False, and nothing but passes and seconds in `fit`, if the
// columns of `transposed` are not in the range asked for.
template <class T>
bool solve(const ProblemMatrix<T>& transposed, int scaling, double ridge_root, MatrixView<const T> b,
           const LeastSquaresOptions& options, ColumnRange range, LeastSquaresFit<T>& fit) {
  std::optional<RidgeMatrix<T>> ridged;
  if (ridge_root > 0) ridged.emplace(transposed, std::vector<T>{static_cast<T>(ridge_root)});
  const ProblemMatrix<T>& t = ridged ? static_cast<const ProblemMatrix<T>&>(*ridged) : transposed;
  Matrix<T> own_b = Matrix<T>::uninitialized(b.rows, b.cols);
  copy<T>(b, own_b.view());
  LeastSquaresProblem<T> problem = make_problem<T>(t, std::move(own_b), options);
  for (int& exponent : problem.b_exponent) exponent -= scaling;
  Explanation why;
  Attempt<T> attempt;
  const std::int64_t n = transposed.rows();
  if (!problem.finite_b()) {
    attempt.outcome = AttemptOutcome::non_finite_input;
  } else if (problem.cols() == 0) {
    attempt.point.x = Matrix<T>(n, b.cols);
    attempt.point.backward_error.assign(static_cast<std::size_t>(b.cols), 0);
    attempt.outcome = AttemptOutcome::solved;
    attempt.condition = 1;
    fit.method = LeastSquaresMethod::direct;
  } else {
    why.choice = "the solution of least norm, as there are fewer rows than columns";
    attempt = solve(problem, range, fit, why);
    if (attempt.outcome == AttemptOutcome::out_of_range && range == ColumnRange::safe) return false;
  }
  LeastSquaresPoint<T>& point = attempt.point;
  if (point.x.rows() > 0) {
    // [x; s] of the problem with a ridge, of which x is asked for.
    if (ridged) point.x = Matrix<T>(point.x.view().block(0, 0, n, b.cols));
    Matrix<T> residual = Matrix<T>::uninitialized(b.rows, b.cols);
    point.gradient = Matrix<T>::uninitialized(n, b.cols);
    transposed.multiply_transposed(point.x.view(), residual.view());
    for (std::int64_t i = 0; i < b.rows * b.cols; ++i) residual.data()[i] = problem.b.data()[i] - residual.data()[i];
    transposed.multiply(residual.view(), point.gradient.view());
    fit.passes += 2;
    const T root = static_cast<T>(ridge_root);
    for (std::int64_t i = 0; i < n * b.cols; ++i) point.gradient.data()[i] -= root * (root * point.x.data()[i]);
    point.residual_norm = point.data_residual_norm = column_norms<T>(residual.view());
  }
  conclude(fit, problem, attempt, why);
  return true;
}

}  // namespace

template <class T>
LeastSquaresFit<T> solve_minimum_norm(const ProblemMatrix<T>& transposed, double ridge_root, MatrixView<const T> b,
                                      const LeastSquaresOptions& options) {
  LeastSquaresFit<T> fit;
  if (solve(transposed, 0, ridge_root, b, options, ColumnRange::safe, fit)) return fit;
  fit.sketch.reset();
  const ScaledCopy<T> copy(transposed);
  ++fit.passes;
  solve<T>(copy, copy.scaling(), std::ldexp(ridge_root, -copy.scaling()), b, options, ColumnRange::any, fit);
  return fit;
}

#define CROQUIS_INSTANTIATE(T)                                                                            \
  template LeastSquaresFit<T> solve_minimum_norm<T>(const ProblemMatrix<T>&, double, MatrixView<const T>, \
                                                    const LeastSquaresOptions&);
CROQUIS_INSTANTIATE(float)
CROQUIS_INSTANTIATE(double)
#undef CROQUIS_INSTANTIATE

}  // namespace croquis
