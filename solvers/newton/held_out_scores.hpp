// How well models of several ridges do on folds of the data that they have not seen.
#pragma once

#include <functional>
#include <span>

#include <croquis/solvers/cross_validation.hpp>

#include "solvers/newton/model_data.hpp"

namespace croquis {

struct HeldOutScore {
  ModelScore score;  ///< on the observations of the fold
  bool solved = true;
};

/// The models of one fold: called with each ridge, the largest first.
using FoldModels = std::function<HeldOutScore(double ridge)>;

/// Deals the folds, asks `models_of_fold` for the models of each, whose observations have weights zero in `outside` and
/// are all that have others in `inside`, and adds up what they say. Throws as `cross_validate_ridges`, but for ridges
/// out of range.
CrossValidation held_out_scores(
    const ModelData& data, const CrossValidationOptions& validation, std::span<const double> weights,
    const std::function<FoldModels(std::span<const double> outside, std::span<const double> inside)>& models_of_fold);

}  // namespace croquis
