// Memory that runs out at a chosen request.
#pragma once

#include <cstdint>

namespace croquis::test {

/// Whether SuiteSparse's requests fail too, or are granted and not counted.
enum class SuiteSparseRequests { counted, granted };

/// While it lives, request number `failing` (from 1) for memory fails, once; all other requests are granted. One at a
/// time.
///
/// A program that links failing_allocations.cpp gets its own `operator new` from it, and the library's `malloc` with
/// -Wl,--wrap=malloc -Wl,--wrap=free; where croquis was built with SuiteSparse, SuiteSparse's too. What OpenBLAS, FFTW,
/// zlib and oneTBB ask for by themselves is out of a library's hands and not counted: the first two stop the process
/// where they get none.
class OutOfMemoryAt {
 public:
  explicit OutOfMemoryAt(std::int64_t failing, SuiteSparseRequests suitesparse = SuiteSparseRequests::counted);
  ~OutOfMemoryAt();
  OutOfMemoryAt(const OutOfMemoryAt&) = delete;
  OutOfMemoryAt& operator=(const OutOfMemoryAt&) = delete;

  /// Whether that request has come.
  bool has_failed() const;
};

/// Blocks requested and not freed yet.
std::int64_t live_blocks();

}  // namespace croquis::test
