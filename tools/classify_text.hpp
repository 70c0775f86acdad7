// A classifier for people, and as tables.
#pragma once

#include <string>

#include "tools/classified.hpp"
#include "tools/classify_options.hpp"

namespace croquis::tools {

/// The scores, the ridges tried, and the largest coefficients.
std::string text_report(const ClassifyOptions& options, const Classified& result);

/// One line for each term, the intercept first: its name, and its coefficient for each predictor, with all digits.
std::string csv_table(const Classifier& classifier);

/// One line for each row of A: the predicted label, and the probability of each label if the loss gives one.
std::string prediction_table(const Classifier& classifier, const AnyMatrixView<double>& a);

}  // namespace croquis::tools
