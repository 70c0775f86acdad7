#include "tools/choose_sketch.hpp"

#include <algorithm>
#include <optional>

#include <croquis/errors.hpp>

namespace croquis::tools {
namespace {

LeastSquaresMethod method_named(const std::string& name) {
  using Method = LeastSquaresMethod;
  for (const Method method :
       {Method::automatic, Method::sketch_and_precondition, Method::direct, Method::sketch_and_solve})
    if (to_string(method) == name) return method;
  throw InvalidOption("there is no method " + name);
}

std::int64_t default_rows(SketchFamily family, std::int64_t rows, std::int64_t cols) {
  const std::int64_t wanted = std::min(12 * cols, std::max(rows, 4 * cols));
  return std::min(wanted, most_sketch_rows(family, rows));
}

AnySketch choose_sketch(const SolveOptions& options, SketchFamily family, std::int64_t rows, std::int64_t cols) {
  const std::int64_t sketch_rows =
      std::max<std::int64_t>(1, options.sketch_rows > 0 ? options.sketch_rows : default_rows(family, rows, cols));
  if (options.nonzeros > sketch_rows)
    throw InvalidOption("--nonzeros is " + std::to_string(options.nonzeros) + " but must be at most " +
                        std::to_string(sketch_rows) + ", the rows of the sketch");
  if (options.nonzeros > 0)
    return SparseSign{.rows = sketch_rows, .cols = rows, .nonzeros = options.nonzeros, .seed = options.seed};
  return make_sketch(family, sketch_rows, rows, options.seed);
}

}  // namespace

LeastSquaresOptions solver_options(const SolveOptions& options, std::int64_t rows, std::int64_t cols) {
  LeastSquaresOptions result;
  result.method = method_named(options.method);
  result.seed = options.seed;
  result.tolerance = options.tolerance;
  result.rcond = options.rcond;
  if (options.iteration_limit > 0) result.iteration_limit = options.iteration_limit;

  const bool chosen = options.sketch != "automatic";
  const bool sketching = chosen || options.sketch_rows > 0 || options.nonzeros > 0;
  if (sketching && result.method == LeastSquaresMethod::direct)
    throw InvalidOption("--sketch, --sketch-rows and --nonzeros do not go with --method direct, which uses no sketch");
  if (sketching && result.method == LeastSquaresMethod::automatic)
    result.method = LeastSquaresMethod::sketch_and_precondition;
  if (options.nonzeros > 0 && chosen && options.sketch != "sparse-sign")
    throw InvalidOption("--nonzeros is for --sketch sparse-sign, not " + options.sketch);
  if (chosen || options.nonzeros > 0) {
    const std::optional<SketchFamily> family =
        chosen ? sketch_family_named(options.sketch) : std::optional(SketchFamily::sparse_sign);
    if (!family) throw InvalidOption("there is no sketch " + options.sketch);
    result.sketch = choose_sketch(options, *family, rows, cols);
  } else {
    result.sketch_rows = options.sketch_rows;
  }
  return result;
}

}  // namespace croquis::tools
