#include "tools/problem.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <utility>

#include <croquis/errors.hpp>

#include "tools/dense_copy.hpp"
#include "tools/intercept.hpp"
#include "tools/number_text.hpp"
#include "tools/stopwatch.hpp"

namespace croquis::tools {
namespace {

std::string shape_text(std::int64_t rows, std::int64_t cols) {
  return std::to_string(rows) + " x " + std::to_string(cols);
}

void append_intercept(MatrixFile& a) {
  a.matrix = std::visit([](const auto& matrix) -> decltype(a.matrix) { return with_ones(matrix.view()); }, a.matrix);
  if (!a.column_names.empty()) a.column_names.push_back(intercept_name);
}

void check_tall(const InputOptions& options, const MatrixFile& a, const std::string& hint) {
  const std::int64_t cols = a.cols() + (options.intercept ? 1 : 0);
  if (a.rows() < cols)
    throw ShapeError(options.a.string() + ": A is " + shape_text(a.rows(), cols) +
                     (options.intercept ? " with the intercept" : "") + (options.target ? " without the target" : "") +
                     ": a least-squares problem needs at least as many rows as columns" + hint);
}

Matrix<double> read_right_hand_sides(const std::filesystem::path& path, const Problem& problem,
                                     const std::filesystem::path& a) {
  MatrixFile file = read_matrix(path);
  if (file.rows() != problem.a.rows())
    throw FileError(path.string() + ": is " + shape_text(file.rows(), file.cols()) + ", but " + a.string() + " is " +
                    shape_text(problem.a.rows(), problem.a.cols()) + ": each row of A needs one row of B");
  if (file.cols() == 0) throw FileError(path.string() + ": has no column");
  return dense_copy(file);
}

}  // namespace

Problem read_problem_of_any_shape(const InputOptions& options, RightHandSide right_hand_side) {
  const Stopwatch clock;
  check_right_hand_side(options);
  Problem problem;
  problem.a = read_a(options);
  if (options.b) {
    problem.b = read_right_hand_sides(*options.b, problem, options.a);
  } else if (!problem.a.target.empty()) {
    problem.b = Matrix<double>(column_major<const double>(problem.a.target.data(), problem.a.rows(), 1));
  } else if (right_hand_side == RightHandSide::required) {
    fail_without_right_hand_side();
  }
  problem.read_seconds = clock.seconds();
  return problem;
}

namespace {

// The column of A that `name` names, as readers of files name one; -1 if there is none.
std::int64_t column_named(const std::string& name, const MatrixFile& a) {
  const auto found = std::find(a.column_names.begin(), a.column_names.end(), name);
  if (found != a.column_names.end()) return found - a.column_names.begin();
  std::int64_t index = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), index);
  const bool whole = error == std::errc() && end == name.data() + name.size();
  return whole && index >= 0 && index < a.cols() ? index : -1;
}

// Takes a column out of a dense A.
std::vector<double> take_column(MatrixFile& a, std::int64_t column) {
  const Matrix<double>& from = std::get<Matrix<double>>(a.matrix);
  std::vector<double> values;
  for (std::int64_t i = 0; i < from.rows(); ++i) values.push_back(from(i, column));
  Matrix<double> rest = Matrix<double>::uninitialized(from.rows(), from.cols() - 1, from.layout());
  copy_dense(from.view().block(0, 0, from.rows(), column), rest.view().block(0, 0, from.rows(), column));
  const std::int64_t after = from.cols() - column - 1;
  copy_dense(from.view().block(0, column + 1, from.rows(), after), rest.view().block(0, column, from.rows(), after));
  a.matrix = std::move(rest);
  if (!a.column_names.empty()) a.column_names.erase(a.column_names.begin() + column);
  return values;
}

void check_weights(const std::string& from, const std::vector<double>& weights) {
  for (std::size_t i = 0; i < weights.size(); ++i)
    if (!(weights[i] >= 0 && std::isfinite(weights[i])))
      throw FileError(from + ": the weight of row " + std::to_string(i) + " is " + all_digits(weights[i]) +
                      ", but must be finite and not negative");
}

