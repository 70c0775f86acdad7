// How fast is Newton's method for generalized linear models, beside liblinear's and beside L-BFGS, to the same optimum?
#include <croquis/solvers/generalized_linear_model.hpp>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <croquis/linalg/read_matrix.hpp>
#include <croquis/sketch/apply.hpp>

#include "examples/fashion_mnist/images.hpp"
#include "linalg/blas.hpp"
#include "perf/data_folder.hpp"
#include "perf/newton_references.hpp"
#include "perf/paired_timing.hpp"

namespace croquis::perf {
namespace {

struct Problem {
  MatrixFile file;
  Matrix<double> dense;
  std::vector<double> y;
  GeneralizedLinearOptions options;
  std::unique_ptr<Liblinear> liblinear;
  GeneralizedLinearModel model;
  std::vector<double> reference_x;
  std::int64_t evaluations = 0;

  AnyMatrixView<double> a() const { return dense.rows() > 0 ? AnyMatrixView<double>(dense) : file; }
  void fit() { model = fit_generalized_linear_model(a(), y, options); }
};

// What is found beside the times: how far the two optima are from each other, and ours from its bound.
std::vector<std::pair<std::string, double>> findings(const Problem& p) {
  const std::vector<double>& other = p.liblinear ? p.liblinear->coefficients() : p.reference_x;
  std::vector<double> g(other.size());
  const double reference = evaluate(generalized_linear_objective(p.a(), p.y, p.options), other, g);
  return {{"objective", p.model.value},
          {"reference_excess", reference / p.model.value - 1},
          {"relative_gradient", p.model.gradient_norm / p.model.initial_gradient_norm},
          {"passes", p.model.passes},
          {"iterations", static_cast<double>(p.model.iterations)},
          {"products", static_cast<double>(p.model.products)},
          {"reference_evaluations", static_cast<double>(p.evaluations)}};
}

Contest beside_liblinear(const std::shared_ptr<Problem>& p, double ridge) {
  p->options.ridge = ridge;
  p->options.intercept = false;
  p->liblinear = Liblinear::make(p->a(), p->y, ridge, p->options.newton.gradient_tolerance);
  return {
      .ours = [p] { p->fit(); }, .reference = [p] { p->liblinear->train(); }, .findings = [p] { return findings(*p); }};
}

// Labels by the sign of a random combination of the features with as much noise.
Contest dense_contest(bool scaled, bool quick) {
  const std::int64_t m = quick ? 4000 : 200000, n = quick ? 50 : 500;
  const auto p = std::make_shared<Problem>();
  p->dense = Matrix<double>::uninitialized(m, n, Layout::row_major);
  fill(Gaussian{.rows = m, .cols = n, .seed = 1}, p->dense.view());
  std::vector<double> noise(static_cast<std::size_t>(2 * m)), coefficients(static_cast<std::size_t>(n));
  fill(Gaussian{.rows = m, .cols = 1, .seed = 2}, column_major(noise.data(), m, 1));
  fill(Gaussian{.rows = n, .cols = 1, .seed = 3}, column_major(coefficients.data(), n, 1));
  const double to_unit = std::sqrt(static_cast<double>(m));
  for (std::int64_t i = 0; i < m; ++i) {
    double z = noise[static_cast<std::size_t>(i)] * to_unit;
    for (std::int64_t j = 0; j < n; ++j) {
      double& entry = p->dense(i, j);
      entry *= to_unit;
      z += 3 * entry * coefficients[static_cast<std::size_t>(j)];
      if (scaled) entry *= std::pow(10.0, 6 * static_cast<double>(j) / static_cast<double>(n - 1) - 3);
    }
    p->y.push_back(z > 0 ? 1 : -1);
  }
  return beside_liblinear(p, 1e-6);
}

// Features of which few combinations stand out from the ridge.
Contest decaying_contest(NewtonPreconditioner reference, bool quick) {
  const std::int64_t m = quick ? 600 : 30000, n = quick ? 100 : 4000, rank = n / 10;
  const auto p = std::make_shared<Problem>();
  p->dense = Matrix<double>::uninitialized(m, n, Layout::row_major);
  Matrix<double> factors(m, rank), directions(rank, n);
  fill(Gaussian{.rows = m, .cols = n, .seed = 4}, p->dense.view());
  fill(Gaussian{.rows = m, .cols = rank, .seed = 5}, factors.view());
  fill(Gaussian{.rows = rank, .cols = n, .seed = 6}, directions.view());
  const double to_unit = std::sqrt(static_cast<double>(m));
  for (std::int64_t i = 0; i < m; ++i) {
    double z = 0;
    for (std::int64_t j = 0; j < rank; ++j) {
      z += 0.1 * to_unit * factors(i, j);
      factors(i, j) *= to_unit / static_cast<double>(j + 1);
    }
    p->y.push_back(z + (i % 3) - 1 > 0 ? 1 : -1);
  }
  const double to_row = std::sqrt(static_cast<double>(rank) / static_cast<double>(n));
  multiply<double>(to_row, factors.view(), directions.view(), 2e-4 * to_unit, p->dense.view());
  p->options.ridge = 2e-5;
  const auto other = std::make_shared<Problem>();
  return {.ours = [p] { p->fit(); },
          .reference =
              [p, other, reference] {
                GeneralizedLinearOptions options = p->options;
                options.newton.preconditioner = reference;
                other->model = fit_generalized_linear_model(p->a(), p->y, options);
                p->reference_x = other->model.unknowns;
              },
          .findings = [p] { return findings(*p); }};
}

Contest adult_contest() {
  const auto p = std::make_shared<Problem>();
  p->file = read_matrix(adult_file());
  p->y = p->file.target;
  return beside_liblinear(p, 1 / static_cast<double>(p->y.size()));
}

const std::filesystem::path image_folder = "/usr/share/datasets/fashion-mnist";

Contest fashion_contest(bool quick) {
  const auto p = std::make_shared<Problem>();
  const Images images = read_images(image_folder, "train");
  const std::int64_t m = quick ? 500 : images.pixels.rows();
  p->dense = Matrix<double>(images.pixels.view().block(0, 0, m, images.pixels.cols() - 1));  // without the ones
  p->y.assign(images.labels.begin(), images.labels.begin() + m);
  p->options.loss = ModelLoss::softmax;
  p->options.ridge = 1e-5;
  p->options.newton.gradient_tolerance = quick ? 1e-2 : 1e-6;
  p->options.newton.value_tolerance = 1e-6;
  const auto objective = std::make_shared<Objective>(generalized_linear_objective(p->dense, p->y, p->options));
  return {.ours = [p] { p->fit(); },
          .reference =
              [p, objective] {
                p->reference_x = run_lbfgs(*objective, p->options.newton.gradient_tolerance, p->evaluations);
              },
          .findings = [p] { return findings(*p); }};
}

std::vector<Case> cases() {
  std::vector<Case> result;
  const std::vector<double> y{-1, 1}, a{0, 1};
  if (Liblinear::make(column_major(a.data(), 2, 1), y, 1, 0.1)) {
    result.push_back(
        {"logistic row 200000x500", "liblinear -s 0", [](bool quick) { return dense_contest(false, quick); }});
    result.push_back({"logistic row 200000x500 scales 1e6", "liblinear -s 0",
                      [](bool quick) { return dense_contest(true, quick); }});
    if (std::filesystem::exists(adult_file())) {
      result.push_back({"logistic a9a", "liblinear -s 0", [](bool) { return adult_contest(); }});
    } else {
      std::fprintf(stderr, "%s is not there: its case is left out\n", adult_file().c_str());
    }
  } else {
    std::fprintf(stderr, "built without liblinear: its cases are left out\n");
  }
  for (const NewtonPreconditioner other : {NewtonPreconditioner::gram, NewtonPreconditioner::diagonal})
    result.push_back({"logistic row 30000x4000 decaying", "by " + to_string(other),
                      [other](bool quick) { return decaying_contest(other, quick); }});
  if (!have_lbfgs()) {
    std::fprintf(stderr, "built without liblbfgs: its case is left out\n");
  } else if (!std::filesystem::exists(image_folder)) {
    std::fprintf(stderr, "%s is not there: its case is left out\n", image_folder.c_str());
  } else {
    result.push_back({"softmax fashion-mnist 60000x784", "liblbfgs, same objective",
                      [](bool quick) { return fashion_contest(quick); }});
  }
  return result;
}

}  // namespace
}  // namespace croquis::perf

int main(int argc, char** argv) {
  using namespace croquis::perf;
  return run_cases(argc, argv, "generalized linear models by Newton's method, beside liblinear and L-BFGS", cases());
}
