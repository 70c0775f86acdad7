// Scaling columns to norms near one by powers of two, which loses no bit.
#pragma once

#include <limits>
#include <vector>

#include <croquis/linalg/matrix_view.hpp>

#include "linalg/column_norms.hpp"

namespace croquis {

/// What `column_exponents` says of a column of zeros.
constexpr int zero_column_exponent = std::numeric_limits<int>::min();

/// For each column the e for which its norm is in [2^(e-1), 2^e).
template <class T>
std::vector<int> column_exponents(MatrixView<const T> a);

/// For each column the power of two that brings its norm into [1/2, 1), or as near as a power of two in T does; 1 for
/// zero columns.
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
