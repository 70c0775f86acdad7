#include "tools/thread_limit.hpp"

#if defined(CROQUIS_TASK_BACKEND_TBB)
#include <oneapi/tbb/global_control.h>
#include <oneapi/tbb/task_arena.h>
#else
#include <croquis/errors.hpp>
#endif

extern "C" void openblas_set_num_threads(int);

namespace croquis::tools {

ExitCode run_on_threads(int threads, const std::function<ExitCode()>& body) {
  if (threads == 0) return body();
  openblas_set_num_threads(threads);
#if defined(CROQUIS_TASK_BACKEND_TBB)
  // The control raises the limit where more threads than processors are asked for; the arena lowers it.
  const oneapi::tbb::global_control control(oneapi::tbb::global_control::max_allowed_parallelism,
                                            static_cast<std::size_t>(threads));
  return oneapi::tbb::task_arena(threads).execute(body);
#else
  throw InvalidOption("--threads: this croquis was built without oneTBB and always uses all processors");
#endif
}

}  // namespace croquis::tools
