// The inner loops of a product with a dense operator whose entries are made on demand.
#pragma once

#include <cstdint>

#include <croquis/linalg/matrix_view.hpp>

namespace croquis {

/// The part of the result that stays in registers: rows of S times columns of A. It depends on the instruction set.
struct RegisterTile {
  std::int64_t rows;
  std::int64_t cols;
};
template <class T>
RegisterTile register_tile();

/// tile += S a, on the calling thread.
///
/// `s` holds S in `panels` panels of register_tile().rows rows and a.rows columns, each column-major and one after the
/// other; so does `tile` the result, with columns for a.cols rounded up to register_tile().cols. `packed` is room for
/// a.rows * register_tile().cols numbers; all memory but a's is aligned to 64 bytes.
///
/// Data movement: register_tile().cols columns of `a` at a time are copied to `packed`, in the order of their use,
/// where they stay in the first-level cache while each panel of S goes by from the second-level cache once; an element
/// of the tile is read and written once. So `a` is read once, in either layout, and S once for each
/// register_tile().cols columns.
void multiply_panels(const float* s, std::int64_t panels, MatrixView<const float> a, float* packed, float* tile);
void multiply_panels(const double* s, std::int64_t panels, MatrixView<const double> a, double* packed, double* tile);

}  // namespace croquis
