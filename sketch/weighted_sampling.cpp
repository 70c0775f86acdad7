#include "sketch/weighted_sampling.hpp"

#include <algorithm>
#include <cstddef>
#include <numeric>

#include "sketch/philox.hpp"

namespace croquis {
namespace {

// Uniform on [0, 1), in steps of 2^-53.
double uniform(std::uint64_t seed, std::int64_t position) {
  const auto words = random_words(seed, stream_word(Stream::weighted_sample, 0), static_cast<std::uint64_t>(position));
  return static_cast<double>(words[0] >> 11) * 0x1p-53;
}

}  // namespace

std::vector<std::int64_t> sample_with_replacement(std::uint64_t seed, std::span<const double> weights,
                                                  std::int64_t count) {
  std::vector<double> upto(weights.size());
  std::partial_sum(weights.begin(), weights.end(), upto.begin());
  // Rounding may leave a draw at the very end, where there may be weights of zero.
  const auto last = std::find_if(weights.rbegin(), weights.rend(), [](double w) { return w > 0; });
  const std::int64_t most = weights.rend() - last - 1;
  std::vector<std::int64_t> sample(static_cast<std::size_t>(count));
  for (std::int64_t i = 0; i < count; ++i) {
    const double at = uniform(seed, i) * upto.back();
    const std::int64_t j = std::upper_bound(upto.begin(), upto.end(), at) - upto.begin();
    sample[static_cast<std::size_t>(i)] = std::min(j, most);
  }
  return sample;
}

std::vector<double> inclusion_probabilities(std::span<const double> weights, std::int64_t count) {
  std::vector<double> probability(weights.begin(), weights.end());
  std::vector<bool> certain(weights.size(), false);
  std::int64_t left = count;
  // Capping some at 1 leaves more for the others, of which some may reach 1 in turn.
  for (bool capped = true; capped && left > 0;) {
    capped = false;
    double sum = 0;
    for (std::size_t j = 0; j < weights.size(); ++j)
      if (!certain[j]) sum += weights[j];
    const double factor = static_cast<double>(left) / sum;
    for (std::size_t j = 0; j < weights.size(); ++j) {
      if (certain[j]) continue;
      probability[j] = weights[j] * factor;
      if (probability[j] >= 1) {
        probability[j] = 1;
        certain[j] = true;
        capped = true;
        --left;
      }
    }
  }
  if (left == 0)
    for (std::size_t j = 0; j < weights.size(); ++j) probability[j] = certain[j] ? 1 : 0;
  return probability;
}

std::vector<std::int64_t> pivotal_sample(std::uint64_t seed, std::span<const double> probability, std::int64_t count) {
  std::vector<std::int64_t> sample;
  sample.reserve(static_cast<std::size_t>(count));
  std::int64_t contender = -1;
  double held = 0;
  for (std::int64_t j = 0; j < static_cast<std::int64_t>(probability.size()); ++j) {
    const double q = probability[static_cast<std::size_t>(j)];
    if (q <= 0) continue;
    if (q >= 1) {
      sample.push_back(j);
      continue;
    }
    const double joint = held + q;
    const double u = uniform(seed, j);
    if (joint < 1) {
      if (u * joint >= held) contender = j;
      held = joint;
    } else {
      // One of the two is in; each with a chance that keeps its own probability.
      if (u * (2 - joint) < 1 - q) {
        sample.push_back(contender);
        contender = j;
      } else {
        sample.push_back(j);
      }
      held = joint - 1;
    }
  }
  // The last contender holds 0 or 1, up to rounding.
  if (contender >= 0 && static_cast<std::int64_t>(sample.size()) < count) sample.push_back(contender);
  std::sort(sample.begin(), sample.end());
  return sample;
}

}  // namespace croquis
