#include "solvers/quasi_newton/block_sequence.hpp"

#include <algorithm>

#include "sketch/philox.hpp"

namespace croquis {

BlockSequence::BlockSequence(SubspaceFamily family, std::int64_t nonzeros, std::int64_t unknowns,
                             std::int64_t directions, std::uint64_t seed)
    : dealt_(family == SubspaceFamily::coordinates || family == SubspaceFamily::block_coordinates),
      unknowns_(unknowns),
      directions_(directions),
      seed_(seed) {
  block_.family.family = family;
  block_.family.nonzeros = nonzeros;
}

DrawnBlock BlockSequence::next() {
  if (!dealt_ || dealt_so_far_ == unknowns_ || dealt_so_far_ == 0) {
    block_.seed = random_words(seed_, stream_word(Stream::subspaces, 4), rounds_++)[0];
    dealt_so_far_ = 0;
  }
  block_.first = dealt_so_far_;
  block_.count = std::min(directions_, unknowns_ - dealt_so_far_);
  if (dealt_) dealt_so_far_ += block_.count;
  return block_;
}

}  // namespace croquis
