#include "perf/ceres_reference.hpp"

#include <algorithm>
#include <limits>

#include <ceres/ceres.h>

namespace croquis::perf {
namespace {

constexpr std::int64_t block_rows = 256;

class Rows : public ceres::CostFunction {
 public:
  Rows(const Regression& model, std::int64_t first, std::int64_t count) : model_(model), first_(first) {
    set_num_residuals(static_cast<int>(count));
    mutable_parameter_block_sizes()->push_back(static_cast<int>(model.cols()));
  }
  bool Evaluate(double const* const* x, double* r, double** j) const override {
    model_.evaluate(x[0], first_, {r, static_cast<std::size_t>(num_residuals())}, j == nullptr ? nullptr : j[0]);
    return true;
  }

 private:
  const Regression& model_;
  std::int64_t first_;
};

}  // namespace

CeresFit fit_by_ceres(const Regression& model, CeresSolver solver, double largest_gradient, int threads) {
  CeresFit fit{std::vector<double>(static_cast<std::size_t>(model.cols()))};
  ceres::Problem problem;
  for (std::int64_t first = 0; first < model.rows(); first += block_rows)
    problem.AddResidualBlock(new Rows(model, first, std::min(block_rows, model.rows() - first)), nullptr, fit.x.data());
  ceres::Solver::Options options;
  options.minimizer_type = ceres::TRUST_REGION;
  options.trust_region_strategy_type = ceres::LEVENBERG_MARQUARDT;
  options.linear_solver_type = solver == CeresSolver::qr_lapack || solver == CeresSolver::qr_eigen
                                   ? ceres::DENSE_QR
                                   : ceres::DENSE_NORMAL_CHOLESKY;
  options.dense_linear_algebra_library_type =
      solver == CeresSolver::qr_lapack || solver == CeresSolver::cholesky_lapack ? ceres::LAPACK : ceres::EIGEN;
  options.num_threads = threads;
  options.max_num_iterations = 200;
  options.gradient_tolerance = largest_gradient;
  options.function_tolerance = 0;
  options.parameter_tolerance = 0;
  options.logging_type = ceres::SILENT;
  ceres::Solver::Summary summary;
  ceres::Solve(options, &problem, &summary);
  fit.iterations = static_cast<std::int64_t>(summary.iterations.size()) - 1;
  return fit;
}

}  // namespace croquis::perf
