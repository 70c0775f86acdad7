#include "solvers/newton/sampled_start.hpp"

#include <algorithm>
#include <cstdint>
#include <set>
#include <utility>
#include <variant>

#include "linalg/parallel.hpp"
#include "solvers/newton/generalized_linear_problem.hpp"
#include "solvers/newton/newton_iteration.hpp"

namespace croquis {
namespace {

constexpr std::int64_t least_rows_per_column = 100;
constexpr std::int64_t sampled_rows_per_column = 20;
constexpr std::int64_t most_part = 16;
// Of the error that the sample leaves anyway.
constexpr double part_of_error = 0.05;
constexpr std::int64_t most_steps = 20;

// A number below `count` that depends on the seed and i alone.
std::int64_t draw(std::uint64_t seed, std::int64_t i, std::int64_t count) {
  std::uint64_t bits = seed + 0x9e3779b97f4a7c15u * static_cast<std::uint64_t>(i + 1);
  bits = (bits ^ (bits >> 30)) * 0xbf58476d1ce4e5b9u;
  bits = (bits ^ (bits >> 27)) * 0x94d049bb133111ebu;
  return static_cast<std::int64_t>((bits ^ (bits >> 31)) % static_cast<std::uint64_t>(count));
}

std::vector<std::int64_t> sample_of(std::int64_t rows, std::int64_t size, std::uint64_t seed) {
  const Partition runs(rows, size);
  std::vector<std::int64_t> sample;
  for (std::int64_t run = 0; run < runs.count; ++run)
    sample.push_back(runs.begin(run) + draw(seed, run, runs.length(run)));
  return sample;
}

using Rows = std::variant<Matrix<double>, SparseMatrix<double>>;

Rows rows_of(const MatrixView<const double>& a, const std::vector<std::int64_t>& sample) {
  const auto count = static_cast<std::int64_t>(sample.size());
  Matrix<double> rows = Matrix<double>::uninitialized(count, a.cols, a.layout);
  const Partition parts = a.layout == Layout::row_major ? Partition(count, 64) : Partition(a.cols, 64);
  for_each_tile(parts.count, [&](std::int64_t part) {
    const bool by_rows = a.layout == Layout::row_major;
    for (std::int64_t outer = parts.begin(part); outer < parts.end(part); ++outer)
      for (std::int64_t inner = 0; inner < (by_rows ? a.cols : count); ++inner) {
        const std::int64_t i = by_rows ? outer : inner, j = by_rows ? inner : outer;
        rows(i, j) = a(sample[static_cast<std::size_t>(i)], j);
      }
  });
  return rows;
}

template <class Index>
Rows rows_of(const CsrView<double, Index>& a, const std::vector<std::int64_t>& sample) {
  std::vector<std::int64_t> start{0}, column;
  std::vector<double> value;
  for (const std::int64_t i : sample) {
    column.insert(column.end(), a.column + a.row_start[i], a.column + a.row_start[i + 1]);
    value.insert(value.end(), a.value + a.row_start[i], a.value + a.row_start[i + 1]);
    start.push_back(static_cast<std::int64_t>(column.size()));
  }
  return SparseMatrix<double>(static_cast<std::int64_t>(sample.size()), a.cols, std::move(start), std::move(column),
                              std::move(value));
}

// Stored by columns, the rows are not to be had for less than the whole.
template <class Index>
Rows rows_of(const CscView<double, Index>&, const std::vector<std::int64_t>&) {
  return {};
}

// Whether every label has an observation that counts.
bool like_the_whole(const ModelData& data, const std::vector<std::int64_t>& sample) {
  std::set<double> seen;
  bool any_weight = false;
  for (const std::int64_t i : sample) {
    const auto at = static_cast<std::size_t>(i);
    if (!data.weight.empty() && data.weight[at] == 0) continue;
    any_weight = true;
    if (!data.labels.empty()) seen.insert(data.response[at]);
  }
  return any_weight && seen.size() == data.labels.size();
}

}  // namespace

SampledStart sampled_start(const AnyMatrixView<double>& a, std::span<const double> y, const ModelData& data,
                           const GeneralizedLinearOptions& options) {
  const std::int64_t cols = a.cols() + (options.intercept ? 1 : 0);
  if (a.rows() < least_rows_per_column * cols) return {};
  const std::int64_t size = std::max(sampled_rows_per_column * cols, a.rows() / most_part);
  const std::vector<std::int64_t> sample = sample_of(a.rows(), size, options.newton.seed);
  if (!like_the_whole(data, sample)) return {};
  const Rows rows = std::visit([&](const auto& view) { return rows_of(view, sample); }, a.storage());
  const AnyMatrixView<double> sampled =
      std::visit([](const auto& matrix) { return AnyMatrixView<double>(matrix); }, rows);
  if (sampled.rows() == 0) return {};

  std::vector<double> responses, weights;
  for (const std::int64_t i : sample) {
    responses.push_back(y[static_cast<std::size_t>(i)]);
    if (!options.weights.empty()) weights.push_back(options.weights[static_cast<std::size_t>(i)]);
  }
  GeneralizedLinearOptions how = options;
  how.weights = weights;
  how.newton.on_iteration = nullptr;
  how.newton.gradient_tolerance = 0.1;
  how.newton.iteration_limit = std::min(how.newton.iteration_limit, most_steps);
  how.newton.value_tolerance = part_of_error * static_cast<double>(cols) / static_cast<double>(2 * size);
  GeneralizedLinearProblem problem(sampled, responses, how);
  if (!problem.unbounded_intercept().empty()) return {};
  SampledStart start;
  start.x.resize(static_cast<std::size_t>(problem.unknowns()));
  const NewtonReport report = newton_iteration(problem, start.x, how.newton);
  start.passes = report.passes * static_cast<double>(sampled.rows()) / static_cast<double>(a.rows());
  return start;
}

}  // namespace croquis
