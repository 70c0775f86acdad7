// Classifiers in files.
#pragma once

#include <filesystem>

#include "tools/classified.hpp"

namespace croquis::tools {

/// One JSON object with all digits: loss, loss_scale, ridge, labels, intercept, intercepts, coefficients (one array for
/// each predictor), column_names, first_index, and kernel, which is null or has name, bandwidth, jitter, centre_rows
/// and centres.
std::string classifier_text(const Classifier& classifier);

/// Reads what `classifier_text` wrote. Throws `FileError` for anything else.
Classifier read_classifier(const std::filesystem::path& path);

}  // namespace croquis::tools
