// Least squares on memory you already hold: 300 cosines through 100000 samples of a curve with a ripple on it.
// Alone: g++ -std=c++20 -O2 solve_from_memory.cpp $(pkg-config --cflags --libs croquis)
#include <cmath>
#include <cstdio>
#include <numbers>
#include <vector>

#include <croquis/croquis.hpp>

int main() {
  const std::int64_t samples = 100000, waves = 300;
  std::vector<double> a(samples * waves), b(samples);
  for (std::int64_t i = 0; i < samples; ++i) {
    const double t = static_cast<double>(i) / samples;
    for (std::int64_t j = 0; j < waves; ++j) a[i * waves + j] = std::cos(std::numbers::pi * t * static_cast<double>(j));
    b[i] = std::exp(t) + 0.1 * std::sin(1e6 * t * t);
  }
  const auto fit = croquis::least_squares(croquis::row_major(a.data(), samples, waves), b);
  std::printf("%s\n", fit.message.c_str());
  std::printf("mean %.4f, root mean square residual %.4f\n", fit.x(0, 0), fit.residual_norm[0] / std::sqrt(samples));
  return fit.solved() ? 0 : 1;
}
