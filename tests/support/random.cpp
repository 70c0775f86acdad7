#include "tests/support/random.hpp"

#include <cmath>
#include <numbers>

namespace croquis::test {

double RandomSource::uniform() { return (static_cast<double>(engine_() >> 11) + 0.5) * 0x1p-53; }

double RandomSource::normal() {
  if (has_spare_) {
    has_spare_ = false;
    return spare_;
  }
  const double radius = std::sqrt(-2 * std::log(uniform()));
  const double angle = 2 * std::numbers::pi * uniform();
  spare_ = radius * std::sin(angle);
  has_spare_ = true;
  return radius * std::cos(angle);
}

std::int64_t RandomSource::below(std::int64_t count) {
  return static_cast<std::int64_t>(engine_() % static_cast<std::uint64_t>(count));
}

Matrix<double> gaussian_matrix(std::int64_t rows, std::int64_t cols, RandomSource& random) {
  auto a = Matrix<double>::uninitialized(rows, cols);
  for (double& entry : a.entries()) entry = random.normal();
  return a;
}

}  // namespace croquis::test
