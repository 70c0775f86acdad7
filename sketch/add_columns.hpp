// A sum of multiples of one column, the inner loop of a dense sketch of a sparse matrix.
#pragma once

#include <cstdint>

namespace croquis {

/// tile(:, index[k]) += value[k] * column for k < count; column has `rows` entries, the tile's columns are `stride`
/// apart. Vectorised.
void add_columns(const float* column, std::int64_t rows, const std::int32_t* index, const float* value,
                 std::int64_t count, float* tile, std::int64_t stride);
void add_columns(const float* column, std::int64_t rows, const std::int64_t* index, const float* value,
                 std::int64_t count, float* tile, std::int64_t stride);
void add_columns(const double* column, std::int64_t rows, const std::int32_t* index, const double* value,
                 std::int64_t count, double* tile, std::int64_t stride);
void add_columns(const double* column, std::int64_t rows, const std::int64_t* index, const double* value,
                 std::int64_t count, double* tile, std::int64_t stride);

}  // namespace croquis
