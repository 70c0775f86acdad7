// What the Gram matrix of a least-squares problem is computed in.
#pragma once

namespace croquis {

/// The type of the data, or float whatever that is.
enum class GramPrecision { working, single };

}  // namespace croquis
