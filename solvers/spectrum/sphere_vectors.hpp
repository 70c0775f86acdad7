// Random unit vectors.
#pragma once

#include <cstdint>

#include <croquis/linalg/matrix_view.hpp>

namespace croquis {

/// out(:, j) := vector number first + j of a seed: independent and uniform on the unit sphere, column-major. The same
/// for any number of threads.
void fill_sphere_vectors(std::uint64_t seed, std::int64_t first, MatrixView<double> out);

}  // namespace croquis
