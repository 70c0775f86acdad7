#include "tools/choose_sketch.hpp"

#include <algorithm>
#include <optional>

#include <croquis/errors.hpp>

namespace croquis::tools {
namespace {

LeastSquaresMethod method_named(const std::string& name) {
  using Method = LeastSquaresMethod;
  for (const Method method : {Method::automatic, Method::sketch_and_precondition, Method::direct,
                              Method::sketch_and_solve, Method::gram_and_precondition, Method::cholesky_qr})
    if (to_string(method) == name) return method;
  throw InvalidOption("there is no method " + name);
}

std::int64_t default_rows(SketchFamily family, std::int64_t rows, std::int64_t cols) {
  const std::int64_t wanted = std::min(12 * cols, std::max(rows, 4 * cols));
  return std::min(wanted, most_sketch_rows(family, rows));
}

SketchFamily family_named(const std::string& name) {
  const std::optional<SketchFamily> family = sketch_family_named(name);
  if (!family) throw InvalidOption("there is no sketch " + name);
  return *family;
}

}  // namespace

AnySketch choose_sketch(const std::string& name, std::int64_t sketch_rows, std::int64_t nonzeros, std::uint64_t seed,
                        std::int64_t rows) {
  const SketchFamily family = family_named(name);
  if (nonzeros == 0) return make_sketch(family, sketch_rows, rows, seed);
  if (family != SketchFamily::sparse_sign) throw InvalidOption("--nonzeros is for --sketch sparse-sign, not " + name);
  if (nonzeros > sketch_rows)
    throw InvalidOption("--nonzeros is " + std::to_string(nonzeros) + " but must be at most " +
                        std::to_string(sketch_rows) + ", the rows of the sketch");
  return SparseSign{.rows = sketch_rows, .cols = rows, .nonzeros = nonzeros, .seed = seed};
}

LeastSquaresOptions solver_options(const SolveOptions& options, std::int64_t rows, std::int64_t cols) {
  LeastSquaresOptions result;
  result.method = method_named(options.method);
  result.seed = options.seed;
  result.tolerance = options.tolerance;
  result.rcond = options.rcond;
  if (options.iteration_limit > 0) result.iteration_limit = options.iteration_limit;

  if (options.bootstrap) {
    if (result.method == LeastSquaresMethod::automatic) result.method = LeastSquaresMethod::sketch_and_solve;
    result.bootstrap = options.resampling();
  }

  const bool chosen = options.sketch != "automatic";
  const bool sketching = chosen || options.sketch_rows > 0 || options.nonzeros > 0;
  if (sketching && result.method == LeastSquaresMethod::direct)
    throw InvalidOption("--sketch, --sketch-rows and --nonzeros do not go with --method direct, which uses no sketch");
  if (sketching && result.method == LeastSquaresMethod::automatic)
    result.method = LeastSquaresMethod::sketch_and_precondition;
  if (chosen || options.nonzeros > 0) {
    const std::string name = chosen ? options.sketch : to_string(SketchFamily::sparse_sign);
    const std::int64_t sketch_rows = options.sketch_rows > 0
                                         ? options.sketch_rows
                                         : std::max<std::int64_t>(1, default_rows(family_named(name), rows, cols));
    result.sketch = choose_sketch(name, sketch_rows, options.nonzeros, options.seed, rows);
  } else {
    result.sketch_rows = options.sketch_rows;
  }
  return result;
}

}  // namespace croquis::tools
