// The inner loop of the sparse-sign sketch.
#pragma once

#include <cstdint>

namespace croquis {

/// For each row i of `packed` (count x strip_width, contiguous) and each of its `nonzeros` entries e of `table`
/// (row in the low 31 bits, sign in the top one): tile[row of e] += +-packed[i]. Vectorised.
///
/// Reads packed and table once; reads and writes `nonzeros` rows of the tile per row of packed.
void scatter_rows(const float* packed, std::int64_t count, const std::uint32_t* table, std::int64_t nonzeros,
                  float* tile);
void scatter_rows(const double* packed, std::int64_t count, const std::uint32_t* table, std::int64_t nonzeros,
                  double* tile);

}  // namespace croquis
