// Fitting a classifier as the options of `croquis classify` say.
#pragma once

#include <span>

#include "tools/classified.hpp"
#include "tools/classify_options.hpp"
#include "tools/problem.hpp"

namespace croquis::tools {

/// Chooses the ridge if there are candidates, and fits the classifier. Throws what the library throws.
void fit_classifier(const ClassifyOptions& options, const MatrixFile& a, std::span<const double> labels,
                    Classified& result);

}  // namespace croquis::tools
