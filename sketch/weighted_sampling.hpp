// Drawing numbers of [0, m) with given weights.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace croquis {

/// `count` independent draws, number j with probability weights[j] / sum. Draw i inverts the distribution function at
/// word 0 of the stream `weighted_sample` at position i. The weights are not negative and not all zero.
std::vector<std::int64_t> sample_with_replacement(std::uint64_t seed, std::span<const double> weights,
                                                  std::int64_t count);

/// q_j = min(1, c weights[j]) with c such that the sum is `count`; at least `count` of the weights are positive.
std::vector<double> inclusion_probabilities(std::span<const double> weights, std::int64_t count);

/// `count` different numbers, ascending, number j among them with probability[j]; the probabilities add up to `count`.
///
/// The ordered pivotal method: a contender meets the numbers in turn, and of the two one gets as much of their joint
/// probability as it can hold, the other the rest; who reaches 1 is in the sample, who reaches 0 is out. The duel with
/// number j is decided by word 0 of the stream `weighted_sample` at position j.
/// Source: Deville and Tille, Biometrika 85 (1998).
std::vector<std::int64_t> pivotal_sample(std::uint64_t seed, std::span<const double> probability, std::int64_t count);

}  // namespace croquis
