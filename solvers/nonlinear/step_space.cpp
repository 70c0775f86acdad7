#include "solvers/nonlinear/step_space.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>

#include <croquis/sketch/apply.hpp>

#include "sketch/sampling.hpp"
#include "solvers/nonlinear/box.hpp"

namespace croquis {
namespace {

// Where nothing else is asked for, a subspace starts with this part of the dimensions.
constexpr std::int64_t initial_part = 20;
constexpr std::int64_t least_initial = 5;
// So many iterations should halve the cost.
constexpr std::int64_t window = 4;
constexpr double sufficient = 0.5;
// Up to this many unknowns, models cost so little that subspaces save no time.
constexpr std::int64_t few_unknowns = 100;

// All unknowns at once want J in memory, and its triangle; a subspace J V and V.
std::int64_t dimensions_with_room(const NonlinearProblem& problem, const SubspaceOptions& options) {
  if (options.most_dimensions > 0) return std::min(options.most_dimensions, problem.unknowns);
  constexpr std::int64_t most_entries = std::int64_t{1} << 28;  // 2 GiB
  return std::clamp<std::int64_t>(most_entries / (problem.residuals + problem.unknowns), 1, problem.unknowns);
}

bool wants_subspaces(const NonlinearProblem& problem, const NonlinearOptions& options) {
  if (options.method != NonlinearMethod::automatic) return options.method != NonlinearMethod::full;
  if (!Box(problem).unbounded()) return false;
  if (options.subspace.dimensions > 0) return true;
  // A Jacobian that comes whole saves nothing where only a few of its columns are wanted.
  const bool comes_whole =
      !problem.jacobian_times && (problem.jacobian || problem.sparse_jacobian || problem.jacobian_rows);
  return !comes_whole && problem.unknowns > few_unknowns;
}

}  // namespace

Matrix<double> draw_directions(const SubspaceOptions& options, std::int64_t n, std::int64_t first, std::int64_t count,
                               std::uint64_t seed) {
  assert(first + count <= n);
  Matrix<double> v(n, count);
  if (count == 0) return v;
  const MatrixView<double> s = v.view().transposed();
  switch (options.family) {
    case SubspaceFamily::gaussian:
      // n rows, for entries of variance 1 / n.
      fill(Gaussian{.rows = n, .cols = n, .seed = seed}, s, first, 0);
      break;
    case SubspaceFamily::hashing: {
      const std::int64_t nonzeros = std::min(options.nonzeros, count);
      fill(SparseSign{.rows = count, .cols = n, .nonzeros = nonzeros, .seed = seed + static_cast<std::uint64_t>(first)},
           s);
      const double scale = std::sqrt(static_cast<double>(count) / static_cast<double>(n));
      for (double& entry : v.entries()) entry *= scale;
      break;
    }
    case SubspaceFamily::coordinates: {
      const std::vector<std::int64_t> sample = sample_without_replacement(seed, n, first + count);
      for (std::int64_t k = 0; k < count; ++k) v(sample[static_cast<std::size_t>(first + k)], k) = 1;
      break;
    }
    case SubspaceFamily::block_coordinates: {
      const std::int64_t start = sample_without_replacement(seed, n, 1).front();
      for (std::int64_t k = 0; k < count; ++k) v((start + first + k) % n, k) = 1;
      break;
    }
  }
  return v;
}

SpaceSchedule::SpaceSchedule(const NonlinearProblem& problem, const NonlinearOptions& options)
    : unknowns_(problem.unknowns),
      most_(dimensions_with_room(problem, options.subspace)),
      may_be_whole_(most_ == unknowns_),
      hybrid_(options.method != NonlinearMethod::subspace) {
  if (!wants_subspaces(problem, options)) return;
  dimensions_ =
      options.subspace.dimensions > 0 ? options.subspace.dimensions : std::max(least_initial, unknowns_ / initial_part);
  dimensions_ = std::min(dimensions_, most_);
  if (hybrid_ && 2 * dimensions_ > unknowns_ && may_be_whole_) dimensions_ = 0;
}

void SpaceSchedule::record(double cost_before, double cost_after) {
  if (in_window_++ == 0) window_cost_ = cost_before;
  if (in_window_ < window) return;
  in_window_ = 0;
  if (cost_after > sufficient * window_cost_) widen();
}

void SpaceSchedule::record_quiet() { widen(); }

void SpaceSchedule::widen() {
  in_window_ = 0;
  guided_ = false;
  if (!hybrid_) return;
  dimensions_ *= 2;
  if (2 * dimensions_ > unknowns_ && may_be_whole_) dimensions_ = 0;
  dimensions_ = std::min(dimensions_, most_);
}

}  // namespace croquis
