// The losses of generalized linear models, for runs of observations.
#pragma once

#include <cstdint>

#include <croquis/linalg/matrix_view.hpp>
#include <croquis/solvers/generalized_linear_model.hpp>

namespace croquis {

/// A run of observations.
struct Observations {
  std::int64_t count = 0;
  const double* response = nullptr;  ///< -1 and 1, numbers of classes, counts or numbers, as the loss has them
  const double* weight = nullptr;    ///< null: all equal to `common_weight`
  double common_weight = 1;

  double weight_at(std::int64_t i) const { return weight == nullptr ? common_weight : weight[i]; }
};

/// Of logistic, softmax and poisson: the third derivative is at most a multiple of the second, which the predictors
/// change by a factor of order one where they change by one.
bool is_exponential(ModelLoss loss);

/// The weighted sum of the losses at predictors Z (count x K, either layout), each overwritten by its weighted slope.
///
/// Exponentials are of numbers that are not positive (of Poisson's alone, of z: infinite from 709 on). K is 1 but for
/// softmax.
double losses_and_slopes(ModelLoss loss, double scale, const Observations& observations, MatrixView<double> z);

/// The weighted second derivatives at predictors z. Where those of huber and smoothed_hinge are zero, `part` <= 1 of
/// what a step far from the minimum takes instead. Not for softmax.
void curvatures(ModelLoss loss, double scale, const Observations& observations, double part, const double* z,
                double* curvature);

/// P := softmax of the rows of Z, both `count` rows of K numbers.
void softmax(std::int64_t count, std::int64_t classes, const double* z, double* p);

/// The least y z, or z_y - z_k for softmax, of the observations whose weight is not zero.
double least_margin(ModelLoss loss, const Observations& observations, std::int64_t classes, const double* z);

}  // namespace croquis
