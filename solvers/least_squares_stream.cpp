#include <croquis/solvers/least_squares_stream.hpp>

#include <cmath>
#include <exception>
#include <limits>
#include <string>
#include <utility>

#include <croquis/sketch/distortion.hpp>

#include "linalg/blas.hpp"
#include "linalg/check.hpp"
#include "linalg/finite.hpp"
#include "linalg/number_text.hpp"
#include "linalg/parallel.hpp"
#include "sketch/check_sketch.hpp"
#include "sketch/sketch_sum.hpp"
#include "solvers/conclude.hpp"
#include "solvers/error_bars.hpp"
#include "solvers/factor_sketch.hpp"
#include "solvers/least_squares_problem.hpp"
#include "solvers/non_finite_row.hpp"
#include "solvers/row_collector.hpp"

namespace croquis {
namespace {

// Blocks are gathered until they have this many rows, or the half of the sketch's.
constexpr std::int64_t fewest_collected_rows = 2048;
constexpr std::int64_t most_rows = std::int64_t{1} << 40;
constexpr std::int64_t default_ratio = 12;

AnySketch stream_sketch(std::int64_t cols, const LeastSquaresStreamOptions& options) {
  if (options.sketch && options.sketch_rows != 0)
    throw InvalidOption("sketch and sketch_rows are both given: the sketch has its own number of rows");
  const std::int64_t rows = options.sketch             ? options.sketch->rows()
                            : options.sketch_rows != 0 ? options.sketch_rows
                                                       : default_ratio * std::max<std::int64_t>(cols, 1);
  if (rows < cols || rows < 1)
    throw InvalidOption("the sketch has " + std::to_string(rows) + " rows but needs at least " + std::to_string(cols) +
                        ", the columns of A");
  const AnySketch sketch =
      options.sketch ? *options.sketch : make_sketch(SketchFamily::sparse_sign, rows, most_rows, options.seed);
  check_sketch(sketch);
  return sketch;
}

// Marks sums as torn if an exception leaves the scope in which they change, and lets nobody use torn ones.
class WholeOrTorn {
 public:
  explicit WholeOrTorn(bool& torn) : torn_(torn) {
    if (torn) throw Error("the stream ran out of memory within a block, and its sums are those of no whole blocks");
  }
  ~WholeOrTorn() { torn_ = torn_ || std::uncaught_exceptions() > before_; }
  WholeOrTorn(const WholeOrTorn&) = delete;
  WholeOrTorn& operator=(const WholeOrTorn&) = delete;

 private:
  bool& torn_;
  int before_ = std::uncaught_exceptions();
};

}  // namespace

template <class T>
class LeastSquaresStream<T>::Implementation {
 public:
  Implementation(std::int64_t cols, std::int64_t vectors, LeastSquaresStreamOptions options)
      : options_(std::move(options)),
        sketch_(stream_sketch(cols, options_)),
        cols_(cols),
        vectors_(vectors),
        sum_(sketch_, cols, vectors),
        collected_rows_(std::max(fewest_collected_rows, sketch_.rows() / 2)),
        small_(cols, vectors, collected_rows_) {}

  void add(const AnyMatrixView<T>& a, MatrixView<const T> b);
  LeastSquaresStreamFit<T> finish();
  std::int64_t rows() const { return rows_; }

 private:
  void absorb(std::int64_t first_row, const AnyMatrixView<T>& a, MatrixView<const T> b);
  void absorb_small();
  void solve(LeastSquaresStreamFit<T>& fit) const;

