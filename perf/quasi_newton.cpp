// How fast is randomized BFGS on ill-conditioned logistic regression beside L-BFGS, and how many evaluations do both
// take?
#include <croquis/solvers/randomized_bfgs.hpp>

#include <cmath>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <croquis/linalg/linear_operator.hpp>
#include <croquis/linalg/read_matrix.hpp>
#include <croquis/sketch/apply.hpp>
#include <croquis/solvers/generalized_linear_model.hpp>

#include "perf/data_folder.hpp"
#include "perf/newton_references.hpp"
#include "perf/paired_timing.hpp"

namespace croquis::perf {
namespace {

// Logistic regression without an intercept, one objective for both sides; the Hessian by its root, whose products with
// a block read A once.
struct Problem {
  MatrixFile file;
  Matrix<double> dense;
  std::vector<double> y;
  GeneralizedLinearOptions model;
  RandomizedBfgsOptions options;
  Objective objective;
  RandomizedBfgsFit fit;
  std::vector<double> reference_x;
  std::int64_t reference_evaluations = 0;

  AnyMatrixView<double> a() const { return dense.rows() > 0 ? AnyMatrixView<double>(dense) : file; }

  void make_objective() {
    model.intercept = false;
    objective = generalized_linear_objective(a(), y, model);
    objective.hessian_times = nullptr;
    objective.hessian_root = [this, product = linear_operator(a())](std::span<const double> x) {
      const auto m = static_cast<std::int64_t>(y.size());
      HessianRoot root{a(), std::vector<double>(y.size()), model.ridge};
      product.multiply(column_major(x.data(), objective.unknowns, 1), column_major(root.d.data(), m, 1));
      for (double& d : root.d) {
        const double p = 1 / (1 + std::exp(-d));
        d = p * (1 - p) / static_cast<double>(m);
      }
      return root;
    };
  }
};

std::vector<std::pair<std::string, double>> findings(const Problem& p) {
  std::vector<double> g(p.reference_x.size());
  const double reference = evaluate(p.objective, p.reference_x, g);
  return {{"objective", p.fit.value},
          {"reference_excess", reference / p.fit.value - 1},
          {"relative_gradient", p.fit.gradient_norm / p.fit.initial_gradient_norm},
          {"iterations", static_cast<double>(p.fit.iterations)},
          {"evaluations", static_cast<double>(p.fit.evaluations)},
          {"products", static_cast<double>(p.fit.products)},
          {"reference_evaluations", static_cast<double>(p.reference_evaluations)}};
}

Contest beside_lbfgs(const std::shared_ptr<Problem>& p, InverseMemory memory) {
  p->make_objective();
  p->options.memory = memory;
  p->options.iteration_limit = 20000;
  return {
      .ours =
          [p] {
            const std::vector<double> zero(static_cast<std::size_t>(p->objective.unknowns), 0.0);
            p->fit = minimize_by_randomized_bfgs(p->objective, zero, p->options);
          },
      .reference =
          [p] { p->reference_x = run_lbfgs(p->objective, p->options.gradient_tolerance, p->reference_evaluations); },
      .findings = [p] { return findings(*p); }};
}

// Rows G diag(1, 1/2, 1/3, ...) Q with Gaussian G and Q, so that a few directions vary a hundred times more than others
// and no scaling of the columns helps; labels by the sign of a random combination of the columns with noise.
Contest dense_contest(InverseMemory memory, bool quick) {
  const std::int64_t m = quick ? 1000 : 10000, n = quick ? 30 : 150;
  const auto p = std::make_shared<Problem>();
  Matrix<double> independent(m, n), mixing(n, n);
  fill(Gaussian{.rows = m, .cols = n, .seed = 1}, independent.view());
  fill(Gaussian{.rows = n, .cols = n, .seed = 2}, mixing.view());
  const double to_unit = std::sqrt(static_cast<double>(m));
  for (std::int64_t j = 0; j < n; ++j)
    for (std::int64_t i = 0; i < n; ++i) mixing(i, j) *= to_unit / static_cast<double>(i + 1);
  p->dense = Matrix<double>(m, n, Layout::row_major);
  linear_operator(AnyMatrixView<double>(independent)).multiply(mixing.view(), p->dense.view());
  std::vector<double> noise(static_cast<std::size_t>(m)), coefficients(static_cast<std::size_t>(n));
  fill(Gaussian{.rows = m, .cols = 1, .seed = 3}, column_major(noise.data(), m, 1));
  fill(Gaussian{.rows = n, .cols = 1, .seed = 4}, column_major(coefficients.data(), n, 1));
  for (std::int64_t i = 0; i < m; ++i) {
    double z = noise[static_cast<std::size_t>(i)] * to_unit / 2;
    for (std::int64_t j = 0; j < n; ++j) z += p->dense(i, j) * coefficients[static_cast<std::size_t>(j)];
    p->y.push_back(z > 0 ? 1 : -1);
  }
  p->model.ridge = 1e-6;
  return beside_lbfgs(p, memory);
}

Contest adult_contest(InverseMemory memory) {
  const auto p = std::make_shared<Problem>();
  p->file = read_matrix(adult_file());
  p->y = p->file.target;
  p->model.ridge = 1 / static_cast<double>(p->y.size());
  return beside_lbfgs(p, memory);
}

std::vector<Case> cases() {
  std::vector<Case> result;
  if (!have_lbfgs()) {
    std::fprintf(stderr, "built without liblbfgs: its cases are left out\n");
    return result;
  }
  const bool have_adult = std::filesystem::exists(adult_file());
  if (!have_adult) std::fprintf(stderr, "%s is not there: its case is left out\n", adult_file().c_str());
  for (const auto memory : {InverseMemory::full, InverseMemory::limited}) {
    std::string dense = "logistic row 10000x150 ", adult = "logistic a9a ";
    dense += to_string(memory);
    adult += to_string(memory);
    result.push_back(
        {dense, "liblbfgs, same objective", [memory](bool quick) { return dense_contest(memory, quick); }});
    if (have_adult)
      result.push_back({adult, "liblbfgs, same objective", [memory](bool) { return adult_contest(memory); }});
  }
  return result;
}

}  // namespace
}  // namespace croquis::perf

int main(int argc, char** argv) {
  using namespace croquis::perf;
  return run_cases(argc, argv, "randomized BFGS on logistic regression, beside L-BFGS", cases());
}
