#include "solvers/newton/model_data.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <string>

#include <croquis/errors.hpp>

#include "linalg/check.hpp"
#include "solvers/conclude.hpp"

namespace croquis {

std::string response_text(double value) {
  char text[32];
  return {text, std::to_chars(text, text + sizeof text, value).ptr};
}

namespace {

std::string entry_text(const char* name, std::size_t i, double value) {
  return std::string(name) + ": entry " + std::to_string(i) + " is " + response_text(value);
}

std::vector<double> distinct(std::span<const double> y) {
  std::vector<double> labels(y.begin(), y.end());
  std::sort(labels.begin(), labels.end());
  labels.erase(std::unique(labels.begin(), labels.end()), labels.end());
  return labels;
}

void check_labels(ModelLoss loss, const std::vector<double>& labels) {
  const std::string loss_name = to_string(loss);
  if (labels.size() < 2)
    throw InvalidOption("y holds one label only, " + response_text(labels.front()) + ": " + loss_name +
                        " needs observations of " + (loss == ModelLoss::softmax ? "at least " : "") + "two classes");
  if (loss != ModelLoss::softmax && labels.size() > 2)
    throw InvalidOption("y holds " + std::to_string(labels.size()) + " different labels, " + response_text(labels[0]) +
                        ", " + response_text(labels[1]) + ", " + response_text(labels[2]) +
                        (labels.size() > 3 ? ", ..." : "") + ": " + loss_name + " takes two, and softmax any number");
}

std::vector<double> normalized(std::span<const double> weights) {
  double sum = 0;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    if (!(weights[i] >= 0 && std::isfinite(weights[i])))
      throw InvalidOption(entry_text("weights", i, weights[i]) + ", but must be finite and not negative");
    sum += weights[i];
  }
  if (!(sum > 0) && !weights.empty()) throw InvalidOption("weights are all zero");
  if (!std::isfinite(sum)) throw InvalidOption("the sum of the weights overflows");
  std::vector<double> result(weights.begin(), weights.end());
  for (double& weight : result) weight /= sum;
  return result;
}

void check_sizes(const AnyMatrixView<double>& a, std::span<const double> y, std::span<const double> weights) {
  check_view(a, "A");
  if (a.rows() == 0) throw ShapeError("A is " + shape_text(a.rows(), a.cols()) + ": a model needs observations");
  check_shape(static_cast<std::int64_t>(y.size()), 1, a.rows(), 1, "y", "it needs an entry for each row of A");
  if (!weights.empty())
    check_shape(static_cast<std::int64_t>(weights.size()), 1, a.rows(), 1, "weights",
                "they need an entry for each row of A");
  for (std::size_t i = 0; i < y.size(); ++i)
    if (!std::isfinite(y[i])) throw InvalidOption(entry_text("y", i, y[i]) + ", but must be finite");
}

}  // namespace

ModelData model_data(const AnyMatrixView<double>& a, std::span<const double> y, std::span<const double> weights,
                     ModelLoss loss, const std::vector<double>& labels) {
  check_sizes(a, y, weights);
  ModelData data;
  data.weight = normalized(weights);
  data.response.assign(y.begin(), y.end());
  if (loss == ModelLoss::poisson) {
    for (std::size_t i = 0; i < y.size(); ++i)
      if (y[i] < 0) throw InvalidOption(entry_text("y", i, y[i]) + ", but counts are not negative");
  }
  if (!is_classification(loss)) return data;
  data.labels = labels;
  if (loss == ModelLoss::softmax) data.predictors = static_cast<std::int64_t>(labels.size());
  for (std::size_t i = 0; i < y.size(); ++i) {
    const auto place = std::lower_bound(labels.begin(), labels.end(), y[i]);
    if (place == labels.end() || *place != y[i])
      throw InvalidOption(entry_text("y", i, y[i]) + ", which is not a label of the model");
    const auto number = static_cast<double>(place - labels.begin());
    data.response[i] = loss == ModelLoss::softmax ? number : 2 * number - 1;
  }
  return data;
}

