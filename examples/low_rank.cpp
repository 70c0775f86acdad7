// A picture of a thousand curves is mostly a few shapes: find them, and say how much is missing.
// Alone: g++ -std=c++20 -O2 low_rank.cpp $(pkg-config --cflags --libs croquis)
#include <cmath>
#include <cstdio>

#include <croquis/croquis.hpp>

int main() {
  const std::int64_t points = 5000, curves = 1000;
  croquis::Matrix<double> a(points, curves);
  for (std::int64_t j = 0; j < curves; ++j) {
    const double width = 0.05 + 0.0005 * static_cast<double>(j);
    for (std::int64_t i = 0; i < points; ++i) {
      const double t = static_cast<double>(i) / points - 0.5;
      a(i, j) = std::exp(-t * t / (2 * width * width));
    }
  }
  const auto svd = croquis::randomized_svd(a, {.tolerance = 1e-6});
  std::printf("%ld shapes, %s\n", svd.rank(), svd.message.c_str());
  for (std::int64_t k = 0; k < svd.rank(); ++k) std::printf("%3ld %12.5g\n", k + 1, svd.singular_values[k]);
  return svd.solved() && svd.rank() < 30 ? 0 : 1;
}
