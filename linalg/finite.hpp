// Looking for NaN and infinities.
#pragma once

#include <croquis/linalg/any_matrix_view.hpp>

namespace croquis {

/// True if no stored entry of A is a NaN or an infinity. Multithreaded; reads A once.
template <class T>
bool all_finite(const AnyMatrixView<T>& a);

/// The same for `count` entries in one piece, on the calling thread.
template <class T>
bool all_finite_serial(const T* x, std::int64_t count);

}  // namespace croquis
