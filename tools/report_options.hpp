// What a command prints, and the files it makes of it.
#pragma once

#include <filesystem>
#include <optional>

#include "tools/input_options.hpp"

namespace croquis::tools {

struct ReportOptions {
  bool json = false;
  bool quiet = false;
};

/// Adds --json and --quiet.
void add_report_options(CLI::App& command, ReportOptions& options);

/// Of a command whose numbers make a table and a plot.
struct TableAndPlotOptions : ReportOptions {
  std::optional<std::filesystem::path> csv;
  std::optional<std::filesystem::path> plot;
};

/// Adds --csv, described by `csv`, --plot, --json and --quiet.
void add_table_and_plot_options(CLI::App& command, TableAndPlotOptions& options, const char* csv);

/// Throws `InvalidOption` or `FileError` for files that cannot be written, that are inputs, or the same for both.
void check_table_and_plot(const InputOptions& inputs, const TableAndPlotOptions& options);

}  // namespace croquis::tools
