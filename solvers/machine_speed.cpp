#include "solvers/machine_speed.hpp"

#include <algorithm>
#include <chrono>
#include <limits>

#include <croquis/linalg/matrix.hpp>

#include "linalg/blas.hpp"
#include "linalg/parallel.hpp"

namespace croquis {
namespace {

double measured_seconds_per_flop() {
  constexpr std::int64_t n = 128;
  constexpr int repeats = 4;
  using Clock = std::chrono::steady_clock;
  const Matrix<double> a(n, n);
  Matrix<double> product(n, n);
  const SingleThreadedBlas single_threaded_blas;
  double best = std::numeric_limits<double>::infinity();
  for (int repeat = 0; repeat < repeats; ++repeat) {
    const Clock::time_point start = Clock::now();
    multiply<double>(1, a.view(), a.view(), 0, product.view());
    best = std::min(best, std::chrono::duration<double>(Clock::now() - start).count());
  }
  return best / (2.0 * n * n * n);
}

}  // namespace

double seconds_per_flop() {
  static const double of_a_thread = measured_seconds_per_flop();
  return of_a_thread / available_threads();
}

}  // namespace croquis
