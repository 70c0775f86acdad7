// Where the data sets are that programs read: the folder that CROQUIS_DATA names.
#pragma once

#include <cstdlib>
#include <filesystem>

namespace croquis::perf {

inline std::filesystem::path data_folder() {
  const char* const given = std::getenv("CROQUIS_DATA");
  return given == nullptr ? "../shared/data" : given;
}

/// The census data that logistic regression is timed on, 32561 x 123.
inline std::filesystem::path adult_file() { return data_folder() / "classification" / "a9a.svm.gz"; }

}  // namespace croquis::perf
