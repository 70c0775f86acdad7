#include "solvers/column_iteration.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

#include <croquis/sketch/apply.hpp>

#include "linalg/column_norms.hpp"
#include "linalg/copy.hpp"
#include "solvers/column_scaling.hpp"
#include "solvers/conclude.hpp"
#include "solvers/conjugate_gradients.hpp"
#include "solvers/diagonal_factorization.hpp"
#include "solvers/refinement.hpp"

namespace croquis {
namespace {

// The component of w in a null vector of A is normal with variance 1 / n; it is below this part of its deviation once
// in ten thousand.
constexpr double unseen_part = 1e-4;
// More passes over A than this, and a factorization is cheaper; but looking for an ordering takes the time of passes
// over so many entries, however few A has. The first iterations may be slower than the others.
constexpr double passes_of_factorization = 45;
constexpr double entries_of_analysis = 20000;
constexpr double slack = 1.3;
constexpr std::int64_t least_iterations = 4;
// Even eight iterations, as few as there can be, are too many for more vectors.
constexpr std::int64_t most_vectors = 5;
// The iteration has come so far only if no singular value is below a third of the smallest that it shows, or so.
constexpr double margin = 0.3;

template <class T>
struct Trial {
  bool passed = false;
  ExtremeSingularValues extreme;
  Matrix<T> z;  // D^-1 x of the problem, as far as it has come
};

// The extreme eigenvalues of Lanczos' tridiagonal matrix, which conjugate gradients give with their steps, as singular
// values; to a part in a thousand, the largest from above and the smallest from below. By bisection: the pivots of
// T - x I are as often negative as there are eigenvalues below x (Sturm).
ExtremeSingularValues from_steps(const std::vector<double>& alpha, const std::vector<double>& beta) {
  const std::size_t k = alpha.size();
  std::vector<double> diagonal, square;  // of T, and the squares beside the diagonal
  double above = 0;
  for (std::size_t j = 0; j < k; ++j) {
    diagonal.push_back(1 / alpha[j] + (j > 0 ? beta[j - 1] / alpha[j - 1] : 0));
    square.push_back(beta[j] / (alpha[j] * alpha[j]));
    above = std::max(above, diagonal[j] + std::sqrt(square[j]) + (j > 0 ? std::sqrt(square[j - 1]) : 0));
  }
  const auto count_below = [&](double x) {
    std::size_t count = 0;
    double pivot = 1;
    for (std::size_t j = 0; j < k; ++j) {
      pivot = diagonal[j] - x - (j > 0 ? square[j - 1] / pivot : 0);
      if (pivot == 0) pivot = std::numeric_limits<double>::min();
      if (pivot < 0) ++count;
    }
    return count;
  };
  // The end of the bracket that is asked for, of the least x with `wanted` eigenvalues below it.
  const auto bisect = [&](std::size_t wanted, bool from_below) {
    double low = 0, high = above;
    while (high - low > 1e-3 * high && high > std::numeric_limits<double>::epsilon() * above) {
      const double middle = (low + high) / 2;
      (count_below(middle) >= wanted ? high : low) = middle;
    }
    return from_below ? low : high;
  };
  return {.largest = std::sqrt(bisect(k, false)), .smallest = std::sqrt(bisect(1, true))};
}

// Conjugate gradients on D A^T A D Z = [D A^T A D w, D A^T B], of which the first column says when to stop.
template <class T>
Trial<T> try_columns(const LeastSquaresProblem<T>& problem, const std::vector<T>& scale, LeastSquaresReport& report) {
  const std::int64_t n = problem.cols();
  const std::int64_t vectors = problem.vectors();
  const auto scale_rows = [&](MatrixView<const T> from, MatrixView<T> to) {
    for (std::int64_t v = 0; v < from.cols; ++v)
      for (std::int64_t j = 0; j < n; ++j) to(j, v) = from(j, v) * scale[j];
  };
  Matrix<T> w = Matrix<T>::uninitialized(n, 1);
  fill(Gaussian{.rows = n, .cols = 1, .seed = problem.options.seed}, w.view());
  Matrix<T> x = Matrix<T>::uninitialized(n, 1 + vectors);
  const auto product = [&](MatrixView<const T> p, MatrixView<T> q) {
    const MatrixView<T> scaled = x.view().block(0, 0, n, p.cols);
    scale_rows(p, scaled);
    problem.a.normal_product(scaled, q);
    scale_rows(q, q);
    ++report.passes;
  };
  Matrix<T> c = Matrix<T>::uninitialized(n, 1 + vectors);
  product(w.view(), c.view().block(0, 0, n, 1));
  const MatrixView<T> gradient = c.view().block(0, 1, n, vectors);
  problem.a.multiply_transposed(problem.b.view(), gradient);
  scale_rows(gradient, gradient);
  ++report.passes;

  const double most_passes = passes_of_factorization +
                             entries_of_analysis / std::max<double>(1, static_cast<double>(problem.a.stored_entries()));
  const double digits = -std::log(std::numeric_limits<T>::epsilon() / 2);
  const double close = std::max(unseen_part / std::sqrt(static_cast<double>(n)),
                                16 * static_cast<double>(std::numeric_limits<T>::epsilon()));
  Trial<T> trial;
  std::vector<double> alpha, beta;
  Matrix<T> z = Matrix<T>::uninitialized(n, 1 + vectors);
  conjugate_gradients<T>(c.view(), z.view(), product, [&](const ConjugateGradientState<T>& state) {
    alpha.push_back(*state.alpha);
    beta.push_back(*state.beta);
    double square = 0;
    for (std::int64_t j = 0; j < n; ++j) square += std::pow(static_cast<double>(state.dy(j, 0)) - w(j, 0), 2);
    const double distance = std::sqrt(square);
    const auto iterations = static_cast<double>(alpha.size());
    const double expected_passes =
        distance < 0.9 ? digits * iterations / -std::log(distance) * static_cast<double>(vectors) : 2 * most_passes;
    if (distance <= close) {
      trial.passed = expected_passes <= most_passes;
      return Continue::no;
    }
    if (!(*state.alpha > 0) || !std::isfinite(distance)) return Continue::no;
    const double most = most_passes * (alpha.size() < 2 * least_iterations ? slack : 1);
    if (alpha.size() >= least_iterations && expected_passes > most) return Continue::no;
    return Continue::yes;
  });
  if (!trial.passed) return trial;
  trial.extreme = from_steps(alpha, beta);
  trial.z = Matrix<T>::uninitialized(n, vectors);
  copy_serial<T>(z.view().block(0, 1, n, vectors), trial.z.view());
  return trial;
}

}  // namespace

template <class T>
Attempt<T> iterate_on_columns(const LeastSquaresProblem<T>& problem, LeastSquaresReport& report) {
  Attempt<T> attempt;
  const AnyMatrixView<T>* const a = problem.a.stored();
  if (a == nullptr || a->is_dense()) {
    attempt.reason = "A is not a stored sparse matrix";
    return attempt;
  }
  const Stopwatch phase;
  const std::vector<ColumnNorm> norms = column_norms(*a);
  report.passes += 2;
  std::vector<T> scale = unit_column_scale<T>(norms);
  double square = 0;
  for (std::size_t j = 0; j < norms.size(); ++j) {
    if (!std::isfinite(norms[j].fraction)) {
      attempt.outcome = AttemptOutcome::non_finite_input;
      return attempt;
    }
    square += std::pow(std::ldexp(norms[j].fraction * static_cast<double>(scale[j]), norms[j].exponent), 2);
    if (norms[j].fraction == 0) attempt.reason = "A has a column of zeros";
  }
  if (!within_safe_range(scale)) attempt.reason = "the scale of A's columns is out of range";
  if (!attempt.reason.empty()) return attempt;
  if (problem.vectors() > most_vectors) {
    attempt.reason = "for so many right-hand sides a factorization is cheaper than an iteration";
    return attempt;
  }
  Trial<T> trial = try_columns(problem, scale, report);
  report.seconds.factor += phase.seconds();
  if (!trial.passed) {
    attempt.reason = "scaling the columns of A does not make it well conditioned";
    return attempt;
  }
  ExtremeSingularValues extreme = trial.extreme;
  extreme.smallest *= margin;
  const auto f = diagonal_factorization<T>(std::move(scale), extreme, std::sqrt(square), problem.options.rcond);
  if (!(extreme.smallest > f->rcond * extreme.largest)) {
    attempt.reason = "A is rank deficient at the tolerance asked for";
    return attempt;
  }
  // The coordinates of the point that the trial came to: N = D / smallest.
  for (T& entry : trial.z.entries()) entry = static_cast<T>(entry * extreme.smallest);
  return attempt_from(problem, *f, trial.z, Refine::to_target, report);
}

template Attempt<float> iterate_on_columns<float>(const LeastSquaresProblem<float>&, LeastSquaresReport&);
template Attempt<double> iterate_on_columns<double>(const LeastSquaresProblem<double>&, LeastSquaresReport&);

}  // namespace croquis
