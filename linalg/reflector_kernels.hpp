// The inner loops of a block reflector: tall products V^T C and V W with few columns in V.
#pragma once

#include <cstdint>

#include <croquis/linalg/matrix_view.hpp>

namespace croquis {

/// Bytes of the sums kept apart by the lanes of a vector for a product of this many entries, in either type: what
/// `tall_inner_products` needs.
std::int64_t lane_sums_bytes(std::int64_t entries);

/// W = V^T C, for V (m x k) and C (m x n) column-major; W (k x n) is column-major without gaps. `lane_sums` has room
/// for lane_sums_size<T>(k n) numbers and is aligned to 64 bytes.
///
/// Data movement: 512 rows of V stay in the second-level cache while C goes by once, and as many rows of a few columns
/// of C in the first while V goes by. Nothing is packed. The sums of a lane stay apart until the last row, so that a
/// block of rows ends with stores rather than with sums across a vector.
void tall_inner_products(MatrixView<const float> v, MatrixView<const float> c, float* lane_sums, float* w);
void tall_inner_products(MatrixView<const double> v, MatrixView<const double> c, double* lane_sums, double* w);

/// C -= V W, with the same shapes.
///
/// Data movement: 512 rows of V stay in the second-level cache while C is read and written once; a tile of C stays in
/// registers for all of V's columns.
void subtract_tall_product(MatrixView<const float> v, const float* w, MatrixView<float> c);
void subtract_tall_product(MatrixView<const double> v, const double* w, MatrixView<double> c);

}  // namespace croquis
