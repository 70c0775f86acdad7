// gnuplot, as a program.
#pragma once

#include <filesystem>
#include <string>

namespace croquis::tools {

/// Throws `InvalidOption` unless the file's extension is .svg or .png and gnuplot is there to draw it.
void check_plot(const std::filesystem::path& path);

/// The first lines of a script that draws such a file: terminal, output, and the look of all pictures. They set `ink`,
/// the colour of text and axes.
std::string picture_settings(const std::filesystem::path& path, int width, int height);

/// A string of gnuplot's.
std::string quoted(const std::string& text);

/// Runs gnuplot on a script that writes to the file named by the variable `output`, and returns what it has written.
/// Works in a temporary folder that is removed. Throws `FileError` with gnuplot's message if it fails.
std::string run_gnuplot(const std::string& script);

}  // namespace croquis::tools
