// A generalized linear model as Newton's method sees it.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "solvers/newton/model_data.hpp"
#include "solvers/newton/model_features.hpp"
#include "solvers/newton/newton_problem.hpp"

namespace croquis {

/// The unknowns are those of `GeneralizedLinearModel::unknowns`: K columns of n coefficients and an intercept, if there
/// is one. The state is the predictors Z = A X + c, m rows of K numbers, of the trial and of the current point.
class GeneralizedLinearProblem final : public NewtonProblem {
 public:
  /// The data are checked here (`model_data`); A must outlive this, unless it is sparse and stored by columns.
  GeneralizedLinearProblem(const AnyMatrixView<double>& a, std::span<const double> y,
                           const GeneralizedLinearOptions& options);
  /// The same of other features than a matrix in memory.
  GeneralizedLinearProblem(std::unique_ptr<ModelFeatures> features, ModelData data,
                           const GeneralizedLinearOptions& options);

  std::int64_t unknowns() const override { return rows_of_unknowns() * data_.predictors; }
  double evaluate(const double* x, double* gradient) override;
  void accept() override;
  void hessian_times(const double* v, double* hv) override;
  /// Of so many directions, one after the other, in one read of A.
  void hessian_times(std::int64_t directions, const double* v, double* hv);
  std::unique_ptr<Preconditioner> precondition(std::uint64_t seed) override;
  double preconditioner_cost() const override { return features_->triangle_cost(); }
  double refined_preconditioner_cost() const override { return features_->refined_triangle_cost(); }
  void refine_preconditioner() override { features_->refine_triangle(); }
  void set_lent_curvature(double part) override;
  bool may_lack_curvature() const override;
  bool may_have_no_minimiser() const override { return ridge_ == 0 && is_exponential(loss_); }
  bool may_fall_without_end() const override { return separated_; }
  double predictor_change() const override { return predictor_change_; }
  bool is_ray(const double* direction) override;
  /// Why f falls without end, whatever the ridge, along an intercept alone, which is not penalised; empty where it does
  /// not.
  std::string unbounded_intercept() const;
  double passes() const override { return passes_; }

  const ModelData& data() const { return data_; }
  ModelLoss loss() const { return loss_; }
  double ridge() const { return ridge_; }
  /// Another function, with the same current point.
  void set_ridge(double ridge) { ridge_ = ridge; }
  /// The weighted mean of the squared lengths of the rows of A, or a bound of it.
  double mean_squared_row() const;

 private:
  std::int64_t rows_of_unknowns() const { return features_->cols() + (intercept_ ? 1 : 0); }
  std::int64_t observations() const { return features_->rows(); }
  MatrixView<const double> coefficients(const double* x) const;
  double intercept(const double* x, std::int64_t k) const;
  void product(std::int64_t points, const double* x, double* gradient, double* values,
               const std::function<double(std::int64_t first, MatrixView<double> t)>& body);
  void add_penalty(const double* x, double* gradient) const;
  void refresh_curvature();
  void measure_change();
  std::unique_ptr<Preconditioner> assemble(const std::function<std::vector<double>(const double* v)>& row_scale,
                                           double ridge, std::uint64_t seed);

  std::unique_ptr<ModelFeatures> features_;
  ModelLoss loss_;
  double loss_scale_, ridge_;
  bool intercept_;
  ModelData data_;
  double lent_curvature_ = 0;
  std::vector<double> trial_z_, z_;
  std::vector<double> curvature_;  // m; of softmax the probabilities, m rows of K
  bool separated_ = false;
  double predictor_change_ = 0;
  double passes_ = 0;
};

}  // namespace croquis
