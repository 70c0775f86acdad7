// Objects for programs as text.
#pragma once

#include <string>

#include <nlohmann/json.hpp>

namespace croquis::tools {

using Json = nlohmann::ordered_json;

/// One line without a line end. Messages may hold file names in any encoding: what is not UTF-8 is replaced. The
/// library writes NaN and infinities as null.
inline std::string one_line(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

}  // namespace croquis::tools
