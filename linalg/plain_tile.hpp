// Tiled loops that do not call BLAS.
#pragma once

#include "linalg/parallel.hpp"

namespace croquis {

/// `for_each_tile` for a body that does not call BLAS: one tile is no more than a call then. Holding BLAS to one thread
/// takes as long as a product with a small matrix.
template <class Body>
void for_each_plain_tile(std::int64_t count, const Body& body) {
  if (count == 1) return body(0);
  for_each_tile(count, body);
}

}  // namespace croquis
