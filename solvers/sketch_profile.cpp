#include <croquis/solvers/sketch_profile.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <span>

#include <croquis/sketch/apply.hpp>
#include <croquis/solvers/least_squares.hpp>

#include "linalg/check.hpp"
#include "linalg/finite.hpp"
#include "linalg/gram.hpp"
#include "linalg/number_text.hpp"
#include "linalg/parallel.hpp"
#include "sketch/distortion_of_gram.hpp"
#include "sketch/range_basis.hpp"
#include "solvers/least_squares_problem.hpp"
#include "solvers/sketch_profile_times.hpp"
#include "solvers/sketch_recommendation.hpp"
#include "solvers/sketch_sizes.hpp"

namespace croquis {
namespace {

// Gram matrices whose eigenvalues are computed at the same time.
constexpr std::int64_t batch = 8;
// A round goes on with one size for as long as this, so that quick solves are run more than once.
constexpr double enough_seconds = 0.05;
// What costs less, some 20 ms, is timed whatever the direct method costs.
constexpr double cheap = 2e9;
// A size that took this many times as long as the fastest is not solved with again.
constexpr double worth_repeating = 2;

void check_options(const SketchProfileOptions& options) {
  const std::span<const SketchFamily> all = all_sketch_families();
  for (const SketchFamily family : options.families)
    if (std::find(all.begin(), all.end(), family) == all.end())
      throw InvalidOption("families holds " + std::to_string(static_cast<int>(family)) +
                          ", which is no family of this build");
  for (const double ratio : options.ratios)
    if (!(ratio >= 1 && ratio <= 1e6))
      throw InvalidOption("ratios holds " + number_text(ratio) + " but each must be in [1, 1e6]");
  if (options.seeds < 1 || options.seeds > 10000)
    throw InvalidOption("seeds is " + std::to_string(options.seeds) + " but must be in [1, 10000]");
  if (!(options.distortion > 0 && options.distortion < 1))
    throw InvalidOption("distortion is " + number_text(options.distortion) + " but must be in (0, 1)");
  if (options.solves < 0 || options.solves > 1000)
    throw InvalidOption("solves is " + std::to_string(options.solves) + " but must be in [0, 1000]");
  if (!(options.cost_limit > 0))
    throw InvalidOption("cost_limit is " + number_text(options.cost_limit) + " but must be positive");
}

// By linear interpolation between the ordered values.
Quantiles quantiles(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const auto at = [&](double fraction) {
    const double place = fraction * static_cast<double>(values.size() - 1);
    const auto below = static_cast<std::size_t>(place);
    const double weight = place - static_cast<double>(below);
    // An infinite condition number must not meet a weight of zero.
    if (weight == 0) return values[below];
    return (1 - weight) * values[below] + weight * values[below + 1];
  };
  return {.low = at(0.05), .median = at(0.5), .high = at(0.95)};
}

class Profiler {
 public:
  Profiler(const AnyMatrixView<double>& a, MatrixView<const double> b, const SketchProfileOptions& options)
      : a_(a), b_(b), options_(options) {}

  SketchProfile run();

 private:
  bool prepare();
  bool measure_sizes();
  bool solve_sizes();
  void solve(SketchSizeProfile& size);
  void predict();

  void measure_distortion(SketchSizeProfile& size);
  AnySketch probe() const;
  bool worth_timing(const SketchSizeProfile& size) const;
  bool worth_solving(const SketchSizeProfile& size) const;
  bool step(const std::string& what, const SketchSizeProfile& size);
  bool stop(Status status, const std::string& message);

