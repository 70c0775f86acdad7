// How fast are the transforms, and S A made of them? S A beside a copy of A's memory.
#include <croquis/linalg/transforms.hpp>

#include "perf/sketch_cases.hpp"

int main(int argc, char** argv) {
  using namespace croquis;
  std::vector<perf::TimedSketch> sketches = {{"srht", [](std::int64_t rows, std::int64_t cols) -> AnySketch {
                                                return Srht{rows, cols, 7};
                                              }}};
  sketches.push_back({"hashed_rht", [](std::int64_t rows, std::int64_t cols) -> AnySketch {
                        return HashedRht{.rows = rows, .cols = cols, .seed = 7};
                      }});
  if (has_trigonometric_transforms()) {
    sketches.push_back({"srtt_dct", [](std::int64_t rows, std::int64_t cols) -> AnySketch {
                          return Srtt{.rows = rows, .cols = cols, .seed = 7};
                        }});
  }
  constexpr perf::SketchShape shape{1 << 17, 500, 1000};
  std::vector<perf::Case> cases;
  for (const perf::TimedSketch& sketch : sketches)
    for (const Layout layout : {Layout::column_major, Layout::row_major})
      cases.push_back(perf::sketch_beside_copy<double>(sketch, shape, layout));
  return perf::run_cases(argc, argv, "S A with a transform, beside a copy of A", cases);
}
