#include "solvers/newton/held_out_scores.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>
#include <string>

#include <croquis/errors.hpp>

namespace croquis {
namespace {

void check(const CrossValidationOptions& validation, std::size_t observations) {
  if (validation.ridges.empty()) throw InvalidOption("ridges is empty");
  if (validation.folds < 2 || static_cast<std::size_t>(validation.folds) > observations)
    throw InvalidOption("folds is " + std::to_string(validation.folds) + " but must be from 2 to the " +
                        std::to_string(observations) + " rows");
}

// The fold of each observation: shuffled, and those of a label dealt out one by one.
std::vector<std::int64_t> deal(const ModelData& data, std::int64_t folds, std::uint64_t seed) {
  const std::size_t m = data.response.size();
  std::vector<std::size_t> order(m);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::mt19937_64 bits(seed);
  for (std::size_t i = m; i > 1; --i) std::swap(order[i - 1], order[bits() % i]);
  if (!data.labels.empty())
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t i, std::size_t j) { return data.response[i] < data.response[j]; });
  std::vector<std::int64_t> fold(m);
  for (std::size_t k = 0; k < m; ++k) fold[order[k]] = static_cast<std::int64_t>(k) % folds;
  return fold;
}

std::vector<std::size_t> from_largest(const std::vector<double>& ridges) {
  std::vector<std::size_t> order(ridges.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t i, std::size_t j) { return ridges[i] > ridges[j]; });
  return order;
}

// The weights of the observations that are in a fold, or of those that are not.
std::vector<double> weights_of(std::span<const double> weights, const std::vector<std::int64_t>& fold,
                               std::int64_t number, bool inside) {
  std::vector<double> result(fold.size());
  for (std::size_t i = 0; i < fold.size(); ++i)
    if ((fold[i] == number) == inside) result[i] = weights.empty() ? 1 : weights[i];
  return result;
}

void check_labels_remain(const ModelData& data, const std::vector<double>& weights) {
  for (std::size_t k = 0; k < data.labels.size(); ++k) {
    const double response = data.predictors > 1 ? static_cast<double>(k) : 2 * static_cast<double>(k) - 1;
    bool found = false;
    for (std::size_t i = 0; i < weights.size() && !found; ++i) found = weights[i] > 0 && data.response[i] == response;
    if (!found)
      throw InvalidOption("label " + response_text(data.labels[k]) +
                          " has too few observations: a fold takes all of them");
  }
}

}  // namespace

CrossValidation held_out_scores(
    const ModelData& data, const CrossValidationOptions& validation, std::span<const double> weights,
    const std::function<FoldModels(std::span<const double> outside, std::span<const double> inside)>& models_of_fold) {
  check(validation, data.response.size());
  const std::vector<std::int64_t> fold = deal(data, validation.folds, validation.seed);
  const std::vector<std::size_t> order = from_largest(validation.ridges);
  CrossValidation result;
  for (const double ridge : validation.ridges) result.scores.push_back({.ridge = ridge});
  std::vector<std::vector<double>> losses(order.size());
  double seen = 0;
  for (std::int64_t number = 0; number < validation.folds; ++number) {
    const std::vector<double> inside = weights_of(weights, fold, number, true);
    const std::vector<double> outside = weights_of(weights, fold, number, false);
    const double weight = std::accumulate(inside.begin(), inside.end(), 0.0);
    if (weight == 0) throw InvalidOption("weights are all zero in fold " + std::to_string(number));
    seen += weight;
    check_labels_remain(data, outside);
    const FoldModels models = models_of_fold(outside, inside);
    for (const std::size_t place : order) {
      const HeldOutScore on_fold = models(validation.ridges[place]);
      RidgeScore& total = result.scores[place];
      total.mean_loss += weight * on_fold.score.mean_loss;
      total.accuracy += weight * on_fold.score.accuracy;
      total.solved = total.solved && on_fold.solved;
      losses[place].push_back(on_fold.score.mean_loss);
    }
  }
  for (std::size_t place = 0; place < order.size(); ++place) {
    RidgeScore& total = result.scores[place];
    total.mean_loss /= seen;
    total.accuracy /= seen;
    const auto folds = static_cast<double>(validation.folds);
    const double mean = std::accumulate(losses[place].begin(), losses[place].end(), 0.0) / folds;
    double squares = 0;
    for (const double loss : losses[place]) squares += (loss - mean) * (loss - mean);
    total.standard_error = std::sqrt(squares / (folds - 1) / folds);
    if (total.mean_loss < result.scores[result.best].mean_loss) result.best = place;
  }
  return result;
}

}  // namespace croquis
