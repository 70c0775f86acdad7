// Aligned memory, and the pool of workspaces that the tasks of a loop share.
#include "linalg/memory.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <limits>

#include "linalg/parallel.hpp"

using namespace croquis;

TEST_CASE("memory is aligned to a cache line, from 4 MiB on to a huge page, and is all there") {
  for (const std::size_t bytes : {std::size_t{1}, std::size_t{63}, std::size_t{64}, std::size_t{100000},
                                  (std::size_t{4} << 20) - 1, std::size_t{4} << 20, std::size_t{5000001}}) {
    CAPTURE(bytes);
    const std::size_t alignment = bytes >= std::size_t{4} << 20 ? std::size_t{2} << 20 : 64;
    // Several at once: a freed block may come back at the same place.
    void* const first = allocate_aligned_bytes(bytes);
    void* const second = allocate_aligned_bytes(bytes);
    CHECK(first != second);
    CHECK(reinterpret_cast<std::uintptr_t>(first) % alignment == 0);
    CHECK(reinterpret_cast<std::uintptr_t>(second) % alignment == 0);
    std::memset(first, 1, bytes);
    std::memset(second, 2, bytes);
    CHECK(static_cast<const unsigned char*>(first)[bytes - 1] == 1);
    free_aligned(first);
    CHECK(static_cast<const unsigned char*>(second)[0] == 2);
    free_aligned(second);
  }
  CHECK(allocate_aligned_bytes(0) == nullptr);
  free_aligned(nullptr);
  CHECK_THROWS_AS(allocate_aligned_bytes(std::numeric_limits<std::size_t>::max()), std::bad_alloc);
  CHECK_THROWS_AS(allocate_aligned_bytes(std::size_t{1} << 60), std::bad_alloc);
}

TEST_CASE("a pool lends what came back, and never the same workspace twice at a time") {
  WorkspacePool<double> pool(100);
  double* first = nullptr;
  {
    auto one = pool.borrow();
    auto other = pool.borrow();
    first = one.data();
    CHECK(one.data() != other.data());
    std::fill_n(one.data(), 100, 1.0);
    std::fill_n(other.data(), 100, 2.0);
    CHECK(one.data()[99] == 1.0);
  }
  {
    auto one = pool.borrow();
    auto other = pool.borrow();
    CHECK((one.data() == first || other.data() == first));
  }
  bool disturbed = false;
  for_each_tile(200, [&](std::int64_t task) {
    auto mine = pool.borrow();
    std::fill_n(mine.data(), 100, static_cast<double>(task));
    for (int k = 0; k < 100; ++k)
      if (mine.data()[k] != static_cast<double>(task)) disturbed = true;
  });
  CHECK_FALSE(disturbed);
}
