#include <croquis/solvers/cross_validation.hpp>

#include <cmath>
#include <vector>

#include <croquis/errors.hpp>

#include "solvers/conclude.hpp"
#include "solvers/newton/held_out_scores.hpp"

namespace croquis {

CrossValidation cross_validate_ridges(const AnyMatrixView<double>& a, std::span<const double> y,
                                      const CrossValidationOptions& validation,
                                      const GeneralizedLinearOptions& options) {
  for (const double ridge : validation.ridges)
    if (!(ridge >= 0 && std::isfinite(ridge)))
      throw InvalidOption("ridges holds " + scientific(ridge) + " but each must be finite and at least 0");
  return held_out_scores(model_data(a, y, options), validation, options.weights,
                         [&](std::span<const double> outside, std::span<const double> inside) -> FoldModels {
                           GeneralizedLinearOptions how = options;
                           how.weights = outside;
                           // The model of the next larger ridge, of which the last one is kept here.
                           return [&a, y, inside, how, start = std::vector<double>()](double ridge) mutable {
                             how.ridge = ridge;
                             how.start = start;
                             const GeneralizedLinearModel model = fit_generalized_linear_model(a, y, how);
                             start = model.unknowns;
                             return HeldOutScore{score(model, a, y, inside), model.solved()};
                           };
                         });
}

}  // namespace croquis
