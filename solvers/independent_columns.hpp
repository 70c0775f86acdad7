// Which columns of a rank-deficient matrix to keep.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include <croquis/linalg/matrix.hpp>

namespace croquis {

/// The columns of R (n x n), ascending, whose distance from the span of the columns kept before them is more than
/// `tolerance` times their norm. Columns are met in their order, `first` before all others if given: so the span is
/// that of R, and which of two dependent columns is dropped depends on their order alone. Cost: up to 4 n^3 flops, on
/// the calling thread.
std::vector<std::int64_t> independent_columns(MatrixView<const double> r, std::optional<std::int64_t> first,
                                              double tolerance);

}  // namespace croquis
