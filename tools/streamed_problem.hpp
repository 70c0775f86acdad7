// The least-squares problem that the command's files describe, A read in blocks of rows.
#pragma once

#include <string>

#include <croquis/linalg/row_block_reader.hpp>
#include <croquis/solvers/least_squares_stream.hpp>

#include "tools/problem.hpp"
#include "tools/problem_summary.hpp"
#include "tools/solve_options.hpp"

namespace croquis::tools {

/// Of A one block is in memory at a time; right-hand sides in a file of their own are in memory whole.
class StreamedProblem {
 public:
  /// Throws `FileError` for a file that cannot be used and `InvalidOption` if there is not just one right-hand side.
  explicit StreamedProblem(const SolveOptions& options);

  std::int64_t cols() const { return a_.cols() + (intercept_ ? 1 : 0); }
  std::int64_t vectors() const { return from_file_ ? b_.cols() : 1; }
  bool can_restart() const { return a_.can_restart(); }

  /// Reads A from its first row on. Throws `FileError` for what is wrong in it, and if its rows are not as many as
  /// those of the right-hand sides.
  void for_each_block(const RowBlockVisitor<double>& visit);

  /// What the reports say, after the last reading.
  ProblemSummary summary(bool replayed) const;

 private:
  bool next();
  void see(const AnyMatrixView<double>& block, std::int64_t copied_bytes);
  [[noreturn]] void fail_rows_of_b(const std::string& rows_of_a) const;

  std::string name_;
  std::string b_name_;
  RowBlockReader a_;
  bool intercept_;
  bool from_file_;
  Matrix<double> b_;
  std::int64_t rows_ = 0;  // of the last reading, as are the stored entries
  std::int64_t stored_entries_ = 0;
  StreamSummary stream_;
  double read_seconds_ = 0;
};

}  // namespace croquis::tools
