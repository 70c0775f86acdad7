// The triangular factor of a sparse matrix.
#pragma once

#include <cstdint>
#include <vector>

#include <croquis/linalg/matrix.hpp>
#include <croquis/linalg/sparse.hpp>

namespace croquis {

/// C = [R1 R2] P^T, rank x n: R1 upper triangular with no zero on its diagonal, R2 the columns that depend on those of
/// R1, P a permutation. By columns, the diagonal apart.
template <class T>
struct SparseTrapezoid {
  std::int64_t rank = 0;
  std::vector<std::int64_t> permutation;  ///< column j of [R1 R2] is column permutation[j] of C
  std::vector<std::int64_t> start;        ///< n + 1 entries
  std::vector<std::int32_t> row;          ///< of the entries off the diagonal
  std::vector<T> value;
  std::vector<T> diagonal;  ///< of R1

  std::int64_t cols() const { return static_cast<std::int64_t>(permutation.size()); }
  /// Stored entries, the diagonal's among them.
  std::int64_t nonzeros() const { return static_cast<std::int64_t>(value.size() + diagonal.size()); }

  /// x := R1^-1 x and R1^-T x, for `rank` entries. Each reads R1 once.
  void solve(T* x) const;
  void solve_transposed(T* x) const;
  /// x := R1 x and R1^T x.
  void multiply(T* x) const;
  void multiply_transposed(T* x) const;
  /// [R1 R2]^T s, n entries.
  std::vector<T> transposed_product(const T* s) const;
  /// [R1 R2] g, `rank` entries.
  std::vector<T> product(const T* g) const;

  double frobenius_norm() const;
  /// Column j of [R1 R2] as `rank` entries.
  void write_column(std::int64_t j, T* x) const;
};

}  // namespace croquis
