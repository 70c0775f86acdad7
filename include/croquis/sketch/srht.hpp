// The subsampled randomized Hadamard transform.
#pragma once

#include <cstdint>

#include <croquis/sketch/sketch_operator.hpp>

namespace croquis {

/// S = sqrt(M / d) R H D: D random signs, H the orthonormal Walsh-Hadamard matrix of order M, the smallest power of
/// two >= cols, R a sample of d of its M rows without replacement. Columns beyond `cols` are dropped, so nobody pads.
///
/// With the signs s_j and the sample r_i: S(i, j) = s_j (-1)^popcount(r_i & j) / sqrt(d).
/// Costs about m n log2(16 d) additions, whatever M: aligned blocks of some 16 d rows are transformed on their own, and
/// their sampled rows combined by the sign (-1)^popcount of the high bits. 1 <= rows <= M.
/// Sources: Ailon and Chazelle, SIAM J. Comput. 2009; Tropp, arXiv 1011.1595; block form: Balabanov et al.,
/// arXiv 2210.11295.
struct Srht {
  std::int64_t rows = 0;
  std::int64_t cols = 0;
  std::uint64_t seed = 0;
  bool operator==(const Srht&) const = default;
};

static_assert(SketchOperator<Srht>);

}  // namespace croquis
