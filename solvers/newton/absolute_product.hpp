// How large the terms of a product are that may cancel.
#pragma once

#include <croquis/linalg/any_matrix_view.hpp>

namespace croquis {

/// Y = |A| |X|, entry by entry, for A (m x n) dense or by rows and X (n x k). A computed entry of A X is off by at most
/// (n + 1) u of the same entry of Y. Multithreaded over rows; one read of A for each vector.
void absolute_product(const AnyMatrixView<double>& a, MatrixView<const double> x, MatrixView<double> y);

}  // namespace croquis
