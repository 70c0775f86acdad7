// Which random directions each block takes.
#pragma once

#include <cstdint>

#include <croquis/solvers/nonlinear_least_squares.hpp>

namespace croquis {

/// Directions [first, first + count) of the family's random subspace `seed`.
struct DrawnBlock {
  SubspaceOptions family;
  std::int64_t first = 0;
  std::int64_t count = 0;
  std::uint64_t seed = 0;
};

/// Blocks of `directions` of n unknowns. Coordinates are dealt like cards: all of them, in random order, before any
/// comes again, so the last block of a round may be smaller. Directions of other families are independent.
class BlockSequence {
 public:
  BlockSequence(SubspaceFamily family, std::int64_t nonzeros, std::int64_t unknowns, std::int64_t directions,
                std::uint64_t seed);
  DrawnBlock next();

 private:
  DrawnBlock block_;
  bool dealt_;
  std::int64_t unknowns_;
  std::int64_t directions_;
  std::uint64_t seed_;
  std::uint64_t rounds_ = 0;       // begun, or blocks
  std::int64_t dealt_so_far_ = 0;  // of this round
};

}  // namespace croquis
