#include <croquis/solvers/ridge_path.hpp>

#include <algorithm>
#include <cmath>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "linalg/blas.hpp"
#include "linalg/check.hpp"
#include "linalg/copy.hpp"
#include "linalg/finite.hpp"
#include "linalg/tall_qr.hpp"
#include "solvers/cholesky_qr.hpp"
#include "solvers/cholesky_qr_method.hpp"
#include "solvers/column_scaling.hpp"
#include "solvers/conclude.hpp"
#include "solvers/condition_probe.hpp"
#include "solvers/factorization_per_vector.hpp"
#include "solvers/gram_and_precondition.hpp"
#include "solvers/matrix_input.hpp"
#include "solvers/refinement.hpp"
#include "solvers/ridge_matrix.hpp"
#include "solvers/solve_problem.hpp"

namespace croquis {
namespace {

constexpr std::int64_t most_vectors = 64;
constexpr std::int64_t least_solutions_by_triangle = 16;
constexpr double most_factor_bytes = 1024.0 * 1024 * 1024;

// What the penalties share of A D: its Gram matrix, its R, or the R of a sketch of it.
template <class T>
struct SharedFactor {
  LeastSquaresMethod method = LeastSquaresMethod::sketch_and_precondition;
  std::vector<T> scale;  // D; empty if A has to be left to the solver of single problems
  Matrix<T> factor;
  Matrix<T> gradient;  // D A^T b
  Matrix<T> qtb;       // Q^T b instead, where R is that of A D = Q R
};

// The R of [R y; diag(d) 0]: of the matrix, and beside it what its Q^T makes of the right-hand sides y.
template <class T>
Matrix<T> append_diagonal(const Matrix<T>& r, const std::vector<T>& d, const Matrix<T>& y) {
  const std::int64_t n = r.cols();
  Matrix<T> both(n + y.cols(), n + y.cols());
  copy_serial<T>(r.view(), both.view().block(0, 0, n, n));
  copy_serial<T>(y.view(), both.view().block(0, n, n, y.cols()));
  std::vector<T> diagonal(d);
  diagonal.resize(static_cast<std::size_t>(n + y.cols()), T(0));
  return append_diagonal<T>(both.view(), diagonal);
}

// The factor C of A D E above t D E, E powers of two that bring its columns to norms near one, and its coordinates of
// b: C^-T E D A^T b, or the part of Q^T b that the Q of C leaves. Null if C is not as good as the problem asks for.
template <class T>
std::unique_ptr<Factorization<T>> factor_for(const SharedFactor<T>& shared, double root, double rcond,
                                             MatrixView<T> coordinates) {
  const std::int64_t n = shared.factor.cols();
  const bool by_gram = shared.method == LeastSquaresMethod::gram_and_precondition;
  const bool by_qr = shared.method == LeastSquaresMethod::cholesky_qr;
  std::vector<T> scale = shared.scale;
  std::vector<T> diagonal(static_cast<std::size_t>(n));
  for (std::int64_t j = 0; j < n; ++j) diagonal[j] = static_cast<T>(root * static_cast<double>(scale[j]));
  Matrix<T> c;
  Matrix<T> y(n, coordinates.cols);
  if (by_gram) {
    c = shared.factor;
  } else if (by_qr) {
    const Matrix<T> both = append_diagonal<T>(shared.factor, diagonal, shared.qtb);
    c = Matrix<T>(both.view().block(0, 0, n, n));
    copy_serial<T>(both.view().block(0, n, n, y.cols()), y.view());
  } else {
    c = append_diagonal<T>(shared.factor.view(), diagonal);
  }
  if (by_gram)
    for (std::int64_t j = 0; j < n; ++j) c(j, j) += diagonal[j] * diagonal[j];
  std::vector<T> extra(static_cast<std::size_t>(n), 1);
  for (std::int64_t j = 0; j < n; ++j) {
    const double norm = by_gram ? std::sqrt(static_cast<double>(c(j, j))) : norm2(j + 1, c.data() + j * n);
    int exponent = 0;
    if (norm > 0) std::frexp(norm, &exponent);
    extra[j] = std::ldexp(T(1), -exponent);
    scale[j] *= extra[j];
  }
  for (std::int64_t j = 0; j < n; ++j)
    for (std::int64_t i = 0; i <= j; ++i) c(i, j) *= by_gram ? extra[i] * extra[j] : extra[j];
  if (by_gram && !cholesky<T>(c)) return nullptr;

  for (std::int64_t j = 0; j < n; ++j)
    if (c(j, j) == T(0)) return nullptr;
  if (!by_qr) {
    for (std::int64_t k = 0; k < y.cols(); ++k)
      for (std::int64_t j = 0; j < n; ++j) y(j, k) = extra[j] * shared.gradient(j, k);
    solve_triangular<T>(Side::left, Transpose::yes, c.view(), y.view());
  }
  auto f = factorize<T>(std::move(c), std::move(scale), rcond, Pivoting::no, y);
  if (!f->full_rank()) return nullptr;
  if (by_gram && !(f->condition <= most_gram_condition<T>(n, GramPrecision::working))) return nullptr;
  std::copy(y.entries().begin(), y.entries().end(), coordinates.data);
  return f;
}

template <class T>
class RidgePath {
 public:
  RidgePath(const ProblemMatrix<T>& a, MatrixView<const T> b, std::span<const double> mus,
            const LeastSquaresOptions& options)
      : a_(a), b_(b), mus_(mus), options_(options), plain_(a, {T(0)}), problem_(make_problem<T>(plain_, b, options)) {}