ModelData model_data(const AnyMatrixView<double>& a, std::span<const double> y,
                     const GeneralizedLinearOptions& options) {
  if (!(options.ridge >= 0 && std::isfinite(options.ridge)))
    throw InvalidOption("ridge is " + scientific(options.ridge) + " but must be finite and at least 0");
  if (!(options.loss_scale > 0 && std::isfinite(options.loss_scale)))
    throw InvalidOption("loss_scale is " + scientific(options.loss_scale) + " but must be finite and above 0");
  check_sizes(a, y, options.weights);
  std::vector<double> labels;
  if (is_classification(options.loss)) {
    // Rows of no weight do not count.
    std::vector<double> counted;
    for (std::size_t i = 0; i < y.size(); ++i)
      if (options.weights.empty() || options.weights[i] > 0) counted.push_back(y[i]);
    if (!counted.empty()) {
      check_labels(options.loss, distinct(counted));
      labels = distinct(y);
      check_labels(options.loss, labels);
    }
  }
  return model_data(a, y, options.weights, options.loss, labels);
}

namespace {

// The first column whose entries are all zero, or all the same; -1 if there is none.
struct ColumnRange {
  double least = std::numeric_limits<double>::infinity();
  double largest = -std::numeric_limits<double>::infinity();
  std::int64_t entries = 0;
  void add(double entry) {
    least = std::min(least, entry);
    largest = std::max(largest, entry);
    ++entries;
  }
};

// body(outer, inner, entry) for each stored place of rows (or columns) `outer`; entries that repeat a place are added.
template <class Index, class Body>
void for_each_place(std::int64_t outers, std::int64_t inners, const Index* start, const Index* inner,
                    const double* value, const Body& body) {
  std::vector<std::int64_t> holder(static_cast<std::size_t>(inners), -1);
  std::vector<double> sum(holder.size());
  for (std::int64_t outer = 0; outer < outers; ++outer) {
    for (auto k = start[outer]; k < start[outer + 1]; ++k) {
      const auto at = static_cast<std::size_t>(inner[k]);
      if (holder[at] != outer) sum[at] = 0;
      holder[at] = outer;
      sum[at] += value[k];
    }
    for (auto k = start[outer]; k < start[outer + 1]; ++k) {
      const auto at = static_cast<std::size_t>(inner[k]);
      if (holder[at] == outer) body(outer, static_cast<std::int64_t>(at), sum[at]);
      holder[at] = -1;
    }
  }
}

std::vector<ColumnRange> column_ranges(const AnyMatrixView<double>& a) {
  std::vector<ColumnRange> ranges(static_cast<std::size_t>(a.cols()));
  std::visit(
      [&](const auto& view) {
        if constexpr (requires { view.row_start; }) {
          for_each_place(
              view.rows, view.cols, view.row_start, view.column, view.value,
              [&](std::int64_t, std::int64_t j, double entry) { ranges[static_cast<std::size_t>(j)].add(entry); });
        } else if constexpr (requires { view.column_start; }) {
          for_each_place(
              view.cols, view.rows, view.column_start, view.row, view.value,
              [&](std::int64_t j, std::int64_t, double entry) { ranges[static_cast<std::size_t>(j)].add(entry); });
        } else {
          // Most columns vary within a few rows.
          std::vector<std::int64_t> open(ranges.size());
          for (std::size_t j = 0; j < open.size(); ++j) open[j] = static_cast<std::int64_t>(j);
          for (std::int64_t i = 0; i < view.rows && !open.empty(); ++i) {
            for (const std::int64_t j : open) ranges[static_cast<std::size_t>(j)].add(view(i, j));
            std::erase_if(open, [&](std::int64_t j) {
              const ColumnRange& range = ranges[static_cast<std::size_t>(j)];
              return range.least < range.largest;
            });
          }
        }
      },
      a.storage());
  return ranges;
}

}  // namespace

void check_no_constant_column(const AnyMatrixView<double>& a, bool intercept) {
  const std::vector<ColumnRange> ranges = column_ranges(a);
  for (std::size_t j = 0; j < ranges.size(); ++j) {
    ColumnRange range = ranges[j];
    if (!a.is_dense() && range.entries < a.rows()) range.add(0);
    if (range.least != range.largest || (!intercept && range.least != 0)) continue;
    throw InvalidOption("column " + std::to_string(j) + " of A is constant, " + scientific(range.least) +
                        ": without a ridge its coefficient is not determined" +
                        (range.least == 0 ? "" : " beside an intercept"));
  }
}

}  // namespace croquis
