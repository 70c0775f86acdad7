// Which sketch, and how large? Measured on the matrix at hand.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <croquis/export.hpp>
#include <croquis/linalg/any_matrix_view.hpp>
#include <croquis/sketch/any_sketch.hpp>
#include <croquis/sketch/distortion.hpp>
#include <croquis/solvers/status.hpp>

namespace croquis {

/// Where a profile stands, for a progress callback.
struct SketchProfileProgress {
  std::int64_t done = 0;   ///< sizes measured or solved so far
  std::int64_t total = 0;  ///< all of them
  std::string doing;       ///< such as "sparse-sign, 3140 rows"
  double seconds = 0;      ///< since the call
};

/// Options of `profile_sketches`; the defaults compare all families.
struct SketchProfileOptions {
  /// Empty: every family that this build has, but for rademacher and uniform, whose figures are the Gaussian's.
  std::vector<SketchFamily> families = {};
  /// Rows of the sketch over columns of A, at least 1. Empty: 1.5, 2, 3, 4, 6, 8, 12 and 16, as far as the sketch is
  /// not taller than A (or than 4 columns). Sizes that a family cannot have are left out.
  std::vector<double> ratios = {};
  /// Independent sketches by which the distortion of each size is measured.
  std::int64_t seeds = 9;
  /// The first seed. The same seed gives the same profile, apart from seconds and what is derived from them.
  std::uint64_t seed = 0;
  /// The distortion that the recommended sizes keep.
  double distortion = 0.5;
  /// Rounds of solving a least-squares problem with each size; 0: none, solves are only predicted.
  std::int64_t solves = 2;
  /// Sizes whose sketch alone is expected to cost more than this many times the direct method are not timed and not
  /// solved with, nor are those that the solver is expected to give up; unless they are a matter of milliseconds.
  double cost_limit = 1;
  /// Called before each measurement on the calling thread; return false to cancel.
  std::function<bool(const SketchProfileProgress&)> on_step = nullptr;
};

/// The 5 %, 50 % and 95 % quantiles over the seeds; NaN where nothing was measured.
struct Quantiles {
  double low = 0;
  double median = 0;
  double high = 0;
};

/// Seconds of the phases of one solve; NaN where nothing was measured.
struct SketchedSolveSeconds {
  double sketch = 0;   ///< applying S to A, once
  double factor = 0;   ///< QR of S A, once
  double iterate = 0;  ///< the passes over A, and checking the answer
  double total = 0;    ///< the whole solve; more than the sum where a sketch was rejected
};

/// What was found for one family and size.
struct SketchSizeProfile {
  AnySketch sketch;             ///< the first of the operators
  double ratio = 0;             ///< its rows over the columns of A
  Quantiles distortion = {};    ///< see `measure_distortion`
  Quantiles condition = {};     ///< of the preconditioned problem: largest over smallest singular value of S Q
  Distortion typical = {};      ///< the theory: `typical_distortion`
  double predicted_passes = 0;  ///< over A, from the median condition
  SketchedSolveSeconds predicted = {};
  SketchedSolveSeconds measured = {};
  std::int64_t passes = 0;                      ///< of the solve that was measured
  std::optional<Status> status = std::nullopt;  ///< of that solve; none if none was run
};

/// The best of the sizes that were tried, as indices into `SketchProfile::sizes`; none if no size qualifies.
struct SketchRecommendation {
  /// For each family that has one, the smallest size of which 95 % have at most the wanted distortion.
  std::vector<std::size_t> smallest;
  std::optional<std::size_t> fastest;           ///< the least predicted seconds: the size to use
  std::optional<std::size_t> fastest_measured;  ///< the least measured seconds
  /// Measured seconds of `fastest` over those of `fastest_measured`: how good the prediction was; NaN if not measured.
  double measured_ratio = 0;
};

/// The profile of a matrix.
struct [[nodiscard]] SketchProfile {
  Status status = Status::converged;  ///< converged, rank_deficient, non_finite_input, accuracy_not_reached (A's scale
                                      ///< leaves the range of double) or cancelled
  std::string message;                ///< one sentence
  std::int64_t rows = 0;
  std::int64_t cols = 0;
  std::int64_t rank = 0;  ///< numerical; the dimension of the subspace whose lengths a sketch should keep
  std::int64_t seeds = 0;
  double wanted_distortion = 0;
  std::vector<SketchSizeProfile> sizes;  ///< by family and number of rows
  SketchRecommendation recommendation;
  double pass_seconds = 0;    ///< one iteration: a pass over A, triangular solves, and the check of the error
  double direct_seconds = 0;  ///< predicted, of the direct method
  double seconds = 0;         ///< that the profile took

  /// True if the sizes hold what was asked for.
  bool complete() const { return status == Status::converged || status == Status::rank_deficient; }
};

/// Measures, for each family and a range of sizes, how well a sketch of A keeps lengths and how fast `least_squares`
/// is with it, and recommends a size.
///
/// | argument | shape | |
/// |---|---|---|
/// | A | m x n, m >= n | dense in either layout, CSR or CSC |
/// | b | m x k | for the timed solves; without, A x + noise as large as A x is made |
///
/// Distortions are those of `seeds` independent operators on an orthonormal basis Q of range(A), from the singular
/// values of S Q. For the Gaussian family S Q is itself a Gaussian matrix whatever Q is, and is drawn as such.
///
/// Predicted seconds come from the cost model behind `LeastSquaresMethod::automatic`: passes(condition) from the
/// measured distortion, and the seconds of sketches, of their QR and of one iteration on A, which give the model's unit
/// for each. Measured seconds are the least of a few runs; solves are run in rounds over all sizes, so that what else
/// the machine does falls on all of them, and a size that takes over twice the fastest runs once.
///
/// Everything but seconds (and recommendations, which follow them) is the same for the same seed and any number of
/// threads. Cost: 6 m n^2 flops for Q, then for each size `seeds` sketches of Q, d n^2 + n^3 flops for each, and the
/// solves. Fewer seeds, solves, families or ratios shorten it. Memory: two dense copies of A, S A and 8 n^2.
///
/// Throws `ShapeError` if m < n or b has other rows than A, `InvalidOption` for an option out of range. NaN or infinity
/// in A or b, an A of zeros or without columns is a status with a message; there are then no sizes.
CROQUIS_API SketchProfile profile_sketches(const AnyMatrixView<double>& a, MatrixView<const double> b,
                                           const SketchProfileOptions& options = {});
inline SketchProfile profile_sketches(const AnyMatrixView<double>& a, std::span<const double> b,
                                      const SketchProfileOptions& options = {}) {
  return profile_sketches(a, column_major(b.data(), std::ssize(b), 1), options);
}
CROQUIS_API SketchProfile profile_sketches(const AnyMatrixView<double>& a, const SketchProfileOptions& options = {});

}  // namespace croquis
