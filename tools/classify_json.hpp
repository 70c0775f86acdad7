// A classifier for programs.
#pragma once

#include <string>

#include "tools/classified.hpp"

namespace croquis::tools {

/// The object that `croquis classify --json` prints: one line without a line end. What there is not is null.
std::string json_report(const Classified& result);

}  // namespace croquis::tools
