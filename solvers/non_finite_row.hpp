// Which row holds a NaN or an infinity.
#pragma once

#include <cstdint>
#include <optional>

#include <croquis/linalg/any_matrix_view.hpp>

namespace croquis {

/// The first row of A with an entry that is not finite.
template <class T>
std::optional<std::int64_t> first_non_finite_row(const AnyMatrixView<T>& a);

}  // namespace croquis
