#include "tools/report_options.hpp"

#include <CLI/CLI.hpp>

#include <croquis/errors.hpp>

#include "tools/run_gnuplot.hpp"
#include "tools/text_file.hpp"

namespace croquis::tools {

void add_report_options(CLI::App& command, ReportOptions& options) {
  command.add_flag("--json", options.json, "Print one JSON object instead of text, also for an error");
  command.add_flag("--quiet", options.quiet, "Print nothing but errors");
}

void add_table_and_plot_options(CLI::App& command, TableAndPlotOptions& options, const char* csv) {
  command.add_option("--csv", options.csv, csv)->type_name("FILE");
  command.add_option("--plot", options.plot, "Draw it with gnuplot: .svg or .png")->type_name("FILE");
  add_report_options(command, options);
}

void check_table_and_plot(const InputOptions& inputs, const TableAndPlotOptions& options) {
  if (options.csv) {
    check_not_an_input(inputs, "--csv", *options.csv);
    check_text_file_writable(*options.csv);
  }
  if (options.plot) {
    check_not_an_input(inputs, "--plot", *options.plot);
    check_plot(*options.plot);
    check_text_file_writable(*options.plot);
    if (options.csv && name_one_file(*options.csv, *options.plot))
      throw InvalidOption("--csv and --plot are both " + options.csv->string());
  }
}

}  // namespace croquis::tools
