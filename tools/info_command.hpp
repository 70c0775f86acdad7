// `croquis info`: what this build runs on.
#pragma once

namespace croquis::tools {

void run_info(bool json);

}  // namespace croquis::tools