  std::vector<LeastSquaresFit<T>> run() {
    if (problem_.finite_b() && a_.cols() > 0 && problem_.vectors() > 0) {
      const ConditionProbe<T> probe = look_at_condition();
      if (probe.condition > most_gram_condition<T>(a_.cols(), GramPrecision::working)) share_triangle();
      solve_in_groups();
      // Large penalties make a Gram matrix of an ill-conditioned A serve; the sketch takes the others.
      if (!cancelled_ && undone().size() > 1) share_gram(probe);
      solve_in_groups();
      if (!cancelled_ && undone().size() > 1) share_sketch();
      solve_in_groups();
      finish_reports();
    }
    for (std::size_t i = 0; i < mus_.size(); ++i)
      if (!done_[i]) fits_[i] = solve_alone(mus_[i]);
    return std::move(fits_);
  }

 private:
  double root(double mu) const { return std::ldexp(std::sqrt(mu), -a_.exponent()); }

  LeastSquaresFit<T> solve_alone(double mu) const {
    const RidgeMatrix<T> ridged(a_, {static_cast<T>(root(mu))});
    return mu == 0 ? solve_problem<T>(a_, b_, options_) : solve_problem<T>(ridged, b_, options_);
  }

  std::vector<std::size_t> undone() const {
    std::vector<std::size_t> result;
    for (std::size_t i = 0; i < mus_.size(); ++i)
      if (!done_[i]) result.push_back(i);
    return result;
  }

  bool may_choose() const {
    return options_.method == LeastSquaresMethod::automatic && !options_.sketch && options_.sketch_rows == 0;
  }

  // What a small sketch says of A, where that decides between methods; else a probe without a scale.
  ConditionProbe<T> look_at_condition() {
    const bool wanted = may_choose() || options_.method == LeastSquaresMethod::gram_and_precondition;
    if (!wanted || !a_.has_gram() || a_.sketched_rows() < 4 * a_.cols()) return {};
    const LeastSquaresProblem<T> bare = make_problem<T>(a_, Matrix<T>(a_.rows(), 0), options_);
    return probe_condition(bare, report_);
  }

