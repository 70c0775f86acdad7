// How fast is S A for a Gaussian S, its random numbers included? Beside the matrix product of the same shape.
#include "perf/sketch_cases.hpp"

int main(int argc, char** argv) {
  using namespace croquis;
  const perf::TimedSketch gaussian{"gaussian", [](std::int64_t rows, std::int64_t cols) -> AnySketch {
                                     return Gaussian{rows, cols, 7};
                                   }};
  std::vector<perf::Case> cases;
  for (const perf::SketchShape& shape : {perf::SketchShape{1 << 17, 500, 1000}, {100000, 200, 400}}) {
    for (const Layout layout : {Layout::column_major, Layout::row_major}) {
      cases.push_back(perf::sketch_beside_product<double>(gaussian, shape, layout));
      cases.push_back(perf::sketch_beside_product<float>(gaussian, shape, layout));
      cases.push_back(perf::float_beside_double(gaussian, shape, layout));
    }
  }
  return perf::run_cases(
      argc, argv, "S A with a Gaussian S, beside the matrix product of the same shape; in float, beside double", cases);
}
