#include "solvers/kernel/bandwidth.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "sketch/sampling.hpp"
#include "solvers/kernel/radial_kernel.hpp"

namespace croquis {
namespace {

constexpr std::int64_t most_points = 400;

}  // namespace

double median_distance(MatrixView<const double> x, std::uint64_t seed) {
  const std::vector<std::int64_t> rows = sample_without_replacement(seed, x.rows, std::min(most_points, x.rows));
  Matrix<double> sample = rows_of(x, rows);
  double largest = 0;
  for (const double entry : sample.entries()) largest = std::max(largest, std::abs(entry));
  // A power of two, so that squares stay in range and nothing else changes.
  int exponent = 0;
  std::frexp(largest, &exponent);
  for (double& entry : sample.entries()) entry = std::ldexp(entry, -exponent);
  std::vector<double> squares;
  for (std::int64_t i = 0; i < sample.rows(); ++i)
    for (std::int64_t j = 0; j < i; ++j) {
      double square = 0;
      for (std::int64_t c = 0; c < x.cols; ++c) {
        const double difference = sample(i, c) - sample(j, c);
        square += difference * difference;
      }
      if (square > 0) squares.push_back(square);
    }
  if (squares.empty()) return 1;
  const auto middle = squares.begin() + static_cast<std::ptrdiff_t>(squares.size() / 2);
  std::nth_element(squares.begin(), middle, squares.end());
  return std::ldexp(std::sqrt(*middle), exponent);
}

}  // namespace croquis
