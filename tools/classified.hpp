// A classifier with what the reports say about it.
#pragma once

#include <optional>

#include "tools/classifier.hpp"

namespace croquis::tools {

struct Classified {
  Classifier classifier;
  bool fitted = true;  ///< here, and not read from a file
  std::int64_t rows = 0;
  std::optional<CrossValidation> validation;
  std::int64_t folds = 0;
  std::optional<ModelScore> on_data;  ///< if A has labels
  std::optional<ModelScore> on_test;
  double read_seconds = 0;
  double validation_seconds = 0;
};

}  // namespace croquis::tools
