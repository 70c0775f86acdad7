#include <cmath>

#include <croquis/errors.hpp>
#include <croquis/solvers/cross_validation.hpp>

#include "solvers/conclude.hpp"
#include "solvers/kernel/kernel_options.hpp"
#include "solvers/newton/held_out_scores.hpp"

namespace croquis {

CrossValidation cross_validate_kernel_ridges(const AnyMatrixView<double>& a, std::span<const double> y,
                                             const CrossValidationOptions& validation,
                                             const KernelModelOptions& options) {
  check_kernel_options(options);
  for (const double ridge : validation.ridges)
    if (!(ridge > 0 && std::isfinite(ridge)))
      throw InvalidOption("ridges holds " + scientific(ridge) + " but each must be finite and above 0");
  return held_out_scores(model_data(a, y, linear_options(options)), validation, options.weights,
                         [&](std::span<const double> outside, std::span<const double> inside) -> FoldModels {
                           KernelModelOptions how = options;
                           how.weights = outside;
                           return [&a, y, inside, how](double ridge) mutable {
                             how.ridge = ridge;
                             const KernelModel model = fit_kernel_model(a, y, how);
                             return HeldOutScore{score(model, a, y, inside), model.solved()};
                           };
                         });
}

}  // namespace croquis
