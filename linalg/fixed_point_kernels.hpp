// The kernels of a matrix in fixed point: pieces of `fixed_point_rows` rows of a column, each with its own unit.
//
// Bits depend on the width of the machine's vectors.
#pragma once

#include <cstdint>

namespace croquis {

/// Rows of a piece: so many that sums of a piece's vectors fill the registers, so few that a block of pieces, one of
/// each column, stays in the second-level cache.
constexpr std::int64_t fixed_point_rows = 64;
/// The sums that `add_fixed_point_transposed` keeps for each column, added up at the end by whoever reads them.
constexpr std::int64_t fixed_point_sums = 8;

/// Rounds a piece of a column to multiples of a power of two: q_i = a_i / unit to the nearest, |q_i| < 2^31. Returns
/// the unit and adds the squares of the rounding errors to `squared_error`. Exact for integers and other short numbers.
double round_to_fixed_point(const double* a, std::int32_t* q, double& squared_error);

/// t = sum over j < cols of unit[j] x[j] q_j, for pieces q_j = q + j fixed_point_rows. Reads q once.
void fixed_point_product(std::int64_t cols, const std::int32_t* q, const double* unit, const std::int32_t* next,
                         const double* x, double* t);

/// The sums of column j, at j fixed_point_sums, += parts of unit[j] dot(q_j, t). Reads q once, and asks for `next` (if
/// not null), as much again, meanwhile.
void add_fixed_point_transposed(std::int64_t cols, const std::int32_t* q, const double* unit, const std::int32_t* next,
                                const double* t, double* sums);

}  // namespace croquis
