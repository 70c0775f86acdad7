// Random numbers for tests: the same on every machine and with every standard library.
#pragma once

#include <cstdint>
#include <random>

#include <croquis/linalg/matrix.hpp>

namespace croquis::test {

/// A seeded stream of uniform and normal numbers. The engine's output is fixed by the C++ standard; the
/// distributions are our own, because the standard leaves its own to each library.
class RandomSource {
 public:
  explicit RandomSource(std::uint64_t seed) : engine_(seed) {}
  /// Uniform in (0, 1), never 0 or 1.
  double uniform();
  /// Standard normal.
  double normal();
  /// Uniform in {0, ..., count - 1}.
  std::int64_t below(std::int64_t count);
  /// 64 random bits.
  std::uint64_t bits() { return engine_(); }

 private:
  std::mt19937_64 engine_;
  double spare_ = 0;
  bool has_spare_ = false;
};

/// A column-major matrix of independent standard normals.
Matrix<double> gaussian_matrix(std::int64_t rows, std::int64_t cols, RandomSource& random);

}  // namespace croquis::test
