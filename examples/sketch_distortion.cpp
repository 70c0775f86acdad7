// How well does each kind of sketch keep the lengths of the vectors A x? The smaller the distortion, the better.
// Alone: g++ -std=c++20 -O2 sketch_distortion.cpp $(pkg-config --cflags --libs croquis)
#include <cstdio>

#include <croquis/croquis.hpp>

namespace cq = croquis;

int main() {
  const std::int64_t m = 20000, n = 50;
  cq::Matrix<double> a(m, n);
  cq::fill(cq::Gaussian{.rows = m, .cols = n, .seed = 1}, a);  // any matrix would do; this one is at hand

  std::printf("%-14s %6s %12s\n", "sketch", "rows", "distortion");
  using enum cq::SketchFamily;
  for (const auto family : {gaussian, rademacher, uniform, sparse_sign, count_sketch, srht, srtt, hashed_rht}) {
    if (family == srtt && !cq::has_trigonometric_transforms()) continue;
    for (const std::int64_t rows : {2 * n, 4 * n, 16 * n, cq::recommended_rows(family, n, m, 0.5, 0.01)}) {
      if (rows > m) {
        std::printf("%-14s %6ld    (more rows than A has)\n", to_string(family).c_str(), rows);
        continue;
      }
      const cq::AnySketch s = cq::make_sketch(family, rows, m, /*seed=*/42);
      std::printf("%-14s %6ld %12.3f\n", to_string(family).c_str(), rows, measure_distortion(s, a).distortion);
    }
  }
}
