// Random numbers of a few instructions, for vectors that test something.
#pragma once

#include <cstdint>

#include <croquis/linalg/matrix_view.hpp>

namespace croquis {

/// Uniform with mean zero and the standard deviation given, each from its place and the seed: Steele, Lea and Flood's
/// SplitMix64 (OOPSLA 2014). The component of a vector of such numbers along a unit vector is within t deviations of
/// zero with a probability of at most 0.82 t, whatever that vector is: a section of a cube of side one has an area of
/// at most sqrt 2 (Ball, Proc. AMS 97, 1986). For normal numbers that is 0.80 t.
template <class T>
void fill_with_probe_numbers(MatrixView<T> z, std::uint64_t seed, double deviation = 1) {
  const double unit = 1.7320508075688772 * deviation * 0x1p-52;  // 1 / sqrt(3) is that of (-1, 1)
  std::uint64_t state = seed * 0xd1342543de82ef95u;
  for (std::int64_t k = 0; k < z.cols; ++k) {
    for (std::int64_t i = 0; i < z.rows; ++i) {
      state += 0x9e3779b97f4a7c15u;
      std::uint64_t x = (state ^ (state >> 30)) * 0xbf58476d1ce4e5b9u;
      x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
      x ^= x >> 31;
      // Odd multiples of half a unit: never zero.
      z(i, k) = static_cast<T>(unit * (static_cast<double>(static_cast<std::int64_t>(x) >> 11) + 0.5));
    }
  }
}

}  // namespace croquis
