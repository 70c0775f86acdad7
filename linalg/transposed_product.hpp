// C += A^T B for blocks of a few hundred rows and columns, on one thread.
#pragma once

#include <cstdint>

#include <croquis/linalg/matrix_view.hpp>

namespace croquis {

/// Entries of the workspace, aligned to 64 bytes, that `add_transposed_product` takes.
template <class T>
std::int64_t transposed_product_workspace();

/// C += A^T B, A: l x n and B: l x k in either layout, C: n x k column-major, on the calling thread; for use inside
/// tiles. The order of the additions depends on the shape and the instruction set alone.
///
/// Cost: 2 l n k flops at the speed of the registers where n and k are 24 or more. Data movement: B is packed once, A
/// once for each 500 columns of B (float: 1000), and C is read and written once for each 192 rows. No allocation.
template <class T>
void add_transposed_product(MatrixView<const T> a, MatrixView<const T> b, MatrixView<T> c, T* workspace);

}  // namespace croquis
