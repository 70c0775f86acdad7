// How much ridge a generalized linear model or a kernel model needs, by data that it has not seen.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <croquis/export.hpp>
#include <croquis/solvers/generalized_linear_model.hpp>
#include <croquis/solvers/kernel_model.hpp>

namespace croquis {

/// Options of `cross_validate_ridges`.
struct CrossValidationOptions {
  std::vector<double> ridges = {};  ///< at least one
  std::int64_t folds = 5;           ///< from 2 to m
  std::uint64_t seed = 0;           ///< of the folds. Same seed, same folds
};

/// What held-out observations say of one ridge.
struct RidgeScore {
  double ridge = 0;
  double mean_loss = 0;       ///< over all observations, each by the model that has not seen it
  double standard_error = 0;  ///< of the mean over the folds: their standard deviation over the root of their number
  double accuracy = 0;        ///< likewise; NaN but for classes
  bool solved = true;         ///< whether all its models were `solved()`; if not, they are the best points found
};

struct CrossValidation {
  std::vector<RidgeScore> scores;  ///< in the order of the ridges
  std::size_t best = 0;            ///< the one of the least mean loss
};

/// Fits the model of `options` for each ridge and each fold, without the observations of that fold, and scores it on
/// those.
///
/// Folds are dealt at random, of classes each label by itself, so that every fold has its part of each. A fold is a set
/// of weights zero: A is not copied. Models of a fold start from the one of the next larger ridge.
///
/// Cost: folds times ridges models. The result does not depend on the number of threads. Throws as
/// `fit_generalized_linear_model`, and `InvalidOption` for ridges that are empty or out of range, folds that are, and a
/// class that all but one fold do without.
CROQUIS_API CrossValidation cross_validate_ridges(const AnyMatrixView<double>& a, std::span<const double> y,
                                                  const CrossValidationOptions& validation,
                                                  const GeneralizedLinearOptions& options = {});

/// The same for a kernel model; ridges must be above 0. The centres, and the bandwidth unless it is given, are those of
/// `fit_kernel_model` for all rows, labels of which the models of a fold do not see. Every model computes the kernel
/// anew. Throws as `fit_kernel_model`, and as above.
CROQUIS_API CrossValidation cross_validate_kernel_ridges(const AnyMatrixView<double>& a, std::span<const double> y,
                                                         const CrossValidationOptions& validation,
                                                         const KernelModelOptions& options = {});

}  // namespace croquis