  // R and Q^T b, where A is dense and there are so many solutions that iterating costs more.
  void share_triangle() {
    const bool wanted = options_.method == LeastSquaresMethod::cholesky_qr ||
                        (may_choose() && solutions() >= least_solutions_by_triangle);
    if (!wanted || !a_.has_gram() || a_.sketched_rows() < least_rows_of_cholesky_qr(a_.cols())) return;
    const AnySketch sketch = cholesky_qr_sketch(a_.sketched_rows(), a_.cols(), options_.seed);
    const auto b = problem_.b.view().block(0, 0, a_.rows(), problem_.vectors());
    TriangleAndCoordinates<T> qr = triangle_and_coordinates<T>(a_, b, sketch, options_.rcond, report_);
    if (!qr.reason.empty()) return;
    triangle_sketch_ = sketch;
    shared_ = {.method = LeastSquaresMethod::cholesky_qr,
               .scale = std::move(qr.scale),
               .factor = std::move(qr.r),
               .gradient = {},
               .qtb = std::move(qr.qtb)};
  }

  // The Gram matrix, where A has one and a small sketch or the ridge says that it serves the largest penalty.
  void share_gram(const ConditionProbe<T>& probe) {
    if (probe.scale.empty()) return;
    const double largest = root(*std::max_element(mus_.begin(), mus_.end()));
    const double least_scale = *std::min_element(probe.scale.begin(), probe.scale.end());
    const double by_ridge = std::sqrt(static_cast<double>(a_.cols())) / (largest * least_scale);
    if (!(std::min(probe.condition, by_ridge) <= most_gram_condition<T>(a_.cols(), GramPrecision::working))) return;
    const Stopwatch phase;
    shared_.method = LeastSquaresMethod::gram_and_precondition;
    shared_.scale = probe.scale;
    shared_.factor = a_.gram(shared_.scale);
    ++report_.passes;
    report_.seconds.factor += phase.seconds();
    set_gradient();
  }

  void share_sketch() {
    shared_ = {};
    Stopwatch phase;
    report_.sketch = first_sketch(options_, {a_.sketched_rows(), a_.cols(), a_.stored_entries(), solutions()});
    Matrix<T> sa = Matrix<T>::uninitialized(report_.sketch->rows() + a_.rows() - a_.sketched_rows(), a_.cols());
    a_.sketch(*report_.sketch, sa.view());
    ++report_.passes;
    report_.seconds.sketch += phase.seconds();
    phase = {};
    if (!all_finite<T>(sa.view())) return;
    std::vector<T> scale = unit_column_scale<T>(sa.view());
    if (!within_safe_range(scale)) return;
    scale_columns<T>(sa.view(), scale);
    Matrix<T> nothing(sa.rows(), 0);
    shared_.factor = tall_qr<T>(sa.view(), nothing.view()).r;
    shared_.scale = std::move(scale);
    report_.seconds.factor += phase.seconds();
    set_gradient();
  }

  std::int64_t solutions() const { return static_cast<std::int64_t>(mus_.size()) * problem_.vectors(); }

  void set_gradient() {
    const Stopwatch phase;
    shared_.gradient = Matrix<T>::uninitialized(a_.cols(), problem_.vectors());
    a_.multiply_transposed(problem_.b.view().block(0, 0, a_.rows(), problem_.vectors()), shared_.gradient.view());
    ++report_.passes;
    for (std::int64_t k = 0; k < problem_.vectors(); ++k)
      for (std::int64_t j = 0; j < a_.cols(); ++j) shared_.gradient(j, k) *= shared_.scale[j];
    report_.seconds.factor += phase.seconds();
  }

  void solve_in_groups() {
    if (shared_.scale.empty()) return;
    const std::vector<std::size_t> members = undone();
    const double n = static_cast<double>(a_.cols());
    const auto fitting = static_cast<std::int64_t>(most_factor_bytes / (sizeof(T) * n * n));
    const auto size =
        static_cast<std::size_t>(std::max<std::int64_t>(1, std::min(fitting, most_vectors / problem_.vectors())));
    for (std::size_t first = 0; first < members.size() && !cancelled_; first += size)
      solve_group({members.begin() + first, members.begin() + std::min(first + size, members.size())});
    shared_ = {};
  }

