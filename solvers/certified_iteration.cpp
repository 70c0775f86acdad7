#include "solvers/certified_iteration.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

#include "linalg/blas.hpp"
#include "linalg/copy.hpp"
#include "linalg/probe_numbers.hpp"
#include "solvers/backward_error.hpp"
#include "solvers/conjugate_gradients.hpp"

namespace croquis {
namespace {

// The error that is measured in the end may be a little more than the one that is expected.
constexpr double surely = 0.5;
// The component of w along a unit vector has variance 1 / n; it is below this part of its deviation less than once in
// ten thousand.
constexpr double unseen_part = 1e-4;
// The first iterations may be slower than the others.
constexpr double slack = 1.3;
constexpr std::int64_t least_iterations = 4;
// An error is estimated when the gradient says that it may be no more than so many times what is wanted.
constexpr double early = 2;
// By what the distance from the witness and the residual change where it is held back, and not only slow.
constexpr double stays = 0.93;
constexpr double falls = 0.8;
constexpr double factorization_of_low_rank = 1.5;
// The least eigenvalue is found out when the residual is so much smaller than what it may be in the end.
constexpr double few = 4;

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

// As the products want them.
template <class T>
Layout layout_of_vectors(const LeastSquaresProblem<T>& problem) {
  const AnyMatrixView<T>* const a = problem.a.stored();
  return a != nullptr && !a->is_dense() ? Layout::row_major : Layout::column_major;
}

template <class T>
class Iteration {
 public:
  Iteration(const LeastSquaresProblem<T>& problem, const Factorization<T>& f, double most_passes, LowRank low_rank,
            const std::function<bool(const Testimony<T>&)>& certify, LeastSquaresReport& report)
      : problem_(problem),
        f_(f),
        most_passes_(most_passes),
        low_rank_(low_rank),
        certify_(certify),
        report_(report),
        close_(std::max(unseen_part / std::sqrt(static_cast<double>(f.coordinates())),
                        16 * static_cast<double>(std::numeric_limits<T>::epsilon()))),
        error_(f, problem.negligible()) {}

  std::optional<Matrix<T>> run(const Witnesses<T>& witnesses, MatrixView<const T> gradient) {
    const std::int64_t count = f_.coordinates();
    const std::int64_t vectors = problem_.vectors();
    w_ = Matrix<T>::uninitialized(count, 1);
    lost_ = Matrix<T>::uninitialized(count, 1);
    const Layout layout = layout_of_vectors(problem_);
    x_ = Matrix<T>::uninitialized(problem_.cols(), 1 + vectors, layout);
    g_ = Matrix<T>::uninitialized(problem_.cols(), 1 + vectors, layout);
    Matrix<T> c = Matrix<T>::uninitialized(count, 1 + vectors);
    copy_serial<T>(witnesses.w.view().block(0, 0, count, 1), w_.view());
    copy_serial<T>(witnesses.product.view().block(0, 0, count, 1), c.view().block(0, 0, count, 1));
    f_.precondition_transposed(gradient, c.view().block(0, 1, count, vectors));
    first_norm_ = norm2(count, c.data());
    for (std::int64_t v = 0; v < vectors; ++v) {
      const double norm = norm2(count, c.data() + (1 + v) * count);
      rho_.push_back(norm * norm);
      residual_square_.push_back(problem_.b_norm[v] * problem_.b_norm[v]);
    }
    Matrix<T> y = Matrix<T>::uninitialized(count, 1 + vectors);
    conjugate_gradients<T>(
        c.view(), y.view(), [&](MatrixView<const T> p, MatrixView<T> q) { shared_product(p, q); },
        [&](const ConjugateGradientState<T>& state) { return finished(state); });
    if (!certified_) return std::nullopt;
    Matrix<T> solutions = Matrix<T>::uninitialized(count, vectors);
    copy_serial<T>(y.view().block(0, 1, count, vectors), solutions.view());
    return solutions;
  }

