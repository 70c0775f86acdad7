#include "tools/classify_command.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <utility>

#include <croquis/errors.hpp>

#include "tools/classifier_file.hpp"
#include "tools/classify_json.hpp"
#include "tools/classify_text.hpp"
#include "tools/fit_classifier.hpp"
#include "tools/number_text.hpp"
#include "tools/output.hpp"
#include "tools/problem.hpp"
#include "tools/text_file.hpp"
#include "tools/thread_limit.hpp"

namespace croquis::tools {
namespace {

void check_options(const ClassifyOptions& options) {
  if (options.ridge && !options.ridges.empty()) throw InvalidOption("--ridge and --ridges are both given");
  if (options.ridge && options.folds > 0)
    throw InvalidOption("--folds chooses the ridge, but --ridge gives it: --ridges takes candidates");
  if (options.folds == 1) throw InvalidOption("--folds is 1 but must be at least 2");
  if (options.kernel == "linear" && (options.bandwidth || options.centres))
    throw InvalidOption(std::string(options.bandwidth ? "--bandwidth" : "--centres") +
                        " is of a kernel: it goes with --kernel gaussian or another");
  if (options.bandwidth && !(*options.bandwidth > 0 && std::isfinite(*options.bandwidth)))
    throw InvalidOption("--bandwidth is " + all_digits(*options.bandwidth) + " but must be finite and above 0");
  std::vector<std::pair<const char*, std::filesystem::path>> outputs;
  for (const auto& [name, path] : {std::pair("--output", options.output),
                                   {"--save-model", options.save_model},
                                   {"--predictions", options.predictions}})
    if (path) outputs.push_back({name, *path});
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    const auto& [name, path] = outputs[i];
    check_not_an_input(options, name, path);
    for (const auto& input : {options.test, options.model})
      if (input) check_is_not(*input, name, path);
    for (std::size_t j = 0; j < i; ++j)
      if (name_one_file(path, outputs[j].second))
        throw InvalidOption(std::string(outputs[j].first) + " and " + name + " are both " + path.string());
    check_text_file_writable(path);
  }
}

// Sparse files tell no more columns than the last one that they use.
AnyMatrixView<double> with_columns(const MatrixFile& a, std::int64_t cols) {
  if (const auto* const sparse = std::get_if<SparseMatrix<double>>(&a.matrix)) {
    auto view = sparse->view();
    view.cols = std::max(view.cols, cols);
    return view;
  }
  return a;
}

std::span<const double> labels_of(const Problem& problem, const std::filesystem::path& path) {
  if (problem.b.cols() > 1)
    throw InvalidOption(path.string() + ": has " + std::to_string(problem.b.cols()) +
                        " columns, but an observation has one label");
  return problem.b.entries();
}

// The columns of a file that names them must be those that the classifier was fitted to, in the same order.
void check_names(const std::vector<std::string>& expected, const MatrixFile& a, const std::filesystem::path& path) {
  const std::vector<std::string>& names = a.column_names;
  if (names.empty() || names.size() != expected.size()) return;
  for (std::size_t j = 0; j < names.size(); ++j)
    if (names[j] != expected[j])
      throw InvalidOption(path.string() + ": column " + std::to_string(j) + " is \"" + names[j] +
                          "\", but the classifier's is \"" + expected[j] + "\"");
}

// What makes a row's prediction meaningless; empty if every row has one.
std::string not_predictable(const Classifier& classifier, const MatrixFile& a, const std::filesystem::path& path) {
  std::optional<std::int64_t> row;
  try {
    const Matrix<double> z = classifier.predictors(with_columns(a, classifier.columns()));
    for (std::int64_t i = 0; i < z.rows() && !row; ++i)
      for (std::int64_t k = 0; k < z.cols(); ++k)
        if (!std::isfinite(z(i, k))) row = i;
  } catch (const InvalidOption& error) {  // a kernel's, which names the row
    return "not predicted: " + path.string() + ": " + error.what();
  }
  if (!row) return {};
  return "not predicted: row " + std::to_string(*row) + " (counted from 0) of " + path.string() +
         " holds a NaN, an infinity or numbers so large that the prediction overflows";
}

void check_columns(const Classifier& classifier, const MatrixFile& a, const std::filesystem::path& path) {
  const std::int64_t expected = classifier.columns(), cols = with_columns(a, expected).cols();
  if (cols != expected)
    throw ShapeError(path.string() + ": has " + std::to_string(cols) + " columns, but the classifier has " +
                     std::to_string(expected));
}

ModelScore score_of(const Classifier& classifier, const Problem& problem, const std::filesystem::path& labels) {
  const auto y = labels_of(problem, labels);
  try {
    return classifier.score(with_columns(problem.a, classifier.columns()), y);
  } catch (const InvalidOption& error) {
    throw InvalidOption(labels.string() + ": " + error.what());
  }
}

ExitCode classify(const ClassifyOptions& options) {
  Classified result;
  result.fitted = !options.model.has_value();
  if (options.model) result.classifier = read_classifier(*options.model);
  InputOptions data = options;
  data.first_index = result.classifier.first_index;
  const Problem problem =
      read_problem_of_any_shape(data, result.fitted ? RightHandSide::required : RightHandSide::optional);
  Problem test;
  if (options.test) {
    InputOptions from = options;
    from.a = *options.test;
    from.b.reset();
    from.first_index = problem.a.first_index;
    test = read_problem_of_any_shape(from, RightHandSide::required);
  }
  result.read_seconds = problem.read_seconds + test.read_seconds;
  result.rows = problem.a.rows();
  if (!result.fitted) check_names(result.classifier.column_names, problem.a, options.a);
  if (options.test) check_names(problem.a.column_names, test.a, *options.test);
  if (result.fitted) fit_classifier(options, problem.a, labels_of(problem, options.b.value_or(options.a)), result);
  Classifier& classifier = result.classifier;
  bool usable = !result.fitted || classifier.report().solved();
  if (!result.fitted) check_columns(classifier, problem.a, options.a);
  if (options.test) check_columns(classifier, test.a, *options.test);
  if (usable) {
    std::string problem_with_data;
    if (!result.fitted) problem_with_data = not_predictable(classifier, problem.a, options.a);
    if (options.test) problem_with_data = not_predictable(classifier, test.a, *options.test);
    if (!problem_with_data.empty()) {
      usable = false;
      classifier.report().status = Status::non_finite_input;
      classifier.report().message = problem_with_data;
    }
  }
  if (usable) {
    if (problem.b.cols() > 0) result.on_data = score_of(classifier, problem, options.b.value_or(options.a));
    if (options.test) result.on_test = score_of(classifier, test, *options.test);
    if (options.predictions)
      write_text_file(*options.predictions, prediction_table(classifier, with_columns(options.test ? test.a : problem.a,
                                                                                      classifier.columns())));
    if (options.output) write_text_file(*options.output, csv_table(classifier));
    if (options.save_model) write_text_file(*options.save_model, classifier_text(classifier));
  }
  if (options.json) {
    print(json_report(result) + "\n");
  } else if (!options.quiet && usable) {
    print(text_report(options, result));
  }
  return outcome(usable, classifier.report().message);
}

}  // namespace

ExitCode run_classify(const ClassifyOptions& options) {
  check_options(options);
  return run_on_threads(options.threads, [&] { return classify(options); });
}

}  // namespace croquis::tools
