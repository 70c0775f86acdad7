#include "linalg/io/entry_list.hpp"

#include <algorithm>
#include <cassert>

namespace croquis::io {
namespace {

constexpr std::int64_t smallest_block = std::int64_t{1} << 9;
constexpr std::int64_t largest_block = std::int64_t{1} << 23;

}  // namespace

void EntryList::add_block() {
  full_ = size();
  const std::int64_t entries = blocks_.empty() ? smallest_block : std::min(2 * blocks_.back().size, largest_block);
  blocks_.push_back({std::make_unique_for_overwrite<double[]>(static_cast<std::size_t>(entries)), entries});
  begin_ = next_ = blocks_.back().entries.get();
  end_ = begin_ + entries;
}

void EntryList::append(std::span<const double> values) {
  while (!values.empty()) {
    const std::span<double> to = room();
    const std::size_t count = std::min(values.size(), to.size());
    std::copy_n(values.data(), count, to.data());
    advance(static_cast<std::int64_t>(count));
    values = values.subspan(count);
  }
}

Matrix<double> EntryList::take(std::int64_t rows, std::int64_t cols, Layout layout) {
  assert(rows * cols == size());
  Matrix<double> result = Matrix<double>::uninitialized(rows, cols, layout);
  double* to = result.data();
  std::int64_t left = size();
  for (Block& block : blocks_) {
    const std::int64_t entries = std::min(block.size, left);
    std::copy_n(block.entries.get(), entries, to);
    block.entries.reset();
    to += entries;
    left -= entries;
  }
  *this = EntryList();
  return result;
}

}  // namespace croquis::io
