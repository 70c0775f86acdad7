// How fast is S A for a sparse S? Beside a copy of A's memory: nothing that reads A can be much faster.
#include "perf/sketch_cases.hpp"

int main(int argc, char** argv) {
  using namespace croquis;
  const auto with_nonzeros = [](const char* name, std::int64_t nonzeros) {
    return perf::TimedSketch{name, [=](std::int64_t rows, std::int64_t cols) -> AnySketch {
                               return SparseSign{rows, cols, nonzeros, 7};
                             }};
  };
  constexpr perf::SketchShape shape{1 << 17, 500, 1000};
  constexpr perf::SketchShape large_sketch{1 << 17, 500, 8192};
  // From as many rows of sketch as columns to far more than fit any cache.
  constexpr perf::SketchShape tall_shapes[] = {
      {1 << 21, 50, 50}, {1 << 21, 50, 5000}, {1 << 21, 50, 50000}, {1 << 21, 50, 1000000}};
  std::vector<perf::Case> cases;
  for (const auto& [name, nonzeros] : {std::pair{"count_sketch", 1}, {"sparse_sign4", 4}, {"sparse_sign8", 8}}) {
    const perf::TimedSketch sketch = with_nonzeros(name, nonzeros);
    for (const Layout layout : {Layout::column_major, Layout::row_major}) {
      cases.push_back(perf::sketch_beside_copy<double>(sketch, shape, layout));
      cases.push_back(perf::sketch_beside_copy<double>(sketch, large_sketch, layout));
      cases.push_back(perf::sketch_beside_copy<float>(sketch, shape, layout));
      cases.push_back(perf::float_beside_double(sketch, shape, layout));
      if (nonzeros == 4) continue;
      for (const perf::SketchShape& tall : tall_shapes)
        cases.push_back(perf::sketch_beside_copy<double>(sketch, tall, layout));
    }
  }
  return perf::run_cases(argc, argv, "S A with a sparse S, beside a copy of A; in float, beside double", cases);
}
