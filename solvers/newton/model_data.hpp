// Responses and weights of a generalized linear model, checked and brought into the form that the losses take.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "solvers/newton/losses.hpp"

namespace croquis {

struct ModelData {
  std::vector<double> response;  ///< as `Observations` has it
  std::vector<double> weight;    ///< adding up to one; empty: all equal
  std::vector<double> labels;    ///< ascending; empty unless the responses are labels
  std::int64_t predictors = 1;   ///< K

  /// Observations first, ..., first + count - 1.
  Observations run(std::int64_t first, std::int64_t count) const {
    return {.count = count,
            .response = response.data() + first,
            .weight = weight.empty() ? nullptr : weight.data() + first,
            .common_weight = 1 / static_cast<double>(response.size())};
  }
};

/// Throws what `fit_generalized_linear_model` promises of y, the weights and the options of the model.
ModelData model_data(const AnyMatrixView<double>& a, std::span<const double> y,
                     const GeneralizedLinearOptions& options);

/// The same for a model whose labels are known.
ModelData model_data(const AnyMatrixView<double>& a, std::span<const double> y, std::span<const double> weights,
                     ModelLoss loss, const std::vector<double>& labels);

/// A label or a response in the fewest digits that tell it.
std::string response_text(double value);

/// Throws `InvalidOption` naming a column of A that is zero, or constant where there is an intercept.
void check_no_constant_column(const AnyMatrixView<double>& a, bool intercept);

}  // namespace croquis
