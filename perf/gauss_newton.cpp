// How fast is `nonlinear_least_squares` with many more residuals than unknowns beside Ceres, to the same gradient?
#include <croquis/solvers/nonlinear_least_squares.hpp>

#include <memory>
#include <string>
#include <vector>

#ifdef CROQUIS_HAVE_CERES
#include "perf/ceres_reference.hpp"
#endif
#include "linalg/parallel.hpp"
#include "perf/paired_timing.hpp"
#include "perf/regression.hpp"

namespace croquis::perf {
namespace {

enum class JacobianForm { rows, whole };

struct Shape {
  Link link;
  std::int64_t rows;
  std::int64_t cols;
  double condition = 1;
  JacobianForm form = JacobianForm::rows;
};

// By which the gradient at zero has to shrink.
constexpr double reduction = 1e-8;

NonlinearProblem problem_of(const Regression& model, JacobianForm form) {
  NonlinearProblem problem{.residuals = model.rows(), .unknowns = model.cols(), .jacobian_layout = Layout::row_major};
  if (form == JacobianForm::rows) {
    problem.residual_rows = [&model](std::span<const double> x, std::int64_t first, std::span<double> r) {
      model.evaluate(x.data(), first, r, nullptr);
    };
    problem.jacobian_rows = [&model](std::span<const double> x, std::int64_t first, MatrixView<double> j) {
      model.derivatives(x.data(), first, j);
    };
    problem.parallel_residuals = true;
  } else {
    problem.residual = [&model](std::span<const double> x, std::span<double> r) {
      model.evaluate(x.data(), 0, r, nullptr);
    };
    problem.jacobian = [&model](std::span<const double> x, MatrixView<double> j) { model.derivatives(x.data(), 0, j); };
  }
  return problem;
}

std::string name_of(Link link) { return link == Link::exponential ? "exponential" : "logistic"; }

#ifdef CROQUIS_HAVE_CERES
std::string name_of(CeresSolver solver) {
  switch (solver) {
    case CeresSolver::qr_lapack:
      return "qr-lapack";
    case CeresSolver::qr_eigen:
      return "qr-eigen";
    case CeresSolver::cholesky_lapack:
      return "cholesky-lapack";
    case CeresSolver::cholesky_eigen:
      return "cholesky-eigen";
  }
  return {};
}

Case make_case(const Shape& shape, CeresSolver solver) {
  std::string name = name_of(shape.link) + ' ' + std::to_string(shape.rows) + 'x' + std::to_string(shape.cols);
  if (shape.condition > 1) name += " k" + std::to_string(static_cast<int>(shape.condition));
  if (shape.form == JacobianForm::whole) name += " whole-J";
  name += " beside-ceres-" + name_of(solver);
  return {.name = name, .reference = "Ceres", .make = [shape, solver](bool quick) {
            const auto model = std::make_shared<Regression>(shape.link, quick ? shape.rows / 100 : shape.rows,
                                                            quick ? shape.cols / 10 : shape.cols, shape.condition);
            const std::vector<double> x0(static_cast<std::size_t>(model->cols()));
            const double target = reduction * model->largest_gradient(x0);
            const auto fit = std::make_shared<NonlinearFit>();
            const auto reference = std::make_shared<CeresFit>();
            const int threads = available_threads();
            return Contest{
                .prepare_ours = {},
                .ours =
                    [=] {
                      *fit = nonlinear_least_squares(problem_of(*model, shape.form), x0,
                                                     {.gradient_tolerance = reduction / 10});
                    },
                .prepare_reference = {},
                .reference = [=] { *reference = fit_by_ceres(*model, solver, target, threads); },
                .findings = [=]() -> std::vector<std::pair<std::string, double>> {
                  return {{"iterations", static_cast<double>(fit->iterations)},
                          {"jacobians", static_cast<double>(fit->jacobian_columns / model->cols())},
                          {"gradient", model->largest_gradient(fit->x) / target},
                          {"reference_iterations", static_cast<double>(reference->iterations)},
                          {"reference_gradient", model->largest_gradient(reference->x) / target}};
                },
            };
          }};
}
#endif

std::vector<Case> all_cases() {
  std::vector<Case> cases;
#ifdef CROQUIS_HAVE_CERES
  for (const Link link : {Link::exponential, Link::logistic})
    for (const CeresSolver solver :
         {CeresSolver::cholesky_lapack, CeresSolver::cholesky_eigen, CeresSolver::qr_lapack, CeresSolver::qr_eigen})
      cases.push_back(make_case({.link = link, .rows = 200000, .cols = 200}, solver));
  cases.push_back(make_case({.link = Link::exponential, .rows = 200000, .cols = 200, .form = JacobianForm::whole},
                            CeresSolver::cholesky_lapack));
  for (const double condition : {1e3, 1e5})
    cases.push_back(make_case({.link = Link::logistic, .rows = 200000, .cols = 200, .condition = condition},
                              CeresSolver::cholesky_lapack));
#endif
  return cases;
}

}  // namespace
}  // namespace croquis::perf

int main(int argc, char** argv) {
  return croquis::perf::run_cases(argc, argv, "nonlinear_least_squares of tall problems, beside Ceres",
                                  croquis::perf::all_cases());
}