 private:
  void product(MatrixView<const T> p, MatrixView<T> q) {
    const auto x = x_.view().block(0, 0, problem_.cols(), p.cols);
    const auto g = g_.view().block(0, 0, problem_.cols(), p.cols);
    f_.precondition(p, x);
    problem_.a.normal_product(x, g);
    f_.precondition_transposed(g, q);
    ++report_.passes;
  }

  // A column that conjugate gradients find no curvature along stays as it is.
  void shared_product(MatrixView<const T> p, MatrixView<T> q) {
    if (!certified_) return product(p, q);
    for (std::int64_t j = 0; j < q.rows; ++j) q(j, 0) = 0;
    product(p.block(0, 1, p.rows, p.cols - 1), q.block(0, 1, q.rows, q.cols - 1));
  }

  Continue finished(const ConjugateGradientState<T>& state) {
    ++iterations_;
    // ||b - A N y||^2 falls by alpha rho in each iteration.
    for (std::int64_t v = 0; v < problem_.vectors(); ++v) {
      residual_square_[v] -= state.alpha[1 + v] * rho_[v];
      rho_[v] = state.rho[1 + v];
    }
    return certified_ ? go_on_with_b(state) : hear_witness(state);
  }

  Continue hear_witness(const ConjugateGradientState<T>& state) {
    extreme_.reset();
    alpha_.push_back(state.alpha[0]);
    beta_.push_back(state.beta[0]);
    const std::int64_t count = f_.coordinates();
    for (std::int64_t j = 0; j < count; ++j) lost_.data()[j] = w_.data()[j] - state.dy.data[j];
    const double distance = norm2(count, lost_.data());
    if (!(state.alpha[0] > 0) || !std::isfinite(distance)) return Continue::no;
    const double residual = std::sqrt(state.rho[0]) / first_norm_;
    if (distance <= close_) return expected_passes(distance) <= most_passes_ ? ask(state, distance) : Continue::no;
    double expected = expected_passes(distance);
    if (low_rank_ == LowRank::welcome) {
      if (converged_elsewhere(distance, residual)) return ask(state, distance);
      expected = std::min(expected, expected_passes(residual));
    }
    const double most = most_passes_ * (iterations_ < 2 * least_iterations ? slack : 1);
    return iterations_ >= least_iterations && expected > most ? Continue::no : Continue::yes;
  }

  // The residual falls as well where the null space holds the witness back. That shows in the distance, which stays;
  // then a factorization has to find out a rank and takes longer.
  bool converged_elsewhere(double distance, double residual) {
    if (!held_back_ && iterations_ > 2 && distance > stays * distance_ && residual < falls * residual_) {
      held_back_ = true;
      most_passes_ *= factorization_of_low_rank;
    }
    distance_ = distance;
    residual_ = residual;
    if (residual > close_ / few || expected_passes(residual) > most_passes_) return false;
    extreme_ = from_steps(alpha_, beta_);
    const double smallest = extreme_->smallest;
    return residual * first_norm_ <= close_ / 2 * smallest * smallest;
  }

  // All that the problem takes, if so much has been gained so far.
  double expected_passes(double left) const {
    const double digits = -std::log(std::numeric_limits<T>::epsilon() / 2);
    return left < 0.9
               ? digits * static_cast<double>(iterations_) / -std::log(left) * static_cast<double>(problem_.vectors())
               : 2 * most_passes_;
  }

  Continue ask(const ConjugateGradientState<T>& state, double distance) {
    Testimony<T> testimony{.extreme = extreme_ ? *extreme_ : from_steps(alpha_, beta_),
                           .lost = lost_,
                           .close = close_,
                           .full_rank = distance <= close_};
    certified_ = certify_(testimony);
    return certified_ ? go_on_with_b(state) : Continue::no;
  }