// What the folder holds beside A must not change what a column's name means: columns come first.
void read_weights(const std::string& name, const std::filesystem::path& a_path, Problem& problem) {
  const std::int64_t column = column_named(name, problem.a);
  const bool dense = std::holds_alternative<Matrix<double>>(problem.a.matrix);
  if (dense && column >= 0) {
    problem.weights = take_column(problem.a, column);
    return check_weights(a_path.string() + ", column " + name, problem.weights);
  }
  std::error_code no_such_file;
  if (!std::filesystem::exists(name, no_such_file)) {
    if (column >= 0)
      throw InvalidOption("--weights " + name + " names a column of " + a_path.string() +
                          ", which is sparse: give the weights as a file");
    throw FileError("--weights " + name + ": is neither a file of weights nor a column of " + a_path.string());
  }
  const MatrixFile file = read_matrix(name);
  if (file.rows() != problem.a.rows() || file.cols() != 1)
    throw FileError(name + ": is " + shape_text(file.rows(), file.cols()) + ", but weights are one column with the " +
                    std::to_string(problem.a.rows()) + " rows of " + a_path.string());
  const Matrix<double> weights = dense_copy(file);
  problem.weights.assign(weights.entries().begin(), weights.entries().end());
  check_weights(name, problem.weights);
}

void read_constraints(const std::vector<std::filesystem::path>& paths, const std::filesystem::path& a_path,
                      Problem& problem) {
  const MatrixFile c = read_matrix(paths[0]);
  if (c.cols() != problem.a.cols())
    throw FileError(paths[0].string() + ": is " + shape_text(c.rows(), c.cols()) + ", but A from " + a_path.string() +
                    " is " + shape_text(problem.a.rows(), problem.a.cols()) +
                    ": C needs a column for each of its columns");
  const MatrixFile d = read_matrix(paths[1]);
  if (d.rows() != c.rows() || d.cols() != problem.b.cols())
    throw FileError(paths[1].string() + ": is " + shape_text(d.rows(), d.cols()) + ", but must be " +
                    shape_text(c.rows(), problem.b.cols()) + ": a row for each constraint and B's columns");
  problem.c = dense_copy(c);
  problem.d = dense_copy(d);
}

}  // namespace

ProblemSummary Problem::summary() const {
  const AnyMatrixView<double> view(a);
  return {.rows = a.rows(),
          .cols = a.cols(),
          .vectors = b.cols(),
          .dense = view.is_dense(),
          .stored_entries = view.stored_entries(),
          .constraints = c.rows(),
          .column_names = a.column_names,
          .read_seconds = read_seconds};
}

void check_right_hand_side(const InputOptions& options) {
  if (options.b && options.target)
    throw InvalidOption("both B and --target are given, but only one of them can be the right-hand side");
  if (options.b && options.a == standard_input && *options.b == standard_input)
    throw InvalidOption("A and B cannot both be standard input");
}

void fail_without_right_hand_side() {
  throw InvalidOption("no right-hand side: give a file B, or the column of A that is to be fitted with --target");
}

MatrixFile read_a(const InputOptions& options) {
  return read_matrix(options.a,
                     {.format = file_format(options), .target = options.target, .first_index = options.first_index});
}

Problem read_problem(const InputOptions& options, RightHandSide right_hand_side) {
  const Stopwatch clock;
  Problem problem = read_problem_of_any_shape(options, right_hand_side);
  check_tall(options, problem.a, "");
  if (options.intercept) append_intercept(problem.a);
  problem.read_seconds = clock.seconds();
  return problem;
}

Problem read_columns(const InputOptions& options, const std::optional<std::string>& weights) {
  const Stopwatch clock;
  Problem problem = read_problem_of_any_shape(options, RightHandSide::required);
  if (weights) read_weights(*weights, options.a, problem);
  problem.read_seconds = clock.seconds();
  return problem;
}

Problem read_problem(const SolveOptions& options) {
  const Stopwatch clock;
  Problem problem = read_problem_of_any_shape(options, RightHandSide::required);
  if (options.weights) read_weights(*options.weights, options.a, problem);
  if (!options.minimum_norm && options.ridge == 0)
    check_tall(options, problem.a, "; of all solutions, --min-norm gives the one of least norm");
  if (options.intercept) append_intercept(problem.a);
  if (!options.constraints.empty()) read_constraints(options.constraints, options.a, problem);
  problem.read_seconds = clock.seconds();
  return problem;
}

}  // namespace croquis::tools
