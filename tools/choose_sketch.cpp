#include "tools/choose_sketch.hpp"

#include <algorithm>
#include <bit>

#include <croquis/errors.hpp>

namespace croquis::tools {
namespace {

template <class Value>
Value value_named(const std::string& name, std::initializer_list<Value> values) {
  for (const Value value : values)
    if (to_string(value) == name) return value;
  throw InvalidOption("there is no " + name);
}

std::int64_t default_rows(SketchFamily family, std::int64_t rows, std::int64_t cols) {
  const std::int64_t wanted = std::min(12 * cols, std::max(rows, 4 * cols));
  // The transforms sample rows of an orthogonal matrix, of the order of A's rows.
  if (family == SketchFamily::srtt) return std::min(wanted, rows);
  if (family == SketchFamily::srht)
    return std::min(wanted, static_cast<std::int64_t>(std::bit_ceil(static_cast<std::uint64_t>(rows))));
  return wanted;
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
  using Method = LeastSquaresMethod;
  result.method = value_named(
      options.method, {Method::automatic, Method::sketch_and_precondition, Method::direct, Method::sketch_and_solve});
  result.seed = options.seed;
  result.tolerance = options.tolerance;
  result.rcond = options.rcond;
  if (options.iteration_limit > 0) result.iteration_limit = options.iteration_limit;

  const bool chosen = options.sketch != "automatic";
  const bool sketching = chosen || options.sketch_rows > 0 || options.nonzeros > 0;
  if (sketching && result.method == Method::direct)
    throw InvalidOption("--sketch, --sketch-rows and --nonzeros do not go with --method direct, which uses no sketch");
  if (sketching && result.method == Method::automatic) result.method = Method::sketch_and_precondition;
  if (options.nonzeros > 0 && chosen && options.sketch != "sparse-sign")
    throw InvalidOption("--nonzeros is for --sketch sparse-sign, not " + options.sketch);
  if (chosen || options.nonzeros > 0) {
    using Family = SketchFamily;
    const Family family = chosen ? value_named(options.sketch, {Family::gaussian, Family::sparse_sign,
                                                                Family::count_sketch, Family::srht, Family::srtt})
                                 : Family::sparse_sign;
    result.sketch = choose_sketch(options, family, rows, cols);
  } else {
    result.sketch_rows = options.sketch_rows;
  }
  return result;
}

}  // namespace croquis::tools
