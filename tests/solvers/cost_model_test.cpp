// The cost model's shape: what is dearer than what.
#include "solvers/cost_model.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include <croquis/sketch/distortion.hpp>

using namespace croquis;

namespace {

ProblemShape dense(std::int64_t rows, std::int64_t cols) {
  return {.rows = rows, .cols = cols, .stored_entries = rows * cols};
}

}  // namespace

TEST_CASE("passes follow from the condition number of the preconditioned problem") {
  // A Gaussian sketch with d = 4 n: condition 3, the residual halves in each iteration, 32.5 / log 2 = 46.9 of them.
  CHECK(expected_passes(dense(2000, 1000), 3).passes == doctest::Approx(3 + 32.5 / std::log(2.0)));
  CHECK(expected_passes(dense(2000, 1000), 1).passes == 3);
  CHECK(expected_passes(dense(10, 5), 3).passes == 13);
  CHECK_FALSE(expected_passes(dense(2000, 1000), 8).gives_up);
  CHECK(expected_passes(dense(2000, 1000), 9).gives_up);
  CHECK(expected_passes(dense(2000, 1000), std::numeric_limits<double>::infinity()).gives_up);
  CHECK(expected_passes(dense(2000, 1000), std::numeric_limits<double>::quiet_NaN()).gives_up);
}

TEST_CASE("a sketch that is given up costs more than the direct method") {
  const ProblemShape shape = dense(50000, 1000);
  const AnySketch sketch = make_sketch(SketchFamily::sparse_sign, 1500, shape.rows, 0);
  CHECK(sketch_and_precondition_cost(shape, sketch, 10).total() > direct_cost(shape).total());
  CHECK(sketch_and_precondition_cost(shape, sketch, 5).total() < direct_cost(shape).total());
}

TEST_CASE("every family has a cost, and it grows with the matrix") {
  for (const SketchFamily family : all_sketch_families()) {
    CAPTURE(to_string(family));
    const double small = sketch_cost(dense(4096, 50), make_sketch(family, 200, 4096, 0));
    const double large = sketch_cost(dense(8192, 50), make_sketch(family, 200, 8192, 0));
    CHECK(small > 0);
    CHECK(large >= small);  // sampled rows cost what the sample does
  }
}

TEST_CASE("the cheapest number of rows: a few per column, and the least cost of its neighbours") {
  for (const ProblemShape& shape : {dense(100000, 200), dense(131072, 512), dense(32768, 1000), dense(2000, 700)}) {
    const std::int64_t rows = cheapest_sketch_rows(shape);
    CHECK(rows >= 3 * shape.cols);
    CHECK(rows <= 16 * shape.cols);
    const auto cost = [&](std::int64_t d) {
      const AnySketch sketch = make_sketch(SketchFamily::sparse_sign, d, shape.rows, 0);
      return sketch_and_precondition_cost(shape, sketch,
                                          typical_distortion(sketch, shape.cols).preconditioned_condition())
          .total();
    };
    CHECK(cost(rows) <= cost(3 * shape.cols));
    CHECK(cost(rows) <= cost(16 * shape.cols));
  }
}

TEST_CASE("hundreds of right-hand sides are for Cholesky QR, one is for an iteration") {
  for (const std::int64_t cols : {200, 512}) {
    ProblemShape shape = dense(131072, cols);
    const AnySketch small = make_sketch(SketchFamily::sparse_sign, 4 * cols, shape.rows, 0);
    for (const std::int64_t vectors : {64, 512}) {
      shape.vectors = vectors;
      CHECK(cholesky_qr_cost(shape, small).total() < direct_cost(shape).total());
      CHECK(cholesky_qr_cost(shape, small).total() < sketch_and_precondition_cost(shape, small, 3).total() / 2);
    }
  }
}
