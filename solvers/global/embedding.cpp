#include "solvers/global/embedding.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include <croquis/sketch/apply.hpp>

#include "linalg/blas.hpp"
#include "sketch/philox.hpp"

namespace croquis {
namespace {

// Uniform in (0, 1).
double unit_interval(std::uint64_t word) { return (static_cast<double>(word >> 12) + 0.5) * 0x1p-52; }

}  // namespace

Embedding::Embedding(std::span<const double> lower, std::span<const double> upper, std::vector<double> centre,
                     std::int64_t dimensions, std::uint64_t seed)
    : lower_(lower), upper_(upper), centre_(std::move(centre)) {
  const auto n = static_cast<std::int64_t>(lower.size());
  directions_ = Matrix<double>(n, dimensions);
  fill(Gaussian{.rows = n, .cols = dimensions, .seed = seed}, directions_.view());
  for (std::int64_t j = 0; j < n; ++j) {
    const auto place = static_cast<std::size_t>(j);
    // The operator's entries have the variance 1 / n.
    const double scale = std::sqrt(static_cast<double>(n)) * (upper[place] / 2 - lower[place] / 2);
    for (std::int64_t k = 0; k < dimensions; ++k) directions_(j, k) *= scale;
  }
}

std::vector<double> Embedding::unprojected(std::span<const double> y) const {
  std::vector<double> x = centre_;
  for (std::int64_t k = 0; k < dimensions(); ++k)
    for (std::size_t j = 0; j < x.size(); ++j)
      x[j] += y[static_cast<std::size_t>(k)] * directions_(static_cast<std::int64_t>(j), k);
  return x;
}

void Embedding::point(std::span<const double> y, std::span<double> x) const {
  const std::vector<double> moved = unprojected(y);
  for (std::size_t j = 0; j < x.size(); ++j) x[j] = std::clamp(moved[j], lower_[j], upper_[j]);
}

Matrix<double> Embedding::slope(std::span<const double> y) const {
  Matrix<double> result = directions_;
  const std::vector<double> moved = unprojected(y);
  for (std::size_t j = 0; j < moved.size(); ++j)
    if (is_held(j, moved[j]))
      for (std::int64_t k = 0; k < dimensions(); ++k) result(static_cast<std::int64_t>(j), k) = 0;
  return result;
}

std::vector<double> Embedding::pull_back(std::span<const double> y, std::span<const double> gradient) const {
  const std::vector<double> moved = unprojected(y);
  std::vector<double> result(y.size(), 0.0);
  for (std::size_t j = 0; j < moved.size(); ++j) {
    if (is_held(j, moved[j])) continue;
    for (std::size_t k = 0; k < y.size(); ++k)
      result[k] += gradient[j] * directions_(static_cast<std::int64_t>(j), static_cast<std::int64_t>(k));
  }
  return result;
}

std::vector<double> random_point(std::span<const double> lower, std::span<const double> upper, std::uint64_t seed,
                                 std::int64_t index) {
  std::vector<double> x(lower.size());
  for (std::size_t j = 0; j < x.size(); ++j) {
    const auto stream = stream_word(Stream::embeddings, 1 + static_cast<std::uint64_t>(index));
    const double u = unit_interval(random_words(seed, stream, j)[0]);
    x[j] = std::clamp((1 - u) * lower[j] + u * upper[j], lower[j], upper[j]);
  }
  return x;
}

std::vector<double> starting_point(std::int64_t dimensions, std::uint64_t seed, std::int64_t start) {
  std::vector<double> y(static_cast<std::size_t>(dimensions), 0.0);
  if (start == 0) return y;
  // One row of variance one.
  fill(Gaussian{.rows = 1, .cols = dimensions, .seed = seed + static_cast<std::uint64_t>(start)},
       column_major(y.data(), 1, dimensions));
  const double u =
      unit_interval(random_words(seed, stream_word(Stream::embeddings, 0), static_cast<std::uint64_t>(start))[0]);
  for (double& entry : y) entry *= u / std::sqrt(static_cast<double>(dimensions));
  return y;
}

}  // namespace croquis
