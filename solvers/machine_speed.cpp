#include "solvers/machine_speed.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <limits>

#include "linalg/gram_kernels.hpp"
#include "linalg/memory.hpp"
#include "linalg/parallel.hpp"

namespace croquis {
namespace {

double measured_seconds_per_flop() {
  constexpr std::int64_t depth = 192;
  constexpr std::int64_t panels = 4;
  constexpr int repeats = 8;
  using Clock = std::chrono::steady_clock;
  const GramTile tile = gram_tile<double>();
  const std::int64_t cols = panels * tile.width;
  Workspace<double> packed(depth * cols);
  Workspace<double> sums(tile.width * cols);
  std::fill_n(packed.data(), packed.size(), 1.0);
  std::fill_n(sums.data(), sums.size(), 0.0);
  double best = std::numeric_limits<double>::infinity();
  for (int repeat = 0; repeat < repeats; ++repeat) {
    const Clock::time_point start = Clock::now();
    add_panel_products(packed.data(), packed.data(), depth, cols / tile.strip, sums.data(), tile.width);
    best = std::min(best, std::chrono::duration<double>(Clock::now() - start).count());
  }
  return best / (2.0 * depth * static_cast<double>(tile.width * cols));
}

}  // namespace

double seconds_per_flop() {
  static const double of_a_thread = measured_seconds_per_flop();
  return of_a_thread / available_threads();
}

}  // namespace croquis
