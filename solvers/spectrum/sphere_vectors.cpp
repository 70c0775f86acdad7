#include "solvers/spectrum/sphere_vectors.hpp"

#include "linalg/blas.hpp"
#include "linalg/parallel.hpp"
#include "sketch/normals.hpp"

namespace croquis {

void fill_sphere_vectors(std::uint64_t seed, std::int64_t first, MatrixView<double> out) {
  for_each_tile(out.cols, [&](std::int64_t j) {
    const MatrixView<double> column = out.block(0, j, out.rows, 1);
    fill_normals(seed, 1, 0, first + j, column);
    const double norm = norm2(out.rows, column.data);
    for (std::int64_t i = 0; i < out.rows; ++i) column.data[i] /= norm;
  });
}

}  // namespace croquis
