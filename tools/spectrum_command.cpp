#include "tools/spectrum_command.hpp"

#include <croquis/errors.hpp>

#include "tools/output.hpp"
#include "tools/problem.hpp"
#include "tools/run_gnuplot.hpp"
#include "tools/spectrum_json.hpp"
#include "tools/spectrum_plot.hpp"
#include "tools/spectrum_text.hpp"
#include "tools/stopwatch.hpp"
#include "tools/text_file.hpp"
#include "tools/thread_limit.hpp"

namespace croquis::tools {
namespace {

void check_outputs(const SpectrumOptions& options) {
  if (options.csv) {
    check_not_an_input(options, "--csv", *options.csv);
    check_text_file_writable(*options.csv);
  }
  if (options.plot) {
    check_not_an_input(options, "--plot", *options.plot);
    check_plot(*options.plot);
    check_text_file_writable(*options.plot);
    if (options.csv && name_one_file(*options.csv, *options.plot))
      throw InvalidOption("--csv and --plot are both " + options.csv->string());
  }
}

ExitCode spectrum(const SpectrumOptions& options) {
  const Stopwatch clock;
  const MatrixFile file = read_a(options);
  const double read_seconds = clock.seconds();
  const ProfiledMatrix matrix{.name = options.a.filename().string(), .a = file};
  SpectrumSummary summary = summarize_spectrum(matrix.a, options);
  summary.read_seconds = read_seconds;
  const bool known = !summary.points.empty();
  if (known && options.csv) write_text_file(*options.csv, csv_table(summary));
  if (known && options.plot) draw_spectrum(*options.plot, matrix, summary);
  if (options.json) {
    print(json_report(summary) + "\n");
  } else if (!options.quiet) {
    print(text_report(matrix, summary));
  }
  if (summary.status() == Status::converged) return exit_solved;
  print_error(summary.message());
  return exit_not_solved;
}

}  // namespace

ExitCode run_spectrum(const SpectrumOptions& options) {
  check_outputs(options);
  ExitCode code = exit_not_solved;
  run_on_threads(options.threads, [&] { code = spectrum(options); });
  return code;
}

}  // namespace croquis::tools
