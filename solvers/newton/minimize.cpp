#include <croquis/solvers/minimize.hpp>

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include <croquis/errors.hpp>

#include "linalg/finite.hpp"
#include "linalg/stored_by_rows.hpp"
#include "solvers/newton/curvature_root.hpp"
#include "solvers/newton/newton_iteration.hpp"
#include "solvers/newton/objective_check.hpp"
#include "solvers/newton/root_product.hpp"

namespace croquis {
namespace {

class TrianglePreconditioner final : public Preconditioner {
 public:
  TrianglePreconditioner(NewtonPreconditioner kind, ScaledTriangle triangle)
      : kind_(kind), triangle_(std::move(triangle)) {}
  void solve(const double* r, double* z) const override { triangle_.solve(r, z); }
  NewtonPreconditioner kind() const override { return kind_; }

 private:
  NewtonPreconditioner kind_;
  ScaledTriangle triangle_;
};

// An objective of the user's, with the curvature that it gives.
class ObjectiveProblem final : public NewtonProblem {
 public:
  ObjectiveProblem(const Objective& objective, const NewtonOptions& options)
      : objective_(objective), options_(options) {}

  std::int64_t unknowns() const override { return objective_.unknowns; }
  double evaluate(const double* x, double* gradient) override {
    const auto n = static_cast<std::size_t>(unknowns());
    trial_.assign(x, x + n);
    return croquis::evaluate(objective_, trial_, std::span<double>(gradient, n));
  }
  void accept() override {
    x_.swap(trial_);
    root_.reset();
  }
  void hessian_times(const double* v, double* hv) override {
    const auto directions = column_major(v, unknowns(), 1);
    const auto products = column_major(hv, unknowns(), 1);
    if (objective_.hessian_root) {
      root_product(root(), directions, products);
      ++passes_;
    } else {
      croquis::hessian_times(objective_, x_, directions, products);
    }
  }
  std::unique_ptr<Preconditioner> precondition(std::uint64_t seed) override {
    if (!objective_.hessian_root) return nullptr;
    const HessianRoot& at = root();
    std::vector<double> row_scale(at.d.size());
    for (std::size_t i = 0; i < row_scale.size(); ++i) row_scale[i] = std::sqrt(std::max(0.0, at.d[i]));
    SparseMatrix<double> by_rows;
    AnyMatrixView<double> a = at.a;
    if (std::visit(
            [](const auto& view) {
              return requires { view.column_start; };
            },
            a.storage())) {
      by_rows = stored_by_rows<double>(a);
      a = by_rows;
    }
    if (reduction_ && a.rows() == rows_) {
      reduction_->set_matrix(a);
    } else {
      reduction_.emplace(a, false, 1, 1, options_);
      rows_ = a.rows();
    }
    ScaledTriangle triangle = reduction_->triangle(row_scale, std::max(0.0, at.ridge), seed);
    passes_ += reduction_->passes();
    return std::make_unique<TrianglePreconditioner>(reduction_->kind(), std::move(triangle));
  }
  double preconditioner_cost() const override { return reduction_ ? reduction_->cost() : 0; }
  double refined_preconditioner_cost() const override {
    return reduction_ ? reduction_->refined_cost() : NewtonProblem::refined_preconditioner_cost();
  }
  void refine_preconditioner() override { reduction_->refine(); }
  double passes() const override { return passes_; }

 private:
  const HessianRoot& root() {
    if (!root_) root_.emplace(checked_root(objective_, x_));
    return *root_;
  }

  const Objective& objective_;
  const NewtonOptions& options_;
  std::vector<double> trial_, x_;
  std::optional<HessianRoot> root_;         // at x_
  std::optional<CurvatureRoot> reduction_;  // of the newest root
  std::int64_t rows_ = 0;
  double passes_ = 0;
};

}  // namespace

NewtonFit minimize(const Objective& objective, std::span<const double> x0, const NewtonOptions& options) {
  check_newton_options(options);
  check_objective(objective, x0);
  if (!all_finite_serial(x0.data(), objective.unknowns)) throw InvalidOption("x0 is not finite");
  NewtonFit fit;
  fit.x.assign(x0.begin(), x0.end());
  ObjectiveProblem problem(objective, options);
  static_cast<NewtonReport&>(fit) = newton_iteration(problem, fit.x, options);
  return fit;
}

}  // namespace croquis
