#include "tools/sketch_command.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <variant>

#include <croquis/errors.hpp>
#include <croquis/linalg/read_matrix.hpp>
#include <croquis/linalg/write_matrix.hpp>
#include <croquis/sketch/apply.hpp>
#include <croquis/sketch/apply_sparse.hpp>
#include <croquis/version.hpp>

#include "tools/choose_sketch.hpp"
#include "tools/json_report.hpp"
#include "tools/output.hpp"
#include "tools/problem.hpp"
#include "tools/stopwatch.hpp"
#include "tools/thread_limit.hpp"

namespace croquis::tools {
namespace {

std::int64_t rows_of_sketch(const SketchOptions& options, std::int64_t cols) {
  if (options.sketch_rows > 0) return options.sketch_rows;
  // More rows than this no family can have.
  constexpr double most = 1e15;
  const double rows = std::ceil(options.ratio * static_cast<double>(cols));
  if (!(options.ratio > 0 && rows <= most))
    throw InvalidOption(
        "give the size of the sketch: --sketch-rows, or --ratio, its rows for each column of A, above 0");
  return std::max<std::int64_t>(1, static_cast<std::int64_t>(rows));
}

std::string text_report(const SketchReport& report) {
  char seconds[160];
  std::snprintf(seconds, sizeof seconds, "; %.4f s: read %.4f s, sketch %.4f s, write %.4f s; %d threads\n",
                report.read_seconds + report.sketch_seconds + report.write_seconds, report.read_seconds,
                report.sketch_seconds, report.write_seconds, runtime_info().task_threads);
  return report.output + ": " + std::to_string(report.sketch.rows()) + " x " + std::to_string(report.cols) + ", " +
         to_string(report.sketch) + " times " + std::to_string(report.sketch.cols()) + " x " +
         std::to_string(report.cols) + (report.dense ? " dense" : " sparse") +
         (report.stored_entries ? "; " + std::to_string(*report.stored_entries) + " entries, sparse" : "") + seconds;
}

using Result = std::variant<Matrix<double>, SparseMatrix<double>>;

// Sparse if it may be (the file's format and the operator allow it) and that is smaller.
Result apply_to(const AnyMatrixView<double>& a, const AnySketch& s, const std::filesystem::path& output) {
  const auto* sparse_sign = std::get_if<SparseSign>(&s.storage());
  if (output.extension() == ".mtx" && !a.is_dense() && sparse_sign != nullptr &&
      sparse_result_is_smaller(*sparse_sign, a))
    return apply_sparse(*sparse_sign, a);
  return s * a;
}

bool all_finite(const Result& result) {
  const auto finite = [](const double* entry, std::int64_t count) {
    return std::all_of(entry, entry + count, [](double x) { return std::isfinite(x); });
  };
  if (const auto* sparse = std::get_if<SparseMatrix<double>>(&result))
    return finite(sparse->view().value, sparse->nonzeros());
  const auto entries = std::get<Matrix<double>>(result).entries();
  return finite(entries.data(), static_cast<std::int64_t>(entries.size()));
}

ExitCode sketch(const SketchOptions& options) {
  const Stopwatch read_clock;
  const MatrixFile file = read_a(options);
  const AnyMatrixView<double> a(file);
  SketchReport report{.sketch = choose_sketch(options.sketch, rows_of_sketch(options, a.cols()), options.nonzeros,
                                              options.seed, a.rows()),
                      .output = options.output.string(),
                      .cols = a.cols(),
                      .dense = a.is_dense()};
  report.read_seconds = read_clock.seconds();

  const Stopwatch sketch_clock;
  const Result sa = apply_to(a, report.sketch, options.output);
  report.sketch_seconds = sketch_clock.seconds();
  if (const auto* sparse = std::get_if<SparseMatrix<double>>(&sa)) report.stored_entries = sparse->nonzeros();
  if (!all_finite(sa)) {
    const std::string message = "A holds a NaN or an infinity, or entries too large to add: nothing is written";
    print_error(message);
    if (options.json) print(json_error(message) + "\n");
    return exit_not_solved;
  }

  const Stopwatch write_clock;
  std::visit([&](const auto& matrix) { write_matrix(options.output, matrix); }, sa);
  report.write_seconds = write_clock.seconds();
  if (options.json) {
    print(json_report(report) + "\n");
  } else if (!options.quiet) {
    print(text_report(report));
  }
  return exit_solved;
}

}  // namespace

ExitCode run_sketch(const SketchOptions& options) {
  check_not_an_input(options, "--output", options.output);
  check_writable(options.output);
  if (options.sketch_rows == 0) (void)rows_of_sketch(options, 1);
  return run_on_threads(options.threads, [&] { return sketch(options); });
}

}  // namespace croquis::tools