  LeastSquaresStreamOptions options_;
  AnySketch sketch_;
  std::int64_t cols_;
  std::int64_t vectors_;
  SketchSum<T> sum_;
  std::int64_t collected_rows_;
  RowCollector<T> small_;
  std::int64_t rows_ = 0;
  bool torn_ = false;
  std::optional<std::int64_t> non_finite_row_;
  double seconds_ = 0;
};

template <class T>
void LeastSquaresStream<T>::Implementation::add(const AnyMatrixView<T>& a, MatrixView<const T> b) {
  check_view(a, "A_block");
  check_view(b, "B_block");
  check_shape(a.rows(), a.cols(), a.rows(), cols_, "A_block", "as wide as the stream");
  check_shape(b.rows, b.cols, a.rows(), vectors_, "B_block", "a row for each row of A_block");
  if (a.rows() > sketch_.cols() - rows_)
    throw ShapeError("A_block is " + shape_text(a.rows(), a.cols()) + " after " + std::to_string(rows_) +
                     " rows, but the sketch takes " + std::to_string(sketch_.cols()) + " rows");
  const Stopwatch clock;
  const WholeOrTorn whole(torn_);
  if (!non_finite_row_ && a.rows() > 0) {
    const bool few = a.rows() < sum_.few_rows(a, collected_rows_);
    if (!few || !small_.takes(a)) absorb_small();
    if (!non_finite_row_) {
      if (few && small_.takes(a)) {
        small_.add(a, b);
      } else {
        absorb(rows_, a, b);
      }
    }
  }
  rows_ += a.rows();
  seconds_ += clock.seconds();
}

template <class T>
void LeastSquaresStream<T>::Implementation::absorb_small() {
  if (small_.rows() > 0) absorb(rows_ - small_.rows(), small_.a(), small_.b());
  small_.clear();
}

// Adds S(:, rows) [A b].
template <class T>
void LeastSquaresStream<T>::Implementation::absorb(std::int64_t first_row, const AnyMatrixView<T>& a,
                                                   MatrixView<const T> b) {
  if (sum_.add(first_row, a, b)) return;
  for (const std::optional<std::int64_t>& row : {first_non_finite_row<T>(a), first_non_finite_row<T>(b)})
    if (row && (!non_finite_row_ || first_row + *row < *non_finite_row_)) non_finite_row_ = first_row + *row;
}

template <class T>
LeastSquaresStreamFit<T> LeastSquaresStream<T>::Implementation::finish() {
  if (rows_ < cols_)
    throw ShapeError("the stream has had " + std::to_string(rows_) + " rows of " + std::to_string(cols_) +
                     " columns: a least-squares problem needs rows >= columns");
  const Stopwatch clock;
  {
    const WholeOrTorn whole(torn_);
    absorb_small();
  }
  LeastSquaresStreamFit<T> fit;
  fit.rows = rows_;
  fit.method = LeastSquaresMethod::sketch_and_solve;
  fit.sketch = sketch_;
  fit.passes = 1;
  if (non_finite_row_) {
    fit.status = Status::non_finite_input;
    fit.message =
        "not solved: row " + std::to_string(*non_finite_row_) + " of the stream holds a NaN or an infinity in A or B";
  } else {
    solve(fit);
  }
  fit.seconds.sketch = seconds_;
  fit.seconds.total = seconds_ + clock.seconds();
  return fit;
}

template <class T>
void LeastSquaresStream<T>::Implementation::solve(LeastSquaresStreamFit<T>& fit) const {
  const std::int64_t n = cols_;
  const std::int64_t d = sketch_.rows();
  Stopwatch phase;
  const Matrix<T> sa = sum_.sa();
  // Right-hand sides of norm near one, by powers of two.
  Matrix<T> sb = sum_.sb();
  std::vector<int> exponent;
  for (std::int64_t k = 0; k < sb.cols(); ++k) {
    const double norm = norm2(d, sb.data() + k * d);
    exponent.push_back(norm > 0 && std::isfinite(norm) ? std::ilogb(norm) : 0);
    for (std::int64_t i = 0; i < d; ++i) sb(i, k) = std::ldexp(sb(i, k), -exponent.back());
  }
  Matrix<T> factored = sa;
  Matrix<T> factored_b = sb;
  SketchedFactor<T> f = factor_computed_sketch<T>(factored.view(), factored_b.view(), options_.rcond);
  factored = {};
  if (f.outcome != AttemptOutcome::solved || !all_finite<T>(sb.view())) {
    fit.status = Status::accuracy_not_reached;
    fit.message = "not solved: the scale of A's columns or of B is out of the sketch's range";
    return;
  }
  const Factorization<T>& factor = *f.factorization;
  fit.rank = factor.rank;
  fit.rcond = factor.rcond;
  fit.condition_estimate = factor.condition;
  fit.x = Matrix<T>(n, sb.cols());
  if (factor.rank > 0) factor.precondition(f.coordinates.view(), fit.x.view());
  if (!factor.full_rank()) minimize_norm(factor, fit.x.view());
  fit.seconds.factor = phase.seconds();

  phase = {};
  fit.error_bars = error_bars<T>(sketch_, rows_, sa.view(), sb.view(), factor, f.coordinates, options_.bootstrap);
  fit.seconds.bootstrap = phase.seconds();

  Matrix<T> residual = sb;
  {
    const SingleThreadedBlas single_threaded_blas;
    multiply<T>(-1, sa.view(), fit.x.view(), 1, residual.view());
  }
  const Distortion distortion = typical_distortion(sketch_, std::min(n + 1, sketch_.cols()));
  for (std::int64_t k = 0; k < sb.cols(); ++k) {
    ErrorBar& bar = fit.error_bars[k];
    const double sketched = std::ldexp(norm2(d, residual.data() + k * d), exponent[k]);
    fit.residual_low.push_back(sketched / distortion.largest);
    fit.residual_high.push_back(distortion.smallest > 0 ? sketched / distortion.smallest
                                                        : std::numeric_limits<double>::infinity());
    scale_error_bar(bar, exponent[k], exponent[k]);
    // ||b - A x~||^2 is on average the least square times 1 + n / (d - n).
    const double degrees = static_cast<double>(d - factor.rank);
    fit.residual_norm.push_back(degrees > 0 ? bar.residual_norm * std::sqrt(static_cast<double>(d) / degrees)
                                            : std::numeric_limits<double>::quiet_NaN());
    for (std::int64_t i = 0; i < n; ++i) fit.x(i, k) = std::ldexp(fit.x(i, k), exponent[k]);
  }
  fit.status = Status::preview;
  fit.message = "preview by sketch-and-solve in one pass over " + std::to_string(rows_) + " rows";
  if (!factor.full_rank())
    fit.message += ", rank " + std::to_string(factor.rank) + " of " + std::to_string(n) + " (tolerance " +
                   scientific(factor.rcond) + "; of the sketch, which may have lost some)";
  if (!fit.error_bars.empty()) {
    double worst = 0;
    for (const ErrorBar& bar : fit.error_bars) worst = std::max(worst, bar.solution);
    fit.message +=
        ", ||x - x*|| at most " + scientific(worst) + " with probability " + number_text(options_.bootstrap.confidence);
  }
}

template <class T>
LeastSquaresStream<T>::LeastSquaresStream(std::int64_t cols, std::int64_t vectors, LeastSquaresStreamOptions options) {
  if (cols < 0) throw InvalidOption("cols is " + std::to_string(cols) + " but must not be negative");
  if (vectors < 0) throw InvalidOption("vectors is " + std::to_string(vectors) + " but must not be negative");
  if (!(options.rcond >= 0 && options.rcond < 1))
    throw InvalidOption("rcond is " + number_text(options.rcond) + " but must be in [0, 1)");
  check_bootstrap(options.bootstrap);
  implementation_ = std::make_unique<Implementation>(cols, vectors, std::move(options));
}

template <class T>
LeastSquaresStream<T>::~LeastSquaresStream() = default;
template <class T>
LeastSquaresStream<T>::LeastSquaresStream(LeastSquaresStream&&) noexcept = default;
template <class T>
LeastSquaresStream<T>& LeastSquaresStream<T>::operator=(LeastSquaresStream&&) noexcept = default;

template <class T>
void LeastSquaresStream<T>::add(const AnyMatrixView<T>& a_block, MatrixView<const T> b_block) {
  implementation_->add(a_block, b_block);
}

template <class T>
void LeastSquaresStream<T>::add(const AnyMatrixView<T>& a_block, std::span<const T> b_block) {
  implementation_->add(a_block, column_major(b_block.data(), static_cast<std::int64_t>(b_block.size()), 1));
}

template <class T>
std::int64_t LeastSquaresStream<T>::rows() const {
  return implementation_->rows();
}

template <class T>
LeastSquaresStreamFit<T> LeastSquaresStream<T>::finish() {
  return implementation_->finish();
}

template class LeastSquaresStream<float>;
template class LeastSquaresStream<double>;

}  // namespace croquis
