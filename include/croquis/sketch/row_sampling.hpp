// Row sampling: a sketch that keeps some of the rows.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include <croquis/export.hpp>
#include <croquis/sketch/sketch_operator.hpp>

namespace croquis {

/// Whether a row can be drawn again.
enum class Replacement { without, with };

/// S keeps d of m rows: row i of S has one entry, in column sampled()[i], of size scales()[i] = 1 / sqrt(the number of
/// times this column is expected in the sample), so that E[S^T S] = I.
///
/// Applying it reads d rows of A and costs d n multiplications; nothing mixes the rows, so the distortion depends on
/// how well the probabilities match the leverage scores of A (`leverage_scores`): with those, d of the order of n log n
/// is enough for any A; uniform sampling wants a factor (largest score) m / n more, and fails outright on an A one row
/// of which nothing else can stand for.
///
/// Unlike the other operators its parameters are as long as A is tall, so the sample is drawn once, when the operator
/// is made, and shared by its copies.
/// Sources: Drineas, Mahoney and Muthukrishnan, SODA 2006 (leverage scores); Deville and Tille, Biometrika 1998
/// (pivotal sampling).
class RowSampling {
 public:
  std::int64_t rows = 0;
  std::int64_t cols = 0;
  Replacement replacement = Replacement::without;
  std::uint64_t seed = 0;

  /// An operator without rows, to be assigned to.
  RowSampling() = default;

  /// Each row is as likely as any other. Without replacement every set of d rows is equally likely, and d <= m.
  CROQUIS_API static RowSampling uniform(std::int64_t rows, std::int64_t cols, std::uint64_t seed,
                                         Replacement replacement = Replacement::without);

  /// Row j is drawn in proportion to weights[j] >= 0, finite, m of them, not all zero.
  ///
  /// With replacement: d independent draws, p_j = weights[j] / sum, scale 1 / sqrt(d p_j). Without: row j is in the
  /// sample with probability q_j = min(1, c weights[j]), c such that they add up to d, exactly; scale 1 / sqrt(q_j);
  /// neighbouring rows repel each other. Needs d positive weights. Rows of weight zero never appear, so
  /// E[S^T S] is the identity on the others.
  /// Cost: O(m + d log m). Throws `InvalidOption`.
  CROQUIS_API static RowSampling weighted(std::int64_t rows, std::span<const double> weights, std::uint64_t seed,
                                          Replacement replacement = Replacement::without);

  /// The operator of the same shape, weights and replacement with rows drawn anew from another seed.
  CROQUIS_API RowSampling with_seed(std::uint64_t other_seed) const;

  /// For each row of S the row of A it keeps, ascending if weighted without replacement, else in the order drawn.
  CROQUIS_API std::span<const std::int64_t> sampled() const;
  /// For each row of S its entry.
  CROQUIS_API std::span<const double> scales() const;

  /// True if both keep the same rows in the same order at the same scales, and the fields agree.
  CROQUIS_API bool operator==(const RowSampling& other) const;

 private:
  struct Sample {
    std::vector<std::int64_t> row;
    std::vector<double> scale;
    bool operator==(const Sample&) const = default;
  };
  using Weights = std::shared_ptr<const std::vector<double>>;  // null: all the same
  static RowSampling draw(std::int64_t rows, std::int64_t cols, Weights weights, std::uint64_t seed,
                          Replacement replacement);

  Weights weights_;
  std::shared_ptr<const Sample> sample_;
};

static_assert(SketchOperator<RowSampling>);

}  // namespace croquis
