// Random directions of few entries, stored as such.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <croquis/linalg/sparse.hpp>
#include <croquis/solvers/nonlinear_least_squares.hpp>

namespace croquis {

/// The transpose of `count` directions of n unknowns, the same as `draw_directions` draws of a family other than
/// `gaussian`, and of `others` behind them, which are stored whole. O(n + entries) time and memory.
SparseMatrix<double> draw_sparse_directions(const SubspaceOptions& family, std::int64_t n, std::int64_t count,
                                            std::uint64_t seed, const std::vector<std::span<const double>>& others);

/// I, n x n.
SparseMatrix<double> sparse_identity(std::int64_t n);

/// S^T S, exactly symmetric, from S^T, in which no row has a place twice.
Matrix<double> gram_of_sparse(const SparseMatrix<double>& transposed);

}  // namespace croquis
