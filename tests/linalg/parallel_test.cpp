// Tiles, partitions and the guard on BLAS threads.
#include "linalg/parallel.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <stdexcept>
#include <string>
#include <vector>

#include "linalg/blas.hpp"

using namespace croquis;

TEST_CASE("Each tile runs exactly once, for any number of threads") {
  for (const int threads : {1, 2, 3, 8}) {
    for (const std::int64_t count : {0, 1, 2, 7, 1000}) {
      CAPTURE(threads);
      CAPTURE(count);
      std::vector<std::atomic<int>> runs(count);
      run_with_threads(threads, [&] { for_each_tile(count, [&](std::int64_t tile) { ++runs[tile]; }); });
      CHECK(std::all_of(runs.begin(), runs.end(), [](const auto& run) { return run == 1; }));
    }
  }
}

TEST_CASE("A negative count runs nothing") {
  for_each_tile(-1, [](std::int64_t) { FAIL("a tile ran"); });
}

TEST_CASE("run_with_threads limits the threads inside it alone") {
  const int before = available_threads();
  int inside = 0;
  run_with_threads(3, [&] { inside = available_threads(); });
  CHECK(inside == 3);
  CHECK(available_threads() == before);
}

TEST_CASE("Tasks run tiles of their own, each exactly once and in order") {
  for (const int threads : {1, 2, 3}) {
    CAPTURE(threads);
    std::vector<std::vector<std::int64_t>> ran(5);
    run_with_threads(threads, [&] {
      for_each_task(5, [&](std::int64_t task) {
        for_each_tile(7, [&](std::int64_t tile) { ran[static_cast<std::size_t>(task)].push_back(tile); });
      });
    });
    for (const auto& tiles : ran) CHECK(tiles == std::vector<std::int64_t>{0, 1, 2, 3, 4, 5, 6});
  }
  CHECK_THROWS_WITH_AS(for_each_task(3, [](std::int64_t) { throw std::runtime_error("a task"); }), "a task",
                       std::runtime_error);
  std::atomic<int> runs = 0;
  for_each_tile(10, [&](std::int64_t) { ++runs; });
  CHECK(runs == 10);
}

TEST_CASE("An exception of a tile reaches the caller, and the next phase runs") {
  for (const int threads : {1, 2}) {
    CAPTURE(threads);
    std::string message;
    try {
      run_with_threads(threads, [] {
        for_each_tile(100, [](std::int64_t tile) {
          if (tile == 57) throw std::runtime_error("tile 57");
        });
      });
    } catch (const std::runtime_error& error) {
      message = error.what();
    }
    CHECK(message == "tile 57");
    std::atomic<int> runs = 0;
    for_each_tile(10, [&](std::int64_t) { ++runs; });
    CHECK(runs == 10);
  }
}

TEST_CASE("BLAS runs on one thread inside tiles and on the user's number after, exceptions included") {
  const int users = blas_threads();
  set_blas_threads(2);
  std::atomic<int> most = 0;
  for_each_tile(8, [&](std::int64_t) {
    if (blas_threads() > most) most = blas_threads();
  });
  CHECK(most == 1);
  CHECK(blas_threads() == 2);
  CHECK_THROWS(for_each_tile(8, [](std::int64_t) { throw std::runtime_error("error"); }));
  CHECK(blas_threads() == 2);
  {
    const SingleThreadedBlas outer;
    CHECK(blas_threads() == 1);
    {
      const SingleThreadedBlas inner;
      CHECK(blas_threads() == 1);
    }
    CHECK(blas_threads() == 1);
  }
  CHECK(blas_threads() == 2);
  set_blas_threads(users);
}

TEST_CASE("The parts of a partition are consecutive, cover everything and are nearly equal") {
  for (const std::int64_t size : {1, 2, 7, 64, 65, 1000, 1001}) {
    for (const std::int64_t most : {1, 2, 3, 64}) {
      for (const std::int64_t granule : {1, 8, 64}) {
        CAPTURE(size);
        CAPTURE(most);
        CAPTURE(granule);
        const Partition parts(size, most, granule);
        CHECK(parts.count >= 1);
        CHECK(parts.count <= most);
        CHECK(parts.begin(0) == 0);
        CHECK(parts.end(parts.count - 1) == size);
        std::int64_t longest = 0;
        for (std::int64_t p = 0; p < parts.count; ++p) longest = std::max(longest, parts.length(p));
        for (std::int64_t p = 0; p < parts.count; ++p) {
          CHECK(parts.length(p) > 0);
          if (p > 0) CHECK(parts.begin(p) == parts.end(p - 1));
          if (p + 1 < parts.count) {
            CHECK(parts.length(p) % granule == 0);
            CHECK(parts.length(p) + granule >= longest);
          }
        }
      }
    }
  }
}

TEST_CASE("An empty range has no parts") { CHECK(Partition(0, 5).count == 0); }
