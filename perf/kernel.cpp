// How fast are kernel models beside L-BFGS on the same features, and the kernel's entries beside a matrix product?
#include <croquis/solvers/kernel_model.hpp>

#include <sys/resource.h>

#include <cmath>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include <croquis/sketch/apply.hpp>

#include "linalg/blas.hpp"
#include "perf/newton_references.hpp"
#include "perf/paired_timing.hpp"
#include "solvers/kernel/kernel_features.hpp"
#include "solvers/newton/generalized_linear_problem.hpp"

namespace croquis::perf {
namespace {

Matrix<double> normal_points(std::int64_t rows, std::int64_t cols, std::uint64_t seed) {
  Matrix<double> x = Matrix<double>::uninitialized(rows, cols, Layout::row_major);
  fill(Gaussian{.rows = rows, .cols = cols, .seed = seed}, x.view());
  for (double& entry : x.entries()) entry *= std::sqrt(static_cast<double>(rows));
  return x;
}

Contest entries_contest(std::int64_t dimensions, bool quick) {
  const std::int64_t rows = quick ? 500 : 16384, centres = quick ? 40 : 2000;
  struct Sides {
    Matrix<double> x, c, k, product;
    RadialKernel kernel;
  };
  Matrix<double> x = normal_points(rows, dimensions, 1), c = normal_points(centres, dimensions, 2);
  scale_points(x, KernelFunction::gaussian, std::sqrt(2.0 * static_cast<double>(dimensions)));
  scale_points(c, KernelFunction::gaussian, std::sqrt(2.0 * static_cast<double>(dimensions)));
  const RadialKernel kernel(KernelFunction::gaussian, c.view());
  const auto s =
      std::make_shared<Sides>(Sides{std::move(x), std::move(c), Matrix<double>(rows, centres, Layout::row_major),
                                    Matrix<double>(rows, centres, Layout::row_major), kernel});
  return {.ours = [s] { s->kernel.fill(s->x.view(), s->k.view()); },
          .reference = [s] { multiply<double>(1, s->x.view(), s->c.view().transposed(), 0, s->product.view()); }};
}

struct Problem {
  Matrix<double> a;
  std::vector<double> y;
  KernelModelOptions options;
  KernelModel model;
  std::unique_ptr<GeneralizedLinearProblem> same;  // with the same features, kept
  Objective objective;
  std::vector<double> reference_x;
  std::int64_t evaluations = 0;
};

double peak_gigabytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) * 1024e-9;
}

std::vector<std::pair<std::string, double>> findings(const Problem& p) {
  std::vector<double> g(p.reference_x.size());
  return {{"objective", p.model.value},
          {"reference_excess", p.same->evaluate(p.reference_x.data(), g.data()) / p.model.value - 1},
          {"relative_gradient", p.model.gradient_norm / p.model.initial_gradient_norm},
          {"iterations", static_cast<double>(p.model.iterations)},
          {"products", static_cast<double>(p.model.products)},
          {"passes", p.model.passes},
          {"reference_evaluations", static_cast<double>(p.evaluations)},
          {"peak_gigabytes", peak_gigabytes()}};
}

// Coordinates of falling sizes, as principal components have them; two classes whose border is curved, and labels that
// are wrong near it.
std::shared_ptr<Problem> logistic_problem(std::int64_t rows, std::int64_t centres, double ridge) {
  const auto p = std::make_shared<Problem>();
  p->a = normal_points(rows, 30, 1);
  const Matrix<double> noise = normal_points(rows, 1, 2);
  for (std::int64_t i = 0; i < rows; ++i) {
    const double f = p->a(i, 0) * p->a(i, 1) + std::sin(2 * p->a(i, 2)) + p->a(i, 3);
    p->y.push_back(f + 0.3 * noise(i, 0) > 0 ? 1 : -1);
    for (std::int64_t j = 0; j < p->a.cols(); ++j) p->a(i, j) /= static_cast<double>(1 + j);
  }
  p->options.ridge = ridge;
  p->options.centres = centres;
  p->options.intercept = false;
  return p;
}

Contest beside_lbfgs(std::int64_t rows, std::int64_t centres, double ridge) {
  const auto p = logistic_problem(rows, centres, ridge);
  p->options.newton.gradient_tolerance = 1e-6;
  p->options.newton.value_tolerance = 1e-9;
  return {.ours = [p] { p->model = fit_kernel_model(p->a, p->y, p->options); },
          .prepare_reference =
              [p] {
                if (p->same) return;
                Matrix<double> points(p->a);
                scale_points(points, p->model.kernel, p->model.bandwidth);
                const GeneralizedLinearOptions linear{.ridge = p->options.ridge, .intercept = false};
                p->same = std::make_unique<GeneralizedLinearProblem>(
                    std::make_unique<KernelFeatures>(p->model.kernel, std::move(points), p->model.centre_rows, false, 0,
                                                     p->options.memory_limit),
                    model_data(p->a, p->y, linear), linear);
                p->objective.unknowns = p->same->unknowns();
                p->objective.value_and_gradient = [p = p.get()](std::span<const double> x, std::span<double> g) {
                  return p->same->evaluate(x.data(), g.data());
                };
              },
          .reference =
              [p] { p->reference_x = run_lbfgs(p->objective, p->options.newton.gradient_tolerance, p->evaluations); },
          .findings = [p] { return findings(*p); }};
}

Contest beside_nothing_kept(std::int64_t rows, std::int64_t centres) {
  const auto p = logistic_problem(rows, centres, 1e-6);
  return {.ours = [p] { p->model = fit_kernel_model(p->a, p->y, p->options); },
          .reference =
              [p] {
                KernelModelOptions options = p->options;
                options.memory_limit = 0;
                (void)fit_kernel_model(p->a, p->y, options);
              },
          .findings =
              [p] {
                return std::vector<std::pair<std::string, double>>{
                    {"objective", p->model.value},
                    {"relative_gradient", p->model.gradient_norm / p->model.initial_gradient_norm},
                    {"iterations", static_cast<double>(p->model.iterations)},
                    {"products", static_cast<double>(p->model.products)},
                    {"peak_gigabytes", peak_gigabytes()}};
              }};
}

std::vector<Case> cases() {
  std::vector<Case> result;
  for (const std::int64_t dimensions : {10, 30, 100})
    result.push_back({"entries 16384x2000 p" + std::to_string(dimensions), "dgemm of that shape",
                      [=](bool quick) { return entries_contest(dimensions, quick); }});
  result.push_back({"logistic 100000x30 M2000 mu1e-6", "nothing kept",
                    [](bool quick) { return beside_nothing_kept(quick ? 800 : 100000, quick ? 50 : 2000); }});
  if (!have_lbfgs()) {
    std::fprintf(stderr, "built without liblbfgs: its cases are left out\n");
    return result;
  }
  for (const double ridge : {1e-6, 1e-9})
    result.push_back({"logistic 20000x30 M1000 mu" + std::string(ridge == 1e-6 ? "1e-6" : "1e-9"),
                      "liblbfgs, features given",
                      [=](bool quick) { return beside_lbfgs(quick ? 600 : 20000, quick ? 40 : 1000, ridge); }});
  return result;
}

}  // namespace
}  // namespace croquis::perf

int main(int argc, char** argv) {
  using namespace croquis::perf;
  return run_cases(argc, argv, "kernel models beside L-BFGS, and a kernel's entries beside a matrix product", cases());
}
