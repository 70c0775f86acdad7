#include <cmath>
#include <type_traits>
#include <variant>

#include "linalg/check.hpp"
#include "linalg/number_text.hpp"
#include "solvers/error_bars.hpp"
#include "solvers/solve_problem.hpp"

namespace croquis {

void check_options(const LeastSquaresOptions& options, std::int64_t rows, std::int64_t cols) {
  if (options.method < LeastSquaresMethod::automatic || options.method > LeastSquaresMethod::cholesky_qr)
    throw InvalidOption("method is " + std::to_string(static_cast<int>(options.method)) +
                        " but must be one of LeastSquaresMethod");
  if (!(options.tolerance >= 0 && options.tolerance < 1))
    throw InvalidOption("tolerance is " + number_text(options.tolerance) + " but must be in [0, 1)");
  if (!(options.rcond >= 0 && options.rcond < 1))
    throw InvalidOption("rcond is " + number_text(options.rcond) + " but must be in [0, 1)");
  if (!(options.ridge >= 0 && std::isfinite(options.ridge)))
    throw InvalidOption("ridge is " + number_text(options.ridge) + " but must be finite and not negative");
  if (options.iteration_limit < 1)
    throw InvalidOption("iteration_limit is " + std::to_string(options.iteration_limit) + " but must be at least 1");
  if (options.bootstrap) {
    if (options.method != LeastSquaresMethod::sketch_and_solve)
      throw InvalidOption("bootstrap is for the method sketch-and-solve, not " + to_string(options.method));
    if (options.ridge > 0) throw InvalidOption("bootstrap and a ridge are both given: its rows are not sketched");
    check_bootstrap(*options.bootstrap);
  }
  if (options.sketch_rows != 0 && options.sketch_rows < cols)
    throw InvalidOption("sketch_rows is " + std::to_string(options.sketch_rows) + " but must be at least " +
                        std::to_string(cols) + ", the columns of A (or 0 for automatic)");
  if (!options.sketch) return;
  if (options.sketch_rows != 0)
    throw InvalidOption("sketch and sketch_rows are both given: the sketch has its own number of rows");
  if (options.sketch->cols() != rows)
    throw ShapeError("sketch has " + std::to_string(options.sketch->cols()) + " columns but A has " +
                     std::to_string(rows) + " rows");
  if (options.sketch->rows() < cols)
    throw InvalidOption("sketch has " + std::to_string(options.sketch->rows()) + " rows but needs at least " +
                        std::to_string(cols) + ", the columns of A");
}

void check_right_hand_side(std::int64_t rows, std::int64_t cols, std::int64_t b_rows, std::int64_t b_cols) {
  if (b_rows != rows)
    throw ShapeError("B is " + shape_text(b_rows, b_cols) + " but A is " + shape_text(rows, cols) +
                     ": B needs a row for each row of A");
}

AnySketch reseeded(const AnySketch& sketch, int attempt) {
  constexpr std::uint64_t step = 0x9e3779b97f4a7c15;  // odd, so the seeds differ
  return std::visit(
      [&](auto s) -> AnySketch {
        const std::uint64_t seed = s.seed + static_cast<std::uint64_t>(attempt) * step;
        if constexpr (std::is_same_v<decltype(s), RowSampling>) {
          return s.with_seed(seed);
        } else {
          s.seed = seed;
          return s;
        }
      },
      sketch.storage());
}

AnySketch first_sketch(const LeastSquaresOptions& options, const ProblemShape& shape) {
  if (options.sketch) return *options.sketch;
  const std::int64_t rows = options.sketch_rows > 0 ? options.sketch_rows : cheapest_sketch_rows(shape);
  return make_sketch(SketchFamily::sparse_sign, rows, shape.rows, options.seed);
}

}  // namespace croquis
