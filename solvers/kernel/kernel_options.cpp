#include "solvers/kernel/kernel_options.hpp"

#include <cassert>
#include <cmath>
#include <string>

#include <croquis/errors.hpp>

#include "solvers/conclude.hpp"
#include "solvers/newton/newton_iteration.hpp"

namespace croquis {

std::string to_string(KernelFunction function) {
  switch (function) {
    case KernelFunction::gaussian:
      return "gaussian";
    case KernelFunction::matern52:
      return "matern52";
    case KernelFunction::matern32:
      return "matern32";
    case KernelFunction::laplacian:
      return "laplacian";
  }
  assert(false && "a kernel without a name");
  return {};
}

void check_kernel_options(const KernelModelOptions& options) {
  check_newton_options(options.newton);
  if (!(options.ridge > 0 && std::isfinite(options.ridge)))
    throw InvalidOption("ridge is " + scientific(options.ridge) + " but must be finite and above 0");
  if (!(options.bandwidth >= 0 && std::isfinite(options.bandwidth)))
    throw InvalidOption("bandwidth is " + scientific(options.bandwidth) + " but must be finite and at least 0");
  if (options.memory_limit < 0)
    throw InvalidOption("memory_limit is " + std::to_string(options.memory_limit) + " but must be at least 0");
  if (options.centres < 0)
    throw InvalidOption("centres is " + std::to_string(options.centres) + " but must be at least 0");
  const NewtonPreconditioner preconditioner = options.newton.preconditioner;
  if (preconditioner != NewtonPreconditioner::automatic && preconditioner != NewtonPreconditioner::none)
    throw InvalidOption("newton.preconditioner is " + to_string(preconditioner) +
                        " but must be automatic or none for a kernel model");
}

GeneralizedLinearOptions linear_options(const KernelModelOptions& options) {
  return {.loss = options.loss,
          .ridge = options.ridge,
          .intercept = options.intercept,
          .loss_scale = options.loss_scale,
          .weights = options.weights};
}

}  // namespace croquis
