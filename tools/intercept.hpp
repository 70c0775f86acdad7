// A column of ones behind the columns of a matrix.
#pragma once

#include <string>
#include <vector>

#include <croquis/linalg/matrix.hpp>
#include <croquis/linalg/sparse.hpp>

namespace croquis::tools {

/// What its coefficient is called, beside columns that have names.
inline constexpr char intercept_name[] = "(intercept)";

Matrix<double> with_ones(MatrixView<const double> a);
SparseMatrix<double> with_ones(const CsrView<double, std::int64_t>& a);

}  // namespace croquis::tools
