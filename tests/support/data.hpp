// Where the real data sets are.
#pragma once

#include <filesystem>
#include <optional>

namespace croquis::test {

/// The folder of real data: the environment's CROQUIS_DATA, or else ../shared/data beside the source tree. Nothing if
/// there is no such folder.
std::optional<std::filesystem::path> data_folder();

}  // namespace croquis::test
