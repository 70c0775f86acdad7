#include "tools/text_report.hpp"

#include <algorithm>
#include <vector>

#include <croquis/version.hpp>

#include "tools/number_text.hpp"

namespace croquis::tools {
namespace {

// An x of up to this size is printed.
constexpr std::int64_t most_rows_shown = 20;
constexpr std::int64_t most_columns_shown = 4;

std::string scientific(double value) { return formatted("%.2e", value); }
std::string seconds_text(double value) { return formatted(value < 1 ? "%.4f s" : "%.2f s", value); }

void line(std::string& text, const std::string& name, const std::string& value) {
  constexpr std::size_t width = 16;
  text += name + std::string(name.size() < width ? width - name.size() : 1, ' ') + value + "\n";
}

std::string worst(const std::vector<double>& values) {
  if (values.empty()) return "unknown";
  return scientific(*std::max_element(values.begin(), values.end())) +
         (values.size() > 1 ? " (largest of " + std::to_string(values.size()) + ")" : "");
}

std::string problem_text(const ProblemSummary& problem) {
  std::string text = std::to_string(problem.rows) + " x " + std::to_string(problem.cols);
  text += problem.dense ? " dense" : " sparse, " + std::to_string(problem.stored_entries) + " entries";
  return text + ", " + std::to_string(problem.vectors) +
         (problem.vectors == 1 ? " right-hand side" : " right-hand sides");
}

std::string stream_text(const StreamSummary& stream) {
  return (stream.replayed ? "replayed: " + std::to_string(stream.readings) + " readings of "
                          : std::string("read once: ")) +
         std::to_string(stream.blocks) + (stream.blocks == 1 ? " block, " : " blocks, ") +
         std::to_string(stream.rows_read) + " rows read, blocks of at most " +
         formatted("%.3g MB", 1e-6 * static_cast<double>(stream.peak_block_bytes));
}

void add_error_bars(std::string& text, const SolveOptions& options, const std::vector<ErrorBar>& bars) {
  for (std::size_t k = 0; k < bars.size(); ++k) {
    const ErrorBar& bar = bars[k];
    line(text, bars.size() == 1 ? "error bars" : "error bars " + std::to_string(k),
         "||x - x*|| at most " + scientific(bar.solution) + ", each coefficient off by at most " +
             scientific(bar.largest_coefficient) + ", least residual norm " + scientific(bar.residual_low) + " to " +
             scientific(bar.residual_high) + "; each with probability " +
             formatted("%g", options.resampling().confidence));
  }
}

void add_comparison(std::string& text, const LeastSquaresReport& report, const Comparison& comparison) {
  const auto row = [&](const std::string& name, double seconds, const std::vector<double>& error) {
    line(text, name, formatted("%8.4f s", seconds) + "   backward error " + worst(error));
  };
  text += "\n";
  if (!comparison.message.empty()) line(text, "LAPACK dgels", comparison.message);
  if (comparison.croquis_backward_error.empty()) return;
  row("croquis", report.seconds.total, comparison.croquis_backward_error);
  if (!comparison.backward_error.empty()) row("LAPACK dgels", comparison.seconds, comparison.backward_error);
}

void add_solution(std::string& text, const ProblemSummary& problem, const Matrix<double>& x) {
  if (x.rows() > most_rows_shown || x.cols() > most_columns_shown) {
    line(text, "x",
         "not shown, being " + std::to_string(x.rows()) + " x " + std::to_string(x.cols()) +
             "; write it with -o x.npy (or .mtx, .csv)");
    return;
  }
  text += "\n";
  for (std::int64_t i = 0; i < x.rows(); ++i) {
    std::string values;
    for (std::int64_t k = 0; k < x.cols(); ++k) values += (k == 0 ? "" : "  ") + all_digits(x(i, k));
    const std::string name = coefficient_name(problem.column_names, i);
    line(text, name.empty() ? "x[" + std::to_string(i) + "]" : name, values);
  }
}

}  // namespace

std::string text_report(const SolveOptions& options, const ProblemSummary& problem, const LeastSquaresFit<double>& fit,
                        const std::optional<Comparison>& comparison) {
  std::string text;
  line(text, "status", to_string(fit.status));
  line(text, "message", fit.message);
  line(text, "problem", problem_text(problem));
  if (problem.stream) line(text, "stream", stream_text(*problem.stream));
  if (options.ridge > 0) line(text, "ridge", all_digits(options.ridge));
  if (options.weights) line(text, "weights", *options.weights);
  if (problem.constraints > 0) line(text, "constraints", std::to_string(problem.constraints));
  line(text, "method", to_string(fit.method));
  if (fit.sketch) line(text, "sketch", to_string(*fit.sketch));
  line(text, "rank", std::to_string(fit.rank) + " of " + std::to_string(problem.cols));
  line(text, "condition", scientific(fit.condition_estimate));
  line(text, "iterations", std::to_string(fit.iterations) + ", " + std::to_string(fit.passes) + " passes over A");
  line(text, "residual norm", worst(fit.residual_norm));
  line(text, "gradient norm", worst(fit.gradient_norm));
  line(text, "backward error", worst(fit.backward_error));
  if (!fit.error_bars.empty()) add_error_bars(text, options, fit.error_bars);
  line(text, "time",
       seconds_text(problem.read_seconds + fit.seconds.total) + ": read " + seconds_text(problem.read_seconds) +
           ", sketch " + seconds_text(fit.seconds.sketch) + ", factor " + seconds_text(fit.seconds.factor) +
           ", iterate " + seconds_text(fit.seconds.iterate) +
           (fit.predicted_seconds > 0 ? "; predicted " + seconds_text(fit.predicted_seconds) : "") + "; " +
           std::to_string(runtime_info().task_threads) + " threads");
  if (fit.solved() && options.output) line(text, "x", "written to " + options.output->string());
  if (comparison) add_comparison(text, fit, *comparison);
  if (fit.solved() && !options.output) add_solution(text, problem, fit.x);
  return text;
}

}  // namespace croquis::tools
