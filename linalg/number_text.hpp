// Numbers in messages.
#pragma once

#include <string>

namespace croquis {

/// The fewest digits that read back to the same double: "-1e-09", "0.95".
std::string number_text(double value);

}  // namespace croquis
