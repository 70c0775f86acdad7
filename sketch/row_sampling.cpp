#include <croquis/sketch/row_sampling.hpp>

#include <algorithm>
#include <cmath>
#include <string>
#include <type_traits>
#include <utility>

#include <croquis/errors.hpp>

#include "linalg/copy.hpp"
#include "linalg/number_text.hpp"
#include "linalg/parallel.hpp"
#include "sketch/check_sketch.hpp"
#include "sketch/entries.hpp"
#include "sketch/multiply_sketch.hpp"
#include "sketch/sampling.hpp"
#include "sketch/weighted_sampling.hpp"

namespace croquis {
namespace {

// A row of S that keeps a row of the block.
template <class T>
struct KeptRow {
  std::int64_t row;  // of the block
  std::int64_t to;   // row of S
  T scale;
};

// The rows of S that keep one of the rows [first_row, first_row + count) of A, by rows of A.
template <class T>
std::vector<KeptRow<T>> kept_rows(const RowSampling& s, std::int64_t first_row, std::int64_t count) {
  std::vector<KeptRow<T>> kept;
  for (std::int64_t i = 0; i < s.rows; ++i) {
    const std::int64_t row = s.sampled()[static_cast<std::size_t>(i)] - first_row;
    if (row >= 0 && row < count) kept.push_back({row, i, static_cast<T>(s.scales()[static_cast<std::size_t>(i)])});
  }
  std::sort(kept.begin(), kept.end(),
            [](const auto& x, const auto& y) { return std::pair(x.row, x.to) < std::pair(y.row, y.to); });
  return kept;
}

// Reads the kept rows alone: whole rows of a row-major A, column by column otherwise, downwards.
template <class T>
void add_kept(const std::vector<KeptRow<T>>& kept, MatrixView<const T> a, MatrixView<T> out) {
  constexpr std::int64_t columns_per_tile = 256;
  const Partition strips(a.cols, 64, a.layout == Layout::row_major ? columns_per_tile : 1);
  for_each_tile(strips.count, [&](std::int64_t strip) {
    if (a.layout == Layout::row_major) {
      for (const KeptRow<T>& k : kept)
        for (std::int64_t j = strips.begin(strip); j < strips.end(strip); ++j) out(k.to, j) += k.scale * a(k.row, j);
    } else {
      for (std::int64_t j = strips.begin(strip); j < strips.end(strip); ++j)
        for (const KeptRow<T>& k : kept) out(k.to, j) += k.scale * a(k.row, j);
    }
  });
}

template <class T, class Index>
void add_kept(const std::vector<KeptRow<T>>& kept, const CsrView<T, Index>& a, MatrixView<T> out) {
  const Partition parts(static_cast<std::int64_t>(kept.size()), 64, 16);
  for_each_tile(parts.count, [&](std::int64_t part) {
    for (std::int64_t n = parts.begin(part); n < parts.end(part); ++n) {
      const KeptRow<T>& k = kept[static_cast<std::size_t>(n)];
      const auto last = static_cast<std::int64_t>(a.row_start[k.row + 1]);
      for (auto e = static_cast<std::int64_t>(a.row_start[k.row]); e < last; ++e)
        out(k.to, static_cast<std::int64_t>(a.column[e])) += k.scale * a.value[e];
    }
  });
}

template <class T, class Index>
void add_kept(const std::vector<KeptRow<T>>& kept, const CscView<T, Index>& a, MatrixView<T> out) {
  // Where the rows of S that keep a row of the block begin in `kept`.
  std::vector<std::int64_t> start(static_cast<std::size_t>(a.rows) + 1, 0);
  for (const KeptRow<T>& k : kept) ++start[static_cast<std::size_t>(k.row) + 1];
  for (std::size_t i = 1; i < start.size(); ++i) start[i] += start[i - 1];
  const Partition strips(a.cols, 64);
  for_each_tile(strips.count, [&](std::int64_t strip) {
    for (std::int64_t j = strips.begin(strip); j < strips.end(strip); ++j) {
      const auto last = static_cast<std::int64_t>(a.column_start[j + 1]);
      for (auto e = static_cast<std::int64_t>(a.column_start[j]); e < last; ++e) {
        const auto row = static_cast<std::size_t>(a.row[e]);
        for (std::int64_t n = start[row]; n < start[row + 1]; ++n) {
          const KeptRow<T>& k = kept[static_cast<std::size_t>(n)];
          out(k.to, j) += k.scale * a.value[e];
        }
      }
    }
  });
}

void check_rows(std::int64_t rows, std::int64_t most, const char* because) {
  if (rows < 1 || rows > most)
    throw InvalidOption("RowSampling::rows = " + std::to_string(rows) + " is outside [1, " + std::to_string(most) +
                        "]" + because);
}

constexpr std::int64_t any_number_of_rows = std::int64_t{1} << 56;

}  // namespace

RowSampling RowSampling::uniform(std::int64_t rows, std::int64_t cols, std::uint64_t seed, Replacement replacement) {
  if (cols < 1) throw InvalidOption("RowSampling::cols = " + std::to_string(cols) + " is not positive");
  const bool without = replacement == Replacement::without;
  check_rows(rows, without ? cols : any_number_of_rows,
             without ? ": without replacement at most RowSampling::cols" : "");
  return draw(rows, cols, nullptr, seed, replacement);
}

RowSampling RowSampling::weighted(std::int64_t rows, std::span<const double> weights, std::uint64_t seed,
                                  Replacement replacement) {
  std::int64_t positive = 0;
  double largest = 0;
  for (std::size_t j = 0; j < weights.size(); ++j) {
    if (!(weights[j] >= 0) || std::isinf(weights[j]))
      throw InvalidOption("weights[" + std::to_string(j) + "] = " + number_text(weights[j]) +
                          " is not a finite number >= 0");
    positive += weights[j] > 0 ? 1 : 0;
    largest = std::max(largest, weights[j]);
  }
  if (positive == 0) throw InvalidOption("weights: none of the " + std::to_string(weights.size()) + " is positive");
  const bool without = replacement == Replacement::without;
  check_rows(rows, without ? positive : any_number_of_rows,
             without ? ": without replacement at most the number of positive weights" : "");
  // Weights near the ends of the range of double must not overflow when they are added up.
  std::vector<double> scaled(weights.begin(), weights.end());
  for (double& weight : scaled) weight = std::ldexp(weight, -std::ilogb(largest));
  const std::int64_t cols = std::ssize(weights);
  return draw(rows, cols, std::make_shared<const std::vector<double>>(std::move(scaled)), seed, replacement);
}

RowSampling RowSampling::draw(std::int64_t rows, std::int64_t cols, Weights weights, std::uint64_t seed,
                              Replacement replacement) {
  const bool without = replacement == Replacement::without;
  Sample sample;
  if (!weights) {
    sample.row = without ? sample_without_replacement(seed, cols, rows) : sample_with_replacement(seed, cols, rows);
    sample.scale.assign(static_cast<std::size_t>(rows),
                        std::sqrt(static_cast<double>(cols) / static_cast<double>(rows)));
  } else if (without) {
    const std::vector<double> probability = inclusion_probabilities(*weights, rows);
    sample.row = pivotal_sample(seed, probability, rows);
    for (const std::int64_t row : sample.row)
      sample.scale.push_back(1 / std::sqrt(probability[static_cast<std::size_t>(row)]));
  } else {
    sample.row = sample_with_replacement(seed, *weights, rows);
    double sum = 0;
    for (const double weight : *weights) sum += weight;
    for (const std::int64_t row : sample.row)
      sample.scale.push_back(std::sqrt(sum / (static_cast<double>(rows) * (*weights)[static_cast<std::size_t>(row)])));
  }
  RowSampling s;
  s.rows = rows;
  s.cols = cols;
  s.replacement = replacement;
  s.seed = seed;
  s.weights_ = std::move(weights);
  s.sample_ = std::make_shared<const Sample>(std::move(sample));
  return s;
}

RowSampling RowSampling::with_seed(std::uint64_t other_seed) const {
  return sample_ ? draw(rows, cols, weights_, other_seed, replacement) : *this;
}

std::span<const std::int64_t> RowSampling::sampled() const {
  if (!sample_) return {};
  return sample_->row;
}

std::span<const double> RowSampling::scales() const {
  if (!sample_) return {};
  return sample_->scale;
}

bool RowSampling::operator==(const RowSampling& other) const {
  if (rows != other.rows || cols != other.cols || replacement != other.replacement || seed != other.seed) return false;
  return sample_ == other.sample_ || (sample_ && other.sample_ && *sample_ == *other.sample_);
}

template <class T>
void multiply_sketch(const RowSampling& s, std::int64_t first_row, const AnyMatrixView<T>& a, Update update,
                     MatrixView<T> out) {
  if (update == Update::overwrite) set_zero(out);
  const std::vector<KeptRow<T>> kept = kept_rows<T>(s, first_row, a.rows());
  std::visit([&](const auto& view) { add_kept<T>(kept, view, out); }, a.storage());
}

template <class T>
EntryFiller<T> entries_of(const RowSampling& s) {
  return [s](std::int64_t first_row, std::int64_t first_col, MatrixView<T> out) {
    set_zero(out);
    for (std::int64_t i = 0; i < out.rows; ++i) {
      const auto at = static_cast<std::size_t>(first_row + i);
      const std::int64_t j = s.sampled()[at] - first_col;
      if (j >= 0 && j < out.cols) out(i, j) = static_cast<T>(s.scales()[at]);
    }
  };
}

#define CROQUIS_INSTANTIATE(T)                            \
  template EntryFiller<T> entries_of(const RowSampling&); \
  template void multiply_sketch(const RowSampling&, std::int64_t, const AnyMatrixView<T>&, Update, MatrixView<T>);
CROQUIS_INSTANTIATE(float)
CROQUIS_INSTANTIATE(double)
#undef CROQUIS_INSTANTIATE

}  // namespace croquis
