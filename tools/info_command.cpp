#include "tools/info_command.hpp"

#include <string>

#include <croquis/version.hpp>
#include <nlohmann/json.hpp>

#include "tools/output.hpp"

namespace croquis::tools {

void run_info(bool json) {
  const RuntimeInfo info = runtime_info();
  if (json) {
    const nlohmann::ordered_json object = {{"version", version()},
                                           {"blas", info.blas},
                                           {"blas_kernel", info.blas_kernel},
                                           {"blas_threads", info.blas_threads},
                                           {"task_backend", info.task_backend},
                                           {"task_threads", info.task_threads},
                                           {"simd_target", info.simd_target},
                                           {"fftw", info.fftw},
                                           {"suitesparse", info.suitesparse}};
    return print(object.dump() + "\n");
  }
  print("croquis         " + version() + "\n" +                                                             //
        "BLAS            " + info.blas + "\n" +                                                             //
        "BLAS kernel     " + info.blas_kernel + "\n" +                                                      //
        "BLAS threads    " + std::to_string(info.blas_threads) + "\n" +                                     //
        "tasks           " + info.task_backend + ", " + std::to_string(info.task_threads) + " threads\n" +  //
        "SIMD target     " + info.simd_target + "\n" +                                                      //
        "FFTW            " + (info.fftw ? "yes" : "no") + "\n" +                                            //
        "SuiteSparse     " + (info.suitesparse ? "yes" : "no") + "\n");
}

}  // namespace croquis::tools
