#include "solvers/subspace_newton/sparse_directions.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <numeric>
#include <utility>

#include <croquis/sketch/apply_sparse.hpp>

#include "linalg/sparse_gram.hpp"
#include "linalg/stored_by_rows.hpp"
#include "sketch/sampling.hpp"

namespace croquis {
namespace {

std::vector<std::int64_t> counted(std::int64_t last) {
  std::vector<std::int64_t> numbers(static_cast<std::size_t>(last));
  std::iota(numbers.begin(), numbers.end(), std::int64_t{0});
  return numbers;
}

// A row for each of the unknowns.
SparseMatrix<double> unit_rows(std::int64_t n, std::vector<std::int64_t> unknowns) {
  const auto count = static_cast<std::int64_t>(unknowns.size());
  return {count, n, counted(count + 1), std::move(unknowns), std::vector<double>(static_cast<std::size_t>(count), 1)};
}

SparseMatrix<double> scaled(const SparseMatrix<double>& a, double factor) {
  const auto view = a.view();
  std::vector<double> value(view.value, view.value + view.nonzeros());
  for (double& entry : value) entry *= factor;
  return {a.rows(),
          a.cols(),
          {view.row_start, view.row_start + a.rows() + 1},
          {view.column, view.column + view.nonzeros()},
          std::move(value)};
}

SparseMatrix<double> random_rows(const SubspaceOptions& family, std::int64_t n, std::int64_t count,
                                 std::uint64_t seed) {
  assert(family.family != SubspaceFamily::gaussian && count <= n);
  if (count == 0) return {0, n, {0}, {}, {}};
  if (family.family == SubspaceFamily::coordinates) return unit_rows(n, sample_without_replacement(seed, n, count));
  if (family.family == SubspaceFamily::block_coordinates) {
    const std::int64_t start = sample_without_replacement(seed, n, 1).front();
    std::vector<std::int64_t> unknowns = counted(count);
    for (std::int64_t& unknown : unknowns) unknown = (start + unknown) % n;
    return unit_rows(n, std::move(unknowns));
  }
  const SparseSign signs{.rows = count, .cols = n, .nonzeros = std::min(family.nonzeros, count), .seed = seed};
  return scaled(apply_sparse(signs, sparse_identity(n)),
                std::sqrt(static_cast<double>(count) / static_cast<double>(n)));
}

}  // namespace

SparseMatrix<double> draw_sparse_directions(const SubspaceOptions& family, std::int64_t n, std::int64_t count,
                                            std::uint64_t seed, const std::vector<std::span<const double>>& others) {
  SparseMatrix<double> drawn = random_rows(family, n, count, seed);
  if (others.empty()) return drawn;
  const auto view = drawn.view();
  std::vector<std::int64_t> start(view.row_start, view.row_start + count + 1);
  std::vector<std::int64_t> column(view.column, view.column + view.nonzeros());
  std::vector<double> value(view.value, view.value + view.nonzeros());
  const std::vector<std::int64_t> all = counted(n);
  for (const std::span<const double> other : others) {
    column.insert(column.end(), all.begin(), all.end());
    value.insert(value.end(), other.begin(), other.end());
    start.push_back(static_cast<std::int64_t>(value.size()));
  }
  const auto rows = static_cast<std::int64_t>(start.size()) - 1;
  return {rows, n, std::move(start), std::move(column), std::move(value)};
}

SparseMatrix<double> sparse_identity(std::int64_t n) { return unit_rows(n, counted(n)); }

Matrix<double> gram_of_sparse(const SparseMatrix<double>& transposed) {
  const CscView<double, std::int64_t> columns = croquis::transposed(transposed.view());
  const std::int64_t p = columns.cols;
  Matrix<double> gram = sparse_gram<double>(stored_by_rows<double>(columns).view(), columns,
                                            std::vector<double>(static_cast<std::size_t>(p), 1));
  for (std::int64_t j = 0; j < p; ++j)
    for (std::int64_t i = 0; i < j; ++i) gram(j, i) = gram(i, j);
  return gram;
}

}  // namespace croquis
