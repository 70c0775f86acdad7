// What the options of a kernel model may be, and what they ask of the linear model that it is.
#pragma once

#include <croquis/solvers/kernel_model.hpp>

namespace croquis {

/// Throws `InvalidOption` for options out of range.
void check_kernel_options(const KernelModelOptions& options);

/// The loss, the ridge, the intercept and the weights.
GeneralizedLinearOptions linear_options(const KernelModelOptions& options);

}  // namespace croquis