  // Whoever watches the iterations gets those of the refinement alone.
  Continue go_on_with_b(const ConjugateGradientState<T>& state) {
    const std::int64_t count = f_.coordinates();
    if (problem_.options.on_iteration || iterations_ >= problem_.options.iteration_limit ||
        static_cast<double>(iterations_ * problem_.vectors()) > most_passes_)
      return Continue::no;
    ++report_.iterations;
    const double enough = surely * problem_.target();
    if (problem_.vectors() > 0 && rho_[awaited_] > awaited_rho_) return Continue::yes;
    for (std::int64_t v = 0; v < problem_.vectors(); ++v) {
      if (problem_.b_norm[v] == 0) continue;
      const auto x = x_.view().block(0, 0, problem_.cols(), 1);
      f_.precondition(state.dy.block(0, 1 + v, count, 1), x);
      const double residual_norm = std::sqrt(std::max(0.0, residual_square_[v]));
      const double error = error_.estimate(v, state.s.data + (1 + v) * state.s.leading_dimension, residual_norm,
                                           f_.scaled_norm(x), problem_.b_norm[v], enough, Closeness::upper_bound);
      if (error <= enough) continue;
      // The error falls as the gradient does, or nearly: no need to look at it before.
      awaited_ = v;
      awaited_rho_ = rho_[v] * std::pow(early * enough / error, 2);
      return Continue::yes;
    }
    return Continue::no;
  }

  const LeastSquaresProblem<T>& problem_;
  const Factorization<T>& f_;
  double most_passes_;
  LowRank low_rank_;
  const std::function<bool(const Testimony<T>&)>& certify_;
  LeastSquaresReport& report_;
  double close_;
  BackwardError<T> error_;
  Matrix<T> w_, lost_, x_, g_;
  double first_norm_ = 0;
  std::vector<double> rho_, residual_square_;     // of each column of B
  std::vector<double> alpha_, beta_;              // of the witness
  std::optional<ExtremeSingularValues> extreme_;  // of these steps, where they have been found out
  std::int64_t awaited_ = 0;                      // the column of B that is to come down to this
  double awaited_rho_ = std::numeric_limits<double>::infinity();
  double distance_ = 1, residual_ = 1;  // of the last iteration
  std::int64_t iterations_ = 0;
  bool held_back_ = false;
  bool certified_ = false;
};

}  // namespace

template <class T>
Witnesses<T> call_witnesses(const LeastSquaresProblem<T>& problem, const Factorization<T>& f, std::int64_t count,
                            LeastSquaresReport& report) {
  const std::int64_t coordinates = f.coordinates();
  Witnesses<T> witnesses{.w = Matrix<T>::uninitialized(coordinates, count, Layout::row_major),
                         .product = Matrix<T>::uninitialized(coordinates, count, Layout::row_major)};
  fill_with_probe_numbers(witnesses.w.view(), problem.options.seed, 1 / std::sqrt(static_cast<double>(coordinates)));
  const Layout layout = layout_of_vectors(problem);
  Matrix<T> x = Matrix<T>::uninitialized(problem.cols(), count, layout);
  Matrix<T> g = Matrix<T>::uninitialized(problem.cols(), count, layout);
  f.precondition(witnesses.w.view(), x.view());
  problem.a.normal_product(x.view(), g.view());
  f.precondition_transposed(g.view(), witnesses.product.view());
  ++report.passes;
  return witnesses;
}

template <class T>
std::optional<Matrix<T>> certified_iteration(const LeastSquaresProblem<T>& problem, const Factorization<T>& f,
                                             const Witnesses<T>& witnesses, MatrixView<const T> gradient,
                                             double most_passes, LowRank low_rank,
                                             const std::function<bool(const Testimony<T>&)>& certify,
                                             LeastSquaresReport& report) {
  return Iteration<T>(problem, f, most_passes, low_rank, certify, report).run(witnesses, gradient);
}

#define CROQUIS_INSTANTIATE(T)                                                                                  \
  template Witnesses<T> call_witnesses<T>(const LeastSquaresProblem<T>&, const Factorization<T>&, std::int64_t, \
                                          LeastSquaresReport&);                                                 \
  template std::optional<Matrix<T>> certified_iteration<T>(                                                     \
      const LeastSquaresProblem<T>&, const Factorization<T>&, const Witnesses<T>&, MatrixView<const T>, double, \
      LowRank, const std::function<bool(const Testimony<T>&)>&, LeastSquaresReport&);
CROQUIS_INSTANTIATE(float)
CROQUIS_INSTANTIATE(double)
#undef CROQUIS_INSTANTIATE

}  // namespace croquis
