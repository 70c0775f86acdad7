// gnuplot, as a program.
#pragma once

#include <filesystem>
#include <string>

namespace croquis::tools {

/// Throws `InvalidOption` if there is no gnuplot to run.
void check_gnuplot();

/// Runs gnuplot on a script that writes to the file named by the variable `output`, and returns what it has written.
/// Works in a temporary folder that is removed. Throws `FileError` with gnuplot's message if it fails.
std::string run_gnuplot(const std::string& script);

}  // namespace croquis::tools