  const AnyMatrixView<double> a_;
  MatrixView<const double> b_;
  const SketchProfileOptions& options_;
  const Stopwatch clock_;
  SketchProfile profile_;
  ProblemShape shape_;
  Matrix<double> q_;
  Matrix<double> made_b_;
  std::int64_t steps_ = 0;
};

SketchProfile Profiler::run() {
  profile_.rows = a_.rows();
  profile_.cols = a_.cols();
  profile_.seeds = options_.seeds;
  profile_.wanted_distortion = options_.distortion;
  if (prepare() && measure_sizes()) {
    predict();
    if (solve_sizes())
      profile_.message = std::to_string(profile_.sizes.size()) + " sketches of " +
                         (profile_.rank < profile_.cols ? "a rank-deficient matrix, rank " : "a matrix of rank ") +
                         std::to_string(profile_.rank);
  }
  profile_.recommendation = recommend(profile_.sizes, options_.distortion);
  profile_.seconds = clock_.seconds();
  return std::move(profile_);
}

bool Profiler::stop(Status status, const std::string& message) {
  profile_.status = status;
  profile_.message = message;
  return false;
}

// Calls back: once for each size, and once more for each round of solves.
bool Profiler::step(const std::string& what, const SketchSizeProfile& size) {
  if (!options_.on_step) return true;
  const auto sizes = static_cast<std::int64_t>(profile_.sizes.size());
  const SketchProfileProgress progress{
      .done = steps_++,
      .total = (1 + options_.solves) * sizes,
      .doing = what + to_string(size.sketch.family()) + ", " + std::to_string(size.sketch.rows()) + " rows",
      .seconds = clock_.seconds()};
  return options_.on_step(progress) || stop(Status::cancelled, "cancelled by the progress callback");
}

// The basis, the sizes, one iteration's time and the right-hand side.
bool Profiler::prepare() {
  if (!all_finite(a_) || !all_finite<double>(b_))
    return stop(Status::non_finite_input, "A or b holds a NaN or an infinity");
  if (a_.cols() == 0) return stop(Status::converged, "nothing to profile: A has no columns");
  q_ = range_basis(a_);
  profile_.rank = q_.cols();
  if (profile_.rank < profile_.cols) profile_.status = Status::rank_deficient;
  if (profile_.rank == 0)
    return stop(Status::rank_deficient, "nothing to profile: A is zero and has no lengths to keep");

  shape_ = {.rows = a_.rows(),
            .cols = a_.cols(),
            .stored_entries = a_.stored_entries(),
            .vectors = std::max<std::int64_t>(1, b_.cols)};
  const IterationSeconds iteration = time_iteration(a_, probe(), shape_.vectors);
  if (!iteration.in_range)
    return stop(Status::accuracy_not_reached, "the scale of A's columns is out of the range of a sketch");
  profile_.pass_seconds = iteration.seconds;
  if (b_.data == nullptr) {
    made_b_ = noisy_right_hand_side(a_, iteration.scale, options_.seed);
    b_ = made_b_.view();
  }
  profile_.sizes = sketch_sizes(a_.rows(), a_.cols(), options_);
  for (SketchSizeProfile& size : profile_.sizes) size.typical = typical_distortion(size.sketch, profile_.rank);
  return true;
}

// The sketch whose factor preconditions the iteration that is timed.
AnySketch Profiler::probe() const {
  return make_sketch(SketchFamily::sparse_sign, 4 * a_.cols(), a_.rows(), options_.seed);
}

bool Profiler::worth_timing(const SketchSizeProfile& size) const {
  return sketch_cost(shape_, size.sketch) <= std::max(cheap, options_.cost_limit * direct_cost(shape_).total());
}

bool Profiler::worth_solving(const SketchSizeProfile& size) const {
  const double condition = size.condition.median;
  return worth_timing(size) && (!expected_passes(shape_, condition).gives_up ||
                                sketch_and_precondition_cost(shape_, size.sketch, condition).total() < 10 * cheap);
}

bool Profiler::measure_sizes() {
  for (SketchSizeProfile& size : profile_.sizes) {
    if (!step("measuring ", size)) return false;
    measure_distortion(size);
    if (!worth_timing(size)) continue;
    const SketchSeconds seconds = time_sketch(a_, size.sketch);
    size.measured.sketch = seconds.sketch;
    size.measured.factor = seconds.factor;
  }
  // Once more, some time after the first: all predictions rest on it.
  profile_.pass_seconds = std::min(profile_.pass_seconds, time_iteration(a_, probe(), shape_.vectors).seconds);
  return true;
}

// S Q of a Gaussian S is Gaussian for every orthonormal Q: drawing it costs d n normals instead of a product.
void Profiler::measure_distortion(SketchSizeProfile& size) {
  const std::int64_t d = size.sketch.rows();
  std::vector<double> distortions(static_cast<std::size_t>(options_.seeds));
  std::vector<double> conditions(distortions.size());
  const SketchFamily family = size.sketch.family();
  Matrix<double> sq = Matrix<double>::uninitialized(d, profile_.rank);
  for (std::int64_t first = 0; first < options_.seeds; first += batch) {
    const std::int64_t count = std::min(batch, options_.seeds - first);
    std::vector<Matrix<double>> grams;
    for (std::int64_t k = 0; k < count; ++k) {
      const std::uint64_t seed = options_.seed + static_cast<std::uint64_t>(first + k);
      if (family == SketchFamily::gaussian) {
        fill(Gaussian{.rows = d, .cols = profile_.rank, .seed = seed}, sq.view());
      } else {
        apply(make_sketch(family, d, a_.rows(), seed), q_, sq.view());
      }
      grams.push_back(gram<double>(sq.view()));
    }
    for_each_tile(count, [&](std::int64_t k) {
      const Distortion found = distortion_of_gram(std::move(grams[static_cast<std::size_t>(k)]), d);
      distortions[static_cast<std::size_t>(first + k)] = found.distortion;
      conditions[static_cast<std::size_t>(first + k)] = found.preconditioned_condition();
    });
  }
  size.distortion = quantiles(std::move(distortions));
  size.condition = quantiles(std::move(conditions));
}

// Seconds per unit of the cost model: for sketches the median over the sizes of a family, for QR over all sizes.
void Profiler::predict() {
  std::map<SketchFamily, std::vector<double>> sketch_units;
  std::vector<double> factor_units;
  for (const SketchSizeProfile& size : profile_.sizes) {
    if (std::isnan(size.measured.sketch)) continue;
    sketch_units[size.sketch.family()].push_back(size.measured.sketch / sketch_cost(shape_, size.sketch));
    factor_units.push_back(size.measured.factor / factor_cost(shape_, size.sketch.rows()));
  }
  if (factor_units.empty()) return;
  const double factor_unit = quantiles(factor_units).median;
  const double iterate_unit = profile_.pass_seconds / pass_cost(shape_);
  const SolveCost direct = direct_cost(shape_);
  profile_.direct_seconds = factor_unit * direct.factor + iterate_unit * direct.iterate;

  for (SketchSizeProfile& size : profile_.sizes) {
    const double condition = size.condition.median;
    size.predicted_passes = expected_passes(shape_, condition).passes;
    const auto units = sketch_units.find(size.sketch.family());
    if (units == sketch_units.end()) continue;
    const SolveCost cost = sketch_and_precondition_cost(shape_, size.sketch, condition);
    size.predicted = {.sketch = quantiles(units->second).median * cost.sketch,
                      .factor = factor_unit * cost.factor,
                      .iterate = iterate_unit * cost.iterate,
                      .total = 0};
    size.predicted.total = size.predicted.sketch + size.predicted.factor + size.predicted.iterate;
  }
}

bool Profiler::solve_sizes() {
  double fastest = std::numeric_limits<double>::infinity();
  for (std::int64_t round = 0; round < options_.solves; ++round) {
    for (SketchSizeProfile& size : profile_.sizes) {
      if (!step("solving with ", size)) return false;
      if (!worth_solving(size) || (round > 0 && size.measured.total > worth_repeating * fastest)) continue;
      solve(size);
      fastest = std::min(fastest, size.measured.total);
    }
  }
  return true;
}

// Solves, several times if that is quick, and keeps the fastest.
void Profiler::solve(SketchSizeProfile& size) {
  const Stopwatch clock;
  do {
    const LeastSquaresFit<double> fit =
        least_squares(a_, b_, {.method = LeastSquaresMethod::sketch_and_precondition, .sketch = size.sketch});
    if (size.status && size.measured.total <= fit.seconds.total) continue;
    size.measured.total = fit.seconds.total;
    size.measured.iterate = fit.seconds.iterate;
    size.passes = fit.passes;
    size.status = fit.status;
  } while (clock.seconds() < enough_seconds);
}

}  // namespace

SketchProfile profile_sketches(const AnyMatrixView<double>& a, MatrixView<const double> b,
                               const SketchProfileOptions& options) {
  check_view(a, "A");
  check_view(b, "b");
  if (a.rows() < a.cols())
    throw ShapeError("A is " + shape_text(a.rows(), a.cols()) + ": a profile needs rows >= columns");
  if (b.data != nullptr && b.rows != a.rows())
    throw ShapeError("b is " + shape_text(b.rows, b.cols) + " but A is " + shape_text(a.rows(), a.cols()) +
                     ": b needs a row for each row of A");
  check_options(options);
  return Profiler(a, b, options).run();
}

SketchProfile profile_sketches(const AnyMatrixView<double>& a, const SketchProfileOptions& options) {
  return profile_sketches(a, MatrixView<const double>{}, options);
}

}  // namespace croquis
