// How fast is `nonlinear_least_squares` with many more residuals than unknowns beside Ceres, to the same gradient? And
// what does it need with many unknowns beside what Gauss-Newton would need for a tenth of one Jacobian?
#include <croquis/solvers/nonlinear_least_squares.hpp>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include <sys/resource.h>

#ifdef CROQUIS_HAVE_CERES
#include "perf/ceres_reference.hpp"
#endif
#include "linalg/parallel.hpp"
#include "perf/bratu.hpp"
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

double peak_mb() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024;
}

// Until the cost has fallen by a thousandth.
Case make_wide_case() {
  return {.name = "bratu 316x316 until 1e-3 less", .reference = "J / 10", .make = [](bool quick) {
            const std::int64_t side = quick ? 40 : 316;
            const std::int64_t p = quick ? 16 : 64;
            const auto problem = std::make_shared<NonlinearProblem>(bratu(side));
            const std::int64_t n = problem->unknowns;
            const auto fit = std::make_shared<NonlinearFit>();
            const auto products = std::make_shared<Matrix<double>>(n, p);
            const auto peak = std::make_shared<double>(0);
            const std::vector<double> x0(static_cast<std::size_t>(n));
            const NonlinearOptions options{.method = NonlinearMethod::subspace,
                                           .subspace = {.dimensions = p},
                                           .on_iteration = [first = 0.0](const NonlinearProgress& progress) mutable {
                                             if (progress.iteration == 1)
                                               first = progress.cost + std::max(0.0, progress.cost_change);
                                             return progress.cost > 0.999 * first;
                                           }};
            return Contest{
                .prepare_ours = {},
                .ours =
                    [=] {
                      *fit = nonlinear_least_squares(*problem, x0, options);
                      if (*peak == 0) *peak = peak_mb();
                    },
                .prepare_reference = {},
                .reference =
                    [=] {
                      Matrix<double> v(n, p);
                      for (std::int64_t first = 0; first < n / 10; first += p) {
                        for (std::int64_t k = 0; k < p; ++k) v(first + k, k) = 1;
                        problem->jacobian_times(x0, v.view(), products->view());
                        for (std::int64_t k = 0; k < p; ++k) v(first + k, k) = 0;
                      }
                    },
                .findings = [=]() -> std::vector<std::pair<std::string, double>> {
                  return {{"jacobian_columns", static_cast<double>(fit->jacobian_columns)},
                          {"of_n", static_cast<double>(fit->jacobian_columns) / static_cast<double>(n)},
                          {"iterations", static_cast<double>(fit->iterations)},
                          {"decrease", 1 - fit->cost / fit->initial_cost},
                          {"peak_mb", *peak}};
                },
            };
          }};
}

std::vector<Case> all_cases() {
  // First: the peak of memory is that of the process.
  std::vector<Case> cases{make_wide_case()};
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
