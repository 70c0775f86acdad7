#include "solvers/spectrum/student_mean.hpp"

#include <cmath>
#include <cstdint>
#include <limits>

#include "linalg/blas.hpp"
#include "solvers/distributions.hpp"

namespace croquis {

StudentMean student_mean(const std::vector<double>& values) {
  const auto count = static_cast<double>(values.size());
  StudentMean result;
  for (const double value : values) result.mean += value / count;
  std::vector<double> deviations;
  for (const double value : values) deviations.push_back(value - result.mean);
  result.standard_error = values.size() < 2 ? std::numeric_limits<double>::infinity()
                                            : norm2(static_cast<std::int64_t>(values.size()), deviations.data()) /
                                                  std::sqrt(count * (count - 1));
  return result;
}

double student_factor(std::size_t count, double confidence) {
  return count < 2 ? 1 : two_sided_t_quantile(1 - confidence, static_cast<double>(count - 1));
}

}  // namespace croquis
