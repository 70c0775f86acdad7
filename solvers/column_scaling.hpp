// Scaling columns to norms near one by powers of two, which loses no bit.
#pragma once

#include <vector>

#include <croquis/linalg/matrix_view.hpp>

#include "linalg/column_norms.hpp"

namespace croquis {

/// For each column the power of two that brings its norm into [1/2, 1); 1 for zero columns.
template <class T>
std::vector<T> unit_column_scale(MatrixView<const T> a);

/// The same for columns of given norms.
template <class T>
std::vector<T> unit_column_scale(const std::vector<ColumnNorm>& norms);

/// A := A diag(scale).
template <class T>
void scale_columns(MatrixView<T> a, const std::vector<T>& scale);

/// True if products of the columns with residuals down to the unit roundoff stay within the normal numbers of T.
template <class T>
bool within_safe_range(const std::vector<T>& scale);

}  // namespace croquis