  void finish_reports() {
    report_.seconds.total = problem_.clock.seconds();
    for (std::size_t i = 0; i < mus_.size(); ++i) {
      if (!done_[i]) continue;
      fits_[i].iterations = report_.iterations;
      fits_[i].passes = report_.passes;
      if (fits_[i].method == LeastSquaresMethod::sketch_and_precondition) fits_[i].sketch = report_.sketch;
      if (fits_[i].method == LeastSquaresMethod::cholesky_qr) fits_[i].sketch = triangle_sketch_;
      fits_[i].seconds = report_.seconds;
    }
  }

  void solve_group(const std::vector<std::size_t>& group) {
    const std::size_t count = group.size();
    const std::int64_t width = problem_.vectors();
    const std::int64_t n = a_.cols();
    const Stopwatch phase;
    std::vector<std::unique_ptr<Factorization<T>>> all(count);
    Matrix<T> all_coordinates(n, static_cast<std::int64_t>(count) * width);
    for_each_tile(static_cast<std::int64_t>(count), [&](std::int64_t i) {
      all[i] = factor_for<T>(shared_, root(mus_[group[i]]), options_.rcond,
                             all_coordinates.view().block(0, i * width, n, width));
    });
    // Those without a factor of their own are left out, and solved alone.
    std::vector<std::size_t> members;
    std::vector<std::unique_ptr<Factorization<T>>> parts;
    std::vector<T> roots;
    for (std::size_t i = 0; i < count; ++i) {
      if (!all[i]) continue;
      members.push_back(i);
      parts.push_back(std::move(all[i]));
      roots.insert(roots.end(), static_cast<std::size_t>(width), static_cast<T>(root(mus_[group[i]])));
    }
    if (members.empty()) return;
    const auto vectors = static_cast<std::int64_t>(roots.size());
    Matrix<T> b = Matrix<T>::uninitialized(problem_.rows(), vectors);
    Matrix<T> coordinates = Matrix<T>::uninitialized(n, vectors);
    for (std::size_t i = 0; i < members.size(); ++i) {
      const auto to = static_cast<std::int64_t>(i) * width;
      const auto from = static_cast<std::int64_t>(members[i]) * width;
      std::copy_n(problem_.b.data(), problem_.rows() * width, b.data() + to * problem_.rows());
      std::copy_n(all_coordinates.data() + from * n, n * width, coordinates.data() + to * n);
    }
    if (roots.size() == 1) roots = {roots[0]};
    const RidgeMatrix<T> ridged(a_, std::move(roots));
    const LeastSquaresProblem<T> block = make_problem<T>(ridged, std::move(b), options_);
    const FactorizationPerVector<T> f(std::move(parts), width);
    report_.seconds.factor += phase.seconds();
    Attempt<T> attempt = attempt_from<T>(
        block, f, coordinates,
        shared_.method == LeastSquaresMethod::cholesky_qr ? Refine::if_unacceptable : Refine::to_target, report_);
    cancelled_ = attempt.outcome == AttemptOutcome::cancelled;
    for (std::size_t i = 0; i < members.size(); ++i) take(attempt, f, static_cast<std::int64_t>(i), group[members[i]]);
  }

