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
  return outcome(summary.status() == Status::converged, summary.message());
}

}  // namespace

ExitCode run_spectrum(const SpectrumOptions& options) {
  check_table_and_plot(options, options);
  return run_on_threads(options.threads, [&] { return spectrum(options); });
}

}  // namespace croquis::tools
