// Kernel machines with few centres: logistic and other models in the space of a kernel of distances.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <croquis/export.hpp>
#include <croquis/linalg/any_matrix_view.hpp>
#include <croquis/linalg/matrix.hpp>
#include <croquis/solvers/generalized_linear_model.hpp>

namespace croquis {

/// k(x, c) as a function of t = ||x - c|| / h, h the bandwidth. All are positive definite in any dimension, and one at
/// t = 0; the functions that they span are the rougher, the further below.
enum class KernelFunction {
  gaussian,  ///< exp(-t^2 / 2): derivatives of any order
  matern52,  ///< (1 + sqrt(5) t + 5 t^2 / 3) exp(-sqrt(5) t): two
  matern32,  ///< (1 + sqrt(3) t) exp(-sqrt(3) t): one
  laplacian  ///< exp(-t), of the Euclidean distance: none
};

/// "gaussian", "matern52", "matern32" or "laplacian".
CROQUIS_API std::string to_string(KernelFunction function);

/// Which kernel model, and how it is fitted.
struct KernelModelOptions {
  ModelLoss loss = ModelLoss::logistic;
  double ridge = 1e-6;  ///< mu > 0
  KernelFunction kernel = KernelFunction::gaussian;
  double bandwidth = 0;                  ///< h; 0: the median distance of two of 400 sampled points
  std::int64_t centres = 0;              ///< M, at most m; 0: 5 sqrt(m), the order that the theory asks for
  bool intercept = true;                 ///< whether there is a constant, which is not penalised
  double loss_scale = 1;                 ///< as for `GeneralizedLinearOptions`
  std::span<const double> weights = {};  ///< as there
  /// Bytes of kernel entries that are kept; the others are computed for each product, which for ridges below 1e-8 also
  /// costs digits: the optimum is then reached as far as the message says.
  std::int64_t memory_limit = std::int64_t{2} << 30;
  RidgeSchedule ridge_schedule = RidgeSchedule::automatic;
  /// `seed` draws the centres too. The preconditioner is `automatic` or `none`. The x that a callback sees is that of
  /// an orthonormal basis of the centres' functions, for each predictor, and the intercept behind it.
  NewtonOptions newton = {};
};

/// A fitted model. It owns what it holds; the data may go.
struct [[nodiscard]] KernelModel : NewtonReport {
  ModelLoss loss = ModelLoss::logistic;
  double loss_scale = 1;
  std::vector<double> labels;  ///< as `GeneralizedLinearModel` has them
  KernelFunction kernel = KernelFunction::gaussian;
  double bandwidth = 1;
  Matrix<double> centres;                 ///< M x p, by rows
  std::vector<std::int64_t> centre_rows;  ///< the rows of A that they are, ascending
  double jitter = 0;                      ///< added to the diagonal of K_MM so that it has a Cholesky factor
  Matrix<double> coefficients;            ///< a: M x K, K as for `GeneralizedLinearModel`
  std::vector<double> intercepts;         ///< K; zeros without an intercept
  std::vector<RidgeStage> ridge_stages;   ///< as `GeneralizedLinearModel` has them
};

/// Fits a model in the space of a kernel k, exp(-||x - c||^2 / (2 h^2)) or another: minimises over the functions
/// f = sum_j a_j k(., c_j) of M centres, which are rows of A drawn uniformly,
///
///   sum_i w_i loss(f(x_i) + b, y_i) / sum_i w_i + mu / 2 ||f||^2,   ||f||^2 = a^T (K_MM + jitter I) a.
///
/// | argument | shape | |
/// |---|---|---|
/// | A | m x p | a point in each row; dense in either layout, or sparse, of which a dense copy is made |
/// | y | m | labels, counts or numbers, as for `fit_generalized_linear_model` |
///
/// Distances are of the features as they are: scale them first where their units differ.
///
/// By Newton's method with conjugate gradients as `minimize`, along falling ridges where that is needed
/// (`RidgeSchedule`), so that mu may be 1e-12 of a kernel whose entries are at most 1. The preconditioner is a Cholesky
/// factor from 4 M rows of the features K T^-1, K_MM + jitter I = T^T T, drawn anew by the curvatures of the loss. With
/// all points as centres it is kernel logistic (or ridge) regression without an approximation. The gradient norm of the
/// report is that of the kernel's space. Centres that coincide, or nearly, are harmless.
///
/// Statuses: those of `minimize`; `unbounded` where an intercept falls without end, as in
/// `fit_generalized_linear_model`; `non_finite_input` names the row of A. With ridges below 1e-8 rounding errors of the
/// coefficients may change the function, whose value is reported as they give it: by more than the value tolerance, and
/// the message says so; by more than a thousandth, and the status is `noise_limited`.
///
/// Cost: for each of some 30 to some hundred products m M multiplications and additions twice, from memory, or where
/// `memory_limit` does not hold all entries 3 p flops and an exponential for each too; some 8 M^3 flops for each
/// preconditioner; for ridges below 1e-8, m M^2 flops once. Memory: 8 m M bytes, at most `memory_limit`, a copy of the
/// points, 5 M^2 numbers, 4 M^2 more meanwhile, and 100 MiB. The result does not depend on the number of threads. A, y
/// and the weights are not changed.
///
/// Throws as `fit_generalized_linear_model`, and `InvalidOption` for a ridge that is not above 0, more centres than
/// points, a bandwidth or a memory limit below 0, and features that overflow where they are divided by the bandwidth.
/// Sources: Marteau-Ferey, Bach and Rudi, arXiv 1907.01771; Rudi, Carratino and Rosasco, arXiv 1705.10958 (FALKON).
CROQUIS_API KernelModel fit_kernel_model(const AnyMatrixView<double>& a, std::span<const double> y,
                                         const KernelModelOptions& options = {});

/// The predictors f(x) + b of new points, m x K. Reads A by blocks, 3 p M flops and M exponentials for each row; a copy
/// of A and 16 MiB. Throws `ShapeError` unless A has as many columns as the centres, `InvalidOption` naming a row that
/// is not finite.
CROQUIS_API Matrix<double> predictors(const KernelModel& model, const AnyMatrixView<double>& a);

/// As the functions of those names for a `GeneralizedLinearModel`.
CROQUIS_API Matrix<double> class_probabilities(const KernelModel& model, const AnyMatrixView<double>& a);
CROQUIS_API std::vector<double> predictions(const KernelModel& model, const AnyMatrixView<double>& a);
CROQUIS_API ModelScore score(const KernelModel& model, const AnyMatrixView<double>& a, std::span<const double> y,
                             std::span<const double> weights = {});

}  // namespace croquis
