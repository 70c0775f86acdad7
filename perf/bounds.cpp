#include "perf/bounds.hpp"

#include <cstring>
#include <numeric>
#include <vector>

#include "linalg/parallel.hpp"

namespace croquis::perf {
namespace {

constexpr std::int64_t parts_wanted = 64;
constexpr std::int64_t part_granule = 4096;

}  // namespace

template <class T>
void copy_memory(const Matrix<T>& from, Matrix<T>& to) {
  const Partition parts(from.view().size(), parts_wanted, part_granule);
  for_each_tile(parts.count, [&](std::int64_t part) {
    std::memcpy(to.data() + parts.begin(part), from.data() + parts.begin(part),
                sizeof(T) * static_cast<std::size_t>(parts.length(part)));
  });
}

std::uint64_t read_memory(const void* memory, std::int64_t bytes) {
  const auto* word = static_cast<const std::uint64_t*>(memory);
  const Partition parts(bytes / 8, parts_wanted, part_granule);
  std::vector<std::uint64_t> sums(static_cast<std::size_t>(parts.count));
  for_each_tile(parts.count, [&](std::int64_t part) {
    sums[static_cast<std::size_t>(part)] =
        std::accumulate(word + parts.begin(part), word + parts.end(part), std::uint64_t{0});
  });
  return std::accumulate(sums.begin(), sums.end(), std::uint64_t{0});
}

template void copy_memory(const Matrix<float>&, Matrix<float>&);
template void copy_memory(const Matrix<double>&, Matrix<double>&);

}  // namespace croquis::perf
