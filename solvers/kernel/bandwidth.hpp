// How wide a kernel should be.
#pragma once

#include <cstdint>

#include <croquis/linalg/matrix_view.hpp>

namespace croquis {

/// The median of the distances that are not zero between two of at most 400 sampled rows of X, by rows; 1 if all are
/// zero. Infinite where distances overflow.
double median_distance(MatrixView<const double> x, std::uint64_t seed);

}  // namespace croquis
