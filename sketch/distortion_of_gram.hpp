// The distortion of a sketch from the Gram matrix of the sketched basis.
#pragma once

#include <croquis/sketch/distortion.hpp>

namespace croquis {

/// The distortion of S (sketch_rows x m) from the upper triangle of (S Q)^T (S Q), Q orthonormal with at least one
/// column. Runs on the calling thread and may be called inside a tile.
Distortion distortion_of_gram(Matrix<double> gram, std::int64_t sketch_rows);

}  // namespace croquis
