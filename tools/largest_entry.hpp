// The size of a matrix's entries.
#pragma once

#include <croquis/linalg/any_matrix_view.hpp>

namespace croquis::tools {

/// The largest magnitude of the finite entries of A, 0 if there are none.
double largest_entry(const AnyMatrixView<double>& a);

}  // namespace croquis::tools
