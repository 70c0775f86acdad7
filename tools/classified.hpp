// A classifier with what the reports say about it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <croquis/solvers/cross_validation.hpp>

namespace croquis::tools {

struct Classifier {
  GeneralizedLinearModel model;
  double ridge = 0;
  bool intercept = true;
  std::vector<std::string> column_names;    ///< empty if the file had none
  std::optional<std::int64_t> first_index;  ///< svmlight: what the file's indices counted from

  /// The name of coefficient j: the file's, or "x[j]".
  std::string name(std::int64_t j) const {
    return column_names.empty() ? "x[" + std::to_string(j) + "]" : column_names[static_cast<std::size_t>(j)];
  }
};

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
