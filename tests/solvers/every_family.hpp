// One sketching operator of each family, for tests that hold for all of them.
#pragma once

#include <cstdint>
#include <vector>

#include <croquis/linalg/transforms.hpp>
#include <croquis/sketch/any_sketch.hpp>

namespace croquis::test {

/// Operators for an m x n least-squares problem, n > 1: four rows for each column of A, and n^2 for CountSketch, which
/// needs as many to keep n coordinate directions apart. Srtt is left out where croquis was built without FFTW.
inline std::vector<AnySketch> every_family(std::int64_t m, std::int64_t n, std::uint64_t seed) {
  std::vector<AnySketch> sketches = {
      Gaussian{.rows = 4 * n, .cols = m, .seed = seed},
      Rademacher{.rows = 4 * n, .cols = m, .seed = seed},
      Uniform{.rows = 4 * n, .cols = m, .seed = seed},
      SparseSign{.rows = 4 * n, .cols = m, .nonzeros = 8, .seed = seed},
      CountSketch{.rows = n * n, .cols = m, .seed = seed},
      Srht{.rows = 4 * n, .cols = m, .seed = seed},
      HashedRht{.rows = 4 * n, .cols = m, .seed = seed},
  };
  if (has_trigonometric_transforms()) sketches.push_back(Srtt{.rows = 4 * n, .cols = m, .seed = seed});
  return sketches;
}

}  // namespace croquis::test
