// Copying a matrix between layouts.
#pragma once

#include <type_traits>

#include <croquis/linalg/matrix_view.hpp>

namespace croquis {

/// to = from; same shape, any layouts, no overlap. Multithreaded when large; must not be called inside a tile.
template <class T>
void copy(MatrixView<const std::type_identity_t<T>> from, MatrixView<T> to);

/// The same on the calling thread, for use inside tiles and for small matrices.
template <class T>
void copy_serial(MatrixView<const std::type_identity_t<T>> from, MatrixView<T> to);

/// Every entry zero, on the calling thread.
template <class T>
void set_zero(MatrixView<T> a);

}  // namespace croquis
