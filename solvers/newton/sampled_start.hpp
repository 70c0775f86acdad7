// Where to start a model with very many observations.
#pragma once

#include <span>
#include <vector>

#include "solvers/newton/model_data.hpp"

namespace croquis {

/// Unknowns near the optimum, from a few Newton steps on a sample of the rows, one from each run of equally many.
struct SampledStart {
  std::vector<double> x;  ///< empty where there are too few rows for a sample, or the sample is not like the whole
  double passes = 0;      ///< reads of the sample, as parts of reads of A
};

/// `data` is what `model_data` made of y. A sample of s rows leaves f(x) - f* of the order of K n / (2 s), so the steps
/// end there. Copies the sample: a sixteenth of A, but at least 20 rows for each column. From 100 on it is worth it.
SampledStart sampled_start(const AnyMatrixView<double>& a, std::span<const double> y, const ModelData& data,
                           const GeneralizedLinearOptions& options);

}  // namespace croquis
