// What is made of diag(s) [A 1] without a copy of it.
#pragma once

#include <cstdint>
#include <vector>

#include <croquis/linalg/any_matrix_view.hpp>

namespace croquis {

/// The upper triangle of [A 1]^T diag(s)^2 [A 1], with or without the ones. A is dense or by rows. Multithreaded over
/// chunks of rows that depend on the shape alone. Cost: m n^2 flops for a dense A, the sum of the squares of the rows'
/// entries for a sparse one; 64 MiB.
Matrix<double> weighted_gram(const AnyMatrixView<double>& a, const std::vector<double>& s, bool ones);

/// S diag(s) [A 1] in the first rows of `out`, S a sparse-sign sketch with as many rows. Reads A once.
void weighted_sketch(const AnyMatrixView<double>& a, const std::vector<double>& s, bool ones, std::uint64_t seed,
                     MatrixView<double> out);

/// The squared norms of the columns of diag(s) [A 1]. Multithreaded over chunks of rows.
std::vector<double> weighted_column_squares(const AnyMatrixView<double>& a, const std::vector<double>& s, bool ones);

}  // namespace croquis
