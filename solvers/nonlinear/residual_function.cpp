#include "solvers/nonlinear/residual_function.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "linalg/check.hpp"
#include "linalg/number_text.hpp"
#include "linalg/parallel.hpp"
#include "solvers/nonlinear/box.hpp"

namespace croquis {
namespace {

constexpr double unwritten = std::numeric_limits<double>::quiet_NaN();
// Behind r stand a few numbers that no computation gives: who takes m to be larger than it is shows by writing there.
constexpr std::size_t guard_entries = 8;
constexpr std::uint64_t guard_bits = 0xFFFBADBADBADBADBull;

// Rows in a tile of r, where r comes by rows.
constexpr std::int64_t tile_rows = 1024;

// Has `write` fill r by way of a buffer that shows what it leaves out, and whether it writes behind the end.
template <class Write>
void call_guarded(const Write& write, std::span<double> r, const char* name) {
  std::vector<double> buffer(r.size() + guard_entries, unwritten);
  const std::span<double> guard = std::span(buffer).last(guard_entries);
  std::fill(guard.begin(), guard.end(), std::bit_cast<double>(guard_bits));
  write(std::span(buffer).first(r.size()));
  for (const double entry : guard)
    if (std::bit_cast<std::uint64_t>(entry) != guard_bits)
      throw ShapeError(std::string(name) + " wrote behind the end of r, which has " + std::to_string(r.size()) +
                       " entries");
  std::copy_n(buffer.begin(), r.size(), r.begin());
}

void call(const NonlinearProblem& problem, std::span<const double> x, std::span<double> r, bool in_parallel) {
  if (!problem.residual_rows)
    return call_guarded([&](std::span<double> to) { problem.residual(x, to); }, r, "residual");
  const Partition tiles(problem.residuals, (problem.residuals + tile_rows - 1) / tile_rows, tile_rows);
  const auto one = [&](std::int64_t tile) {
    const std::int64_t first = tiles.begin(tile);
    call_guarded([&](std::span<double> to) { problem.residual_rows(x, first, to); },
                 r.subspan(static_cast<std::size_t>(first), static_cast<std::size_t>(tiles.length(tile))),
                 "residual_rows");
  };
  if (in_parallel) return for_each_tile(tiles.count, one);
  for (std::int64_t tile = 0; tile < tiles.count; ++tile) one(tile);
}

}  // namespace

void check_problem(const NonlinearProblem& problem, std::span<const double> x, const char* x_name) {
  if (problem.residuals < 1)
    throw InvalidOption("residuals is " + std::to_string(problem.residuals) + " but must be at least 1");
  if (problem.unknowns < 1)
    throw InvalidOption("unknowns is " + std::to_string(problem.unknowns) + " but must be at least 1");
  if (!problem.residual && !problem.residual_rows)
    throw InvalidOption("residual is empty, and residual_rows too: a problem needs a function for its residuals");
  const auto length = static_cast<std::int64_t>(x.size());
  check_shape(length, 1, problem.unknowns, 1, x_name, "it needs an entry for each unknown");
  for (std::size_t j = 0; j < x.size(); ++j)
    if (!std::isfinite(x[j]))
      throw InvalidOption("entry " + std::to_string(j) + " of " + x_name + " is " + number_text(x[j]) +
                          " but must be finite");
  Box(problem).check(x, x_name);
  if (!(problem.loss_scale > 0 && std::isfinite(problem.loss_scale)))
    throw InvalidOption("loss_scale is " + number_text(problem.loss_scale) + " but must be positive and finite");
  if (!problem.weights.empty())
    check_shape(static_cast<std::int64_t>(problem.weights.size()), 1, problem.residuals, 1, "weights",
                "it needs an entry for each residual");
  for (std::size_t i = 0; i < problem.weights.size(); ++i)
    if (!(problem.weights[i] >= 0 && std::isfinite(problem.weights[i])))
      throw InvalidOption("weights[" + std::to_string(i) + "] is " + number_text(problem.weights[i]) +
                          " but must be finite and not negative");
  if (problem.typical_x.empty()) return;
  check_shape(static_cast<std::int64_t>(problem.typical_x.size()), 1, problem.unknowns, 1, "typical_x",
              "it needs an entry for each unknown");
  for (std::size_t j = 0; j < problem.typical_x.size(); ++j)
    if (!(problem.typical_x[j] > 0 && std::isfinite(problem.typical_x[j])))
      throw InvalidOption("typical_x[" + std::to_string(j) + "] is " + number_text(problem.typical_x[j]) +
                          " but must be positive and finite");
}

void ResidualFunction::evaluate(std::span<const double> x, std::span<double> r) {
  budget_.spend(1);
  call(problem_, x, r, problem_.parallel_residuals);
  if (first_.empty()) first_.assign(r.begin(), r.end());
}

void ResidualFunction::evaluate_each(MatrixView<const double> points, MatrixView<double> values) {
  budget_.spend(points.cols);
  const auto one = [&](std::int64_t k) {
    call(problem_, {&points(0, k), static_cast<std::size_t>(points.rows)},
         {&values(0, k), static_cast<std::size_t>(values.rows)}, false);
  };
  if (problem_.parallel_residuals) {
    for_each_tile(points.cols, one);
  } else {
    for (std::int64_t k = 0; k < points.cols; ++k) one(k);
  }
}

}  // namespace croquis