  // One penalty's part of an attempt at a group.
  void take(const Attempt<T>& group, const Factorization<T>& f, std::int64_t place, std::size_t index) {
    const std::int64_t width = problem_.vectors();
    const std::int64_t begin = place * width;
    const auto columns = [&](const Matrix<T>& block) {
      return Matrix<T>(block.view().block(0, begin, block.rows(), width));
    };
    Attempt<T> attempt;
    const Factorization<T>& own = f.of_vector(begin);
    attempt.rank = own.rank;
    attempt.rcond = own.rcond;
    attempt.condition = own.condition;
    attempt.point.x = columns(group.point.x);
    const auto norms = group.point.data_residual_norm.begin() + begin;
    attempt.point.data_residual_norm.assign(norms, norms + width);
    attempt.point.gradient = columns(group.point.gradient);
    const auto errors = group.point.backward_error.begin() + begin;
    attempt.point.backward_error.assign(errors, errors + width);
    const bool good = attempt.point.worst_backward_error() <= problem_.acceptable() &&
                      !round_to_users_units(problem_, attempt.point.x.view());
    if (!good && !cancelled_) return;
    attempt.outcome = cancelled_ ? AttemptOutcome::cancelled : AttemptOutcome::solved;
    LeastSquaresFit<T>& fit = fits_[index];
    fit.method = shared_.method;
    Explanation why;
    why.choice = "one of " + std::to_string(mus_.size()) + " ridges that share their passes over A";
    conclude(fit, problem_, attempt, why);
    done_[index] = cancelled_ || fit.solved();
  }

  const ProblemMatrix<T>& a_;
  MatrixView<const T> b_;
  std::span<const double> mus_;
  const LeastSquaresOptions& options_;
  RidgeMatrix<T> plain_;
  LeastSquaresProblem<T> problem_;  // the right-hand sides with zeros below
  SharedFactor<T> shared_;
  LeastSquaresReport report_;
  std::optional<AnySketch> triangle_sketch_;
  bool cancelled_ = false;
  std::vector<LeastSquaresFit<T>> fits_ = std::vector<LeastSquaresFit<T>>(mus_.size());
  std::vector<char> done_ = std::vector<char>(mus_.size(), 0);
};

void check_mus(std::span<const double> mus) {
  for (std::size_t i = 0; i < mus.size(); ++i)
    if (!(mus[i] >= 0 && std::isfinite(mus[i])))
      throw InvalidOption("mus[" + std::to_string(i) + "] is " + scientific(mus[i]) +
                          " but must be finite and not negative");
}

template <class T>
std::vector<LeastSquaresFit<T>> solve_path(const AnyMatrixView<T>& a, MatrixView<const T> b,
                                           std::span<const double> mus, const LeastSquaresOptions& options) {
  check_mus(mus);
  if (options.ridge != 0) throw InvalidOption("ridge and mus are both given: a path has its own penalties");
  const bool alone = a.rows() < a.cols() || options.method == LeastSquaresMethod::direct ||
                     options.method == LeastSquaresMethod::sketch_and_solve;
  if (alone || mus.empty()) {
    std::vector<LeastSquaresFit<T>> fits;
    LeastSquaresOptions one = options;
    for (const double mu : mus) {
      one.ridge = mu;
      fits.push_back(least_squares(a, b, one));
    }
    return fits;
  }
  check_view(b, "B");
  check_right_hand_side(a.rows(), a.cols(), b.rows, b.cols);
  check_options(options, a.rows(), a.cols());
  std::optional<RowWeights<T>> weights;
  if (!options.weights.empty()) weights.emplace(options.weights, a.rows());
  check_view(a, "A");
  const auto matrix = problem_matrix<T>(a, weights);
  return RidgePath<T>(*matrix, b, mus, options).run();
}

}  // namespace

std::vector<LeastSquaresFit<float>> least_squares_ridge_path(const AnyMatrixView<float>& a, MatrixView<const float> b,
                                                             std::span<const double> mus,
                                                             const LeastSquaresOptions& options) {
  return solve_path(a, b, mus, options);
}
std::vector<LeastSquaresFit<double>> least_squares_ridge_path(const AnyMatrixView<double>& a,
                                                              MatrixView<const double> b, std::span<const double> mus,
                                                              const LeastSquaresOptions& options) {
  return solve_path(a, b, mus, options);
}

}  // namespace croquis
