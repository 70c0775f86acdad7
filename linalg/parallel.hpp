// The one place where croquis runs anything in parallel.
//
// A phase is tiled: the partition depends on the shape alone, tiles are handed to whatever threads there are, and a
// caller that reduces adds the tiles' results in tile order afterwards. So results do not depend on the number of
// threads. BLAS runs on one thread for the length of the phase.
#pragma once

#include <cstdint>
#include <functional>

namespace croquis {

/// Calls body(0), ..., body(count - 1), each once, on the threads of the caller's arena. Returns when all have
/// finished; rethrows the first exception. A body must not call this function again.
void for_each_tile(std::int64_t count, const std::function<void(std::int64_t)>& body);

/// The same, but a body of `for_each_tile` may call it too: then all run on its thread, in order.
void for_each_part(std::int64_t count, const std::function<void(std::int64_t)>& body);

/// The same as `for_each_tile` for bodies that are whole computations of this library: where such a body calls
/// `for_each_tile`, its tiles run in turn on the body's own thread, with the same results. A body must not call this
/// function again.
void for_each_task(std::int64_t count, const std::function<void(std::int64_t)>& body);

/// The number of threads `for_each_tile` would use now.
int available_threads();

/// Runs body with `for_each_tile` limited to `threads` threads.
void run_with_threads(int threads, const std::function<void()>& body);

/// Keeps BLAS on one thread while at least one guard is alive; the last to go restores the user's number.
class SingleThreadedBlas {
 public:
  SingleThreadedBlas();
  ~SingleThreadedBlas();
  SingleThreadedBlas(const SingleThreadedBlas&) = delete;
  SingleThreadedBlas& operator=(const SingleThreadedBlas&) = delete;
};

/// A split of [0, size) into `count` consecutive parts whose lengths differ by at most one granule.
struct Partition {
  std::int64_t size = 0;
  std::int64_t count = 0;
  std::int64_t granule = 1;

  /// At most `most_parts` parts, each (but the last) a multiple of `granule` long.
  Partition(std::int64_t size_, std::int64_t most_parts, std::int64_t granule_ = 1) : size(size_), granule(granule_) {
    const std::int64_t granules = (size + granule - 1) / granule;
    count = granules < most_parts ? granules : most_parts;
  }
  std::int64_t begin(std::int64_t part) const {
    const std::int64_t granules = (size + granule - 1) / granule;
    const std::int64_t first = (granules / count) * part + (part < granules % count ? part : granules % count);
    return first * granule < size ? first * granule : size;
  }
  std::int64_t end(std::int64_t part) const { return begin(part + 1); }
  std::int64_t length(std::int64_t part) const { return end(part) - begin(part); }
};

}  // namespace croquis
