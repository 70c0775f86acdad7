#include "linalg/parallel.hpp"

#include <cassert>
#include <mutex>

#include "linalg/blas.hpp"

#if defined(CROQUIS_TASK_BACKEND_TBB)
#include <oneapi/tbb/blocked_range.h>
#include <oneapi/tbb/parallel_for.h>
#include <oneapi/tbb/partitioner.h>
#include <oneapi/tbb/task_arena.h>
#else
#include <algorithm>
#include <atomic>
#include <exception>
#include <thread>
#include <utility>
#include <vector>
#endif

namespace croquis {
namespace {

std::mutex guard_mutex;
int guard_count = 0;
int saved_blas_threads = 1;

thread_local bool running_tile = false;
thread_local bool running_task = false;

// Catches a tile that starts another tiled phase, which would nest the two levels of parallelism.
struct InsideTile {
  InsideTile() {
    assert(!running_tile && "for_each_tile called from inside a tile");
    running_tile = true;
  }
  ~InsideTile() { running_tile = false; }
};

void run_tile(const std::function<void(std::int64_t)>& body, std::int64_t tile) {
  const InsideTile mark;
  body(tile);
}

struct InsideTask {
  InsideTask() {
    assert(!running_task && !running_tile && "for_each_task called from inside a task or a tile");
    running_task = true;
  }
  ~InsideTask() { running_task = false; }
};

void run_task(const std::function<void(std::int64_t)>& body, std::int64_t task) {
  const InsideTask mark;
  body(task);
}

using Runner = void (*)(const std::function<void(std::int64_t)>& body, std::int64_t index);
void run_in_parallel(std::int64_t count, const std::function<void(std::int64_t)>& body, Runner run);

}  // namespace

void for_each_part(std::int64_t count, const std::function<void(std::int64_t)>& body) {
  if (!running_tile) return for_each_tile(count, body);
  for (std::int64_t part = 0; part < count; ++part) body(part);
}

SingleThreadedBlas::SingleThreadedBlas() {
  const std::lock_guard lock(guard_mutex);
  if (guard_count++ == 0) {
    saved_blas_threads = blas_threads();
    if (saved_blas_threads != 1) set_blas_threads(1);
  }
}

SingleThreadedBlas::~SingleThreadedBlas() {
  const std::lock_guard lock(guard_mutex);
  if (--guard_count == 0 && saved_blas_threads != 1) set_blas_threads(saved_blas_threads);
}

void for_each_tile(std::int64_t count, const std::function<void(std::int64_t)>& body) {
  if (count <= 0) return;
  const SingleThreadedBlas single_threaded_blas;
  if (count == 1) return run_tile(body, 0);  // small problems make many of these
  if (running_task) {
    for (std::int64_t tile = 0; tile < count; ++tile) run_tile(body, tile);
  } else {
    run_in_parallel(count, body, run_tile);
  }
}

void for_each_task(std::int64_t count, const std::function<void(std::int64_t)>& body) {
  if (count <= 0) return;
  const SingleThreadedBlas single_threaded_blas;
  run_in_parallel(count, body, run_task);
}

#if defined(CROQUIS_TASK_BACKEND_TBB)

namespace {

void run_in_parallel(std::int64_t count, const std::function<void(std::int64_t)>& body, Runner run) {
  // The tiles are coarse and their number is chosen by the caller, so each is a task of its own.
  oneapi::tbb::parallel_for(
      oneapi::tbb::blocked_range<std::int64_t>(0, count, 1),
      [&](const oneapi::tbb::blocked_range<std::int64_t>& tiles) {
        for (std::int64_t tile = tiles.begin(); tile < tiles.end(); ++tile) run(body, tile);
      },
      oneapi::tbb::simple_partitioner());
}

}  // namespace

int available_threads() { return oneapi::tbb::this_task_arena::max_concurrency(); }

void run_with_threads(int threads, const std::function<void()>& body) {
  oneapi::tbb::task_arena arena(threads);
  arena.execute(body);
}

#else

namespace {
thread_local int thread_limit = 0;

void run_in_parallel(std::int64_t count, const std::function<void(std::int64_t)>& body, Runner run) {
  std::atomic<std::int64_t> next = 0;
  std::atomic<bool> failed = false;
  std::exception_ptr error;
  const auto work = [&] {
    for (std::int64_t tile = next++; tile < count && !failed; tile = next++) {
      try {
        run(body, tile);
      } catch (...) {
        if (!failed.exchange(true)) error = std::current_exception();
      }
    }
  };
  const std::int64_t threads = std::min<std::int64_t>(count, available_threads());
  {
    std::vector<std::jthread> pool;
    for (std::int64_t t = 1; t < threads; ++t) pool.emplace_back(work);
    work();
  }
  if (error) std::rethrow_exception(error);
}

}  // namespace

int available_threads() {
  return thread_limit > 0 ? thread_limit : std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

void run_with_threads(int threads, const std::function<void()>& body) {
  const int saved = std::exchange(thread_limit, threads);
  try {
    body();
  } catch (...) {
    thread_limit = saved;
    throw;
  }
  thread_limit = saved;
}

#endif

}  // namespace croquis
