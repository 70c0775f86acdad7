#include <croquis/version.hpp>

#include <hwy/highway.h>

#include "linalg/blas.hpp"
#include "linalg/parallel.hpp"

namespace croquis {

std::string version() { return CROQUIS_VERSION; }

RuntimeInfo runtime_info() {
  RuntimeInfo info;
  info.blas = blas_description();
  info.blas_kernel = blas_kernel();
  info.blas_threads = blas_threads();
  info.task_threads = available_threads();
  // The lowest bit set is the best target: Highway numbers them in descending order of preference.
  const auto targets = hwy::SupportedTargets() & HWY_TARGETS;
  info.simd_target = hwy::TargetName(targets & -targets);
#if defined(CROQUIS_TASK_BACKEND_TBB)
  info.task_backend = "tbb";
#else
  info.task_backend = "std";
#endif
#if defined(CROQUIS_HAVE_FFTW)
  info.fftw = true;
#endif
#if defined(CROQUIS_HAVE_SUITESPARSE)
  info.suitesparse = true;
#endif
  return info;
}

}  // namespace croquis
