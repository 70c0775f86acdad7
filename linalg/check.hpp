// Checks at the public boundary; each throws a `ShapeError` or `InvalidOption` that names the argument.
#pragma once

#include <string>

#include <croquis/errors.hpp>
#include <croquis/linalg/any_matrix_view.hpp>

namespace croquis {

/// "100 x 20"
std::string shape_text(std::int64_t rows, std::int64_t cols);

/// Throws unless the view is well formed: sizes not negative and addressable, leading dimension at least the length
/// of a stored vector, a pointer where there are entries.
template <class T>
void check_view(const MatrixView<T>& a, const char* name);

/// The same for any matrix; sparse ones also have their starts ascending from >= 0 and every index in range. Reads the
/// index arrays once.
template <class T>
void check_view(const AnyMatrixView<T>& a, const char* name);

/// Throws unless `a` is rows x cols.
void check_shape(std::int64_t a_rows, std::int64_t a_cols, std::int64_t rows, std::int64_t cols, const char* name,
                 const char* because);

}  // namespace croquis
