// Generalized linear models: logistic, softmax and Poisson regression and their kin, by Newton's method.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <croquis/export.hpp>
#include <croquis/linalg/any_matrix_view.hpp>
#include <croquis/solvers/minimize.hpp>

namespace croquis {

/// What an observation costs, given its linear predictor z = a^T x + c and the response y.
enum class ModelLoss {
  logistic,        ///< log(1 + exp(-z)) or, for the smaller of two labels, log(1 + exp(z))
  softmax,         ///< log(sum_k exp(z_k)) - z_y, a predictor for each of the labels
  poisson,         ///< exp(z) - y z, y >= 0: a count with logarithmic link, but for the constant log(y!)
  squared,         ///< 1/2 (z - y)^2
  huber,           ///< the same for |z - y| <= s, s |z - y| - s^2 / 2 beyond, s = loss_scale
  smoothed_hinge,  ///< for u = z, or -z for the smaller label: 0 from u = 1 on, (1 - u)^2 / (2 s) down to 1 - s, and
                   ///< 1 - u - s / 2 below
};

/// "logistic", "softmax", "poisson", "squared", "huber" or "smoothed-hinge".
CROQUIS_API std::string to_string(ModelLoss loss);

/// True of the losses whose responses are labels.
CROQUIS_API bool is_classification(ModelLoss loss);

/// The ridges on the way to the one that is asked for.
enum class RidgeSchedule {
  automatic,  ///< `fixed`; if that has to damp a step below a quarter or stalls, `decreasing`, for losses of
              ///< exponentials
  fixed,      ///< none
  decreasing  ///< falling ones, each with so few steps that the next begins where Newton's method converges
              ///< quadratically, in at most half of the iterations allowed
};

/// "automatic", "fixed" or "decreasing".
CROQUIS_API std::string to_string(RidgeSchedule schedule);

/// What was done at one of the ridges before the last.
struct RidgeStage {
  double ridge = 0;
  std::int64_t steps = 0;
  std::int64_t products = 0;
  double decrement = 0;  ///< -g^T s of its last step
};

/// Which model, and how it is fitted.
struct GeneralizedLinearOptions {
  ModelLoss loss = ModelLoss::logistic;
  double ridge = 0;                      ///< mu >= 0
  bool intercept = true;                 ///< whether there is a constant c, which is not penalised
  double loss_scale = 1;                 ///< s > 0, of `huber` and `smoothed_hinge`
  std::span<const double> weights = {};  ///< w, m numbers >= 0, not all zero; empty: all one
  /// Where to start: n (+ 1 with an intercept, behind the others) numbers for each predictor, one after the other, as
  /// `GeneralizedLinearModel::unknowns` returns them; empty: zeros.
  std::span<const double> start = {};
  RidgeSchedule ridge_schedule = RidgeSchedule::automatic;
  NewtonOptions newton = {};
};

/// A fitted model. It owns what it holds; the data may go.
struct [[nodiscard]] GeneralizedLinearModel : NewtonReport {
  ModelLoss loss = ModelLoss::logistic;
  double loss_scale = 1;
  /// Ascending, of a loss for classes: two, of which the larger is the one that positive predictors speak for, or for
  /// `softmax` one for each predictor.
  std::vector<double> labels;
  Matrix<double> coefficients;     ///< n x K: K is 1, or the number of labels for `softmax`
  std::vector<double> intercepts;  ///< K; zeros without an intercept
  std::vector<double> unknowns;    ///< the same in one, as `start` takes them
  /// The ridges that led to mu, in the order tried: one that was too small is followed by a larger one, from the point
  /// before. Their steps are in the history, with values of f at their ridges.
  std::vector<RidgeStage> ridge_stages;
};

/// Fits a generalized linear model with a ridge: minimises
///
///   f(x, c) = sum_i w_i loss(a_i^T x + c, y_i) / sum_i w_i + mu / 2 ||x||^2.
///
/// | argument | shape | |
/// |---|---|---|
/// | A | m x n | dense in either layout, CSR or CSC; no column of ones where there is an intercept |
/// | y | m | labels (any two numbers; for softmax two or more different ones), counts, or numbers |
///
/// By `minimize` from zero. Value and gradient, and each product with the Hessian, take one read of A: a block of rows
/// is in cache from the predictors to the gradient. Of softmax's K predictors the preconditioner takes the K - 1
/// combinations in which the mean Hessian of the loss is diagonal, one triangle for each.
///
/// With 100 rows and more for each column, a few steps on a sample of a sixteenth of the rows find the start, unless
/// one is given; `passes` counts them as parts of a read, the history leaves them out.
///
/// Far from the minimiser of an ill-conditioned problem Newton's steps have to be damped, and there are many.
/// Decreasing regularization starts at zero with a ridge as large as the features, where that is near the minimiser,
/// and lowers it: a full step or two at each ridge, and the next one by a factor that becomes smaller where the
/// decrement fell fast and larger where it did not (Marteau-Ferey, Bach and Rudi, arXiv 1907.01771, who choose the
/// factor by a bound). Its number of steps grows with the logarithm of the condition number.
///
/// The mean loss makes mu independent of m: liblinear's C is 1 / (mu m). Coefficients of `softmax` add up to zero over
/// the labels. Constant columns are harmless with mu > 0 and an error without. `huber` and `smoothed_hinge` have no
/// curvature where they are straight: until convergence they are given a small one, which the step alone sees, and
/// steps go on, twice as far each time, while f falls along them half as steeply as at first.
///
/// Statuses: those of `minimize`, and `unbounded` where mu = 0 and it is proved, but for rounding errors, that there is
/// no minimiser: classes that a plane separates (or nearly: all but the points on it), counts that are zero on one side
/// of one; and, for any mu, where an intercept falls without end: all counts are zero, or a label of softmax has
/// observations of weight zero alone. That is told at once, and x is the start. `non_finite_input` names the row.
/// Without a ridge, columns that depend on others leave the coefficients undetermined, though not the value; condition
/// numbers beyond some 1e8 let rounding errors end the iteration before the tolerances do, which is `converged` with a
/// message that says so.
///
/// Cost: a dozen to some fifty reads of A, and a sketch or a Gram matrix of A some times. Memory: O((m + n) K), n^2 for
/// each predictor and 9 n^2 for a sketch (`diagonal`: neither), some 100 MiB, a sixteenth of A for the sample, and a
/// copy of a sparse A by columns. The result does not depend on the number of threads. A, y and the weights are not
/// changed.
///
/// Throws `ShapeError` if the shapes do not fit; `InvalidOption`, naming the first entry that is wrong, for options out
/// of range, weights that are negative, not finite or all zero, labels that are not two (softmax: only one), negative
/// counts, an entry of y that is not finite, and for mu = 0 a constant column with an intercept or a column of zeros.
CROQUIS_API GeneralizedLinearModel fit_generalized_linear_model(const AnyMatrixView<double>& a,
                                                                std::span<const double> y,
                                                                const GeneralizedLinearOptions& options = {});

/// The function that `fit_generalized_linear_model` minimises, of the unknowns in the order of
/// `GeneralizedLinearModel::unknowns`, with its gradient and Hessian products. It refers to A, which must outlive it,
/// and keeps the predictors of the last x: it must not be called from two threads at once. Errors as above, and
/// `InvalidOption` for data that are not finite.
CROQUIS_API Objective generalized_linear_objective(const AnyMatrixView<double>& a, std::span<const double> y,
                                                   const GeneralizedLinearOptions& options = {});

/// The linear predictors A X + c of new data, m x K; NaN or infinite where A is. Throws `ShapeError` unless A has a
/// column for each coefficient.
CROQUIS_API Matrix<double> linear_predictors(const GeneralizedLinearModel& model, const AnyMatrixView<double>& a);

/// The probabilities of the labels, m x labels, by `logistic` and `softmax`. Throws as above, and `InvalidOption` for
/// other losses and for a row whose predictor is not finite, which it names.
CROQUIS_API Matrix<double> class_probabilities(const GeneralizedLinearModel& model, const AnyMatrixView<double>& a);

/// What the model says of each row: the likeliest label, or the mean of the response (exp(z) for `poisson`, else z).
/// Throws as `linear_predictors`, and `InvalidOption` for a row whose predictor is not finite, which it names.
CROQUIS_API std::vector<double> predictions(const GeneralizedLinearModel& model, const AnyMatrixView<double>& a);

/// How well a model does on data.
struct ModelScore {
  double mean_loss = 0;  ///< weighted; for `logistic` and `softmax` it is the log-loss
  double accuracy = 0;   ///< the weighted part of the labels that are predicted; NaN for other losses
};

/// Throws as `predictions`, and `InvalidOption` for a label that the model does not know and weights as above.
CROQUIS_API ModelScore score(const GeneralizedLinearModel& model, const AnyMatrixView<double>& a,
                             std::span<const double> y, std::span<const double> weights = {});

}  // namespace croquis
