// Blocked Householder QR in place.
#pragma once

#include <cstdint>

#include <croquis/linalg/matrix_view.hpp>

namespace croquis {

/// How the updates of a factorization are run.
enum class Tasks {
  in_turn,  ///< on the calling thread, which may be inside `for_each_tile`
  tiled     ///< by `for_each_tile`
};

/// A = Q R by Householder reflectors in panels of columns, and B := Q^T B, both column-major with as many rows. R is
/// left in A's upper triangle, reflectors below it. Backward stable, column by column. The same bits for any number of
/// threads and for either way to run it.
///
/// Cost: 2 m n^2 - 2/3 n^3 + 4 m n k flops, nearly all in products of V^T C and V W with 64 columns in V; each panel
/// reads A's remaining columns twice and writes them once, and while it is applied to them the next panel is factored.
/// Allocates 130 m entries.
template <class T>
void blocked_qr(MatrixView<T> a, MatrixView<T> b, Tasks tasks);

}  // namespace croquis
