// How the reports of Newton's method and of its kin end.
#pragma once

#include <string>

#include <croquis/solvers/minimize.hpp>

namespace croquis {

/// Sets the status, and the message: `what`, then the gradients, iterations and products of the report.
void conclude(NewtonReport& report, Status status, const std::string& what);

}  // namespace croquis
