// The version of croquis, and what it was built with.
#pragma once

#include <string>

#include <croquis/export.hpp>

namespace croquis {

/// The library's version, such as "0.1.0".
CROQUIS_API std::string version();

/// What the library runs on.
struct RuntimeInfo {
  std::string blas;          ///< the BLAS and its configuration, as it describes itself
  std::string blas_kernel;   ///< the processor the BLAS chose its kernels for
  int blas_threads = 0;      ///< threads BLAS would use when called by the user
  int task_threads = 0;      ///< threads of the caller's task arena
  std::string simd_target;   ///< the instruction set croquis's own kernels run on
  std::string task_backend;  ///< "tbb" or "std"
  bool fftw = false;         ///< built with FFTW
  bool suitesparse = false;  ///< built with SuiteSparse
};
CROQUIS_API RuntimeInfo runtime_info();

}  // namespace croquis
