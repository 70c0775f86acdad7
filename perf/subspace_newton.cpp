// What do steps in random subspaces reach with a hundred thousand unknowns, beside `minimize` with as many products?
#include <croquis/solvers/subspace_newton.hpp>

#include <cmath>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include <sys/resource.h>

#include <croquis/solvers/minimize.hpp>

#include "perf/paired_timing.hpp"
#include "perf/smooth_functions.hpp"

namespace croquis::perf {
namespace {

double peak_mb() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024;
}

struct Pair {
  Objective objective;
  std::vector<double> x0;
  SubspaceNewtonFit ours;
  NewtonFit reference;
  std::shared_ptr<const void> data = nullptr;  // that the objective looks at
};

std::vector<std::pair<std::string, double>> findings(const Pair& pair) {
  return {{"value", pair.ours.value},
          {"reference_value", pair.reference.value},
          {"products", static_cast<double>(pair.ours.products)},
          {"reference_products", static_cast<double>(pair.reference.products)},
          {"gradient", pair.ours.gradient_norm},
          {"reference_gradient", pair.reference.gradient_norm},
          {"iterations", static_cast<double>(pair.ours.iterations)},
          {"evaluations", static_cast<double>(pair.ours.evaluations)},
          {"reference_evaluations", static_cast<double>(pair.reference.evaluations)}};
}

// Both until the gradient is a millionth of that at x0, or `products` have been used.
Contest contest(const std::shared_ptr<Pair>& pair, std::int64_t products) {
  return {.ours =
              [=] {
                // Curvature is not looked for, as the other does not.
                pair->ours = minimize_in_subspaces(pair->objective, pair->x0,
                                                   {.curvature_tolerance = 1, .product_limit = products});
              },
          .reference =
              [=] {
                pair->reference = minimize(
                    pair->objective, pair->x0,
                    {.gradient_tolerance = 1e-6,
                     .iteration_limit = 100000,
                     .on_iteration = [=](const NewtonProgress& progress) { return progress.products < products; }});
              },
          .findings = [=] { return findings(*pair); }};
}

std::shared_ptr<Pair> pair_of(Objective objective) {
  const auto pair = std::make_shared<Pair>();
  pair->objective = std::move(objective);
  pair->x0.resize(static_cast<std::size_t>(pair->objective.unknowns));
  return pair;
}

// The reference makes no more than the products of the two subspaces.
Case memory_case() {
  return {"wells n1e6 p100 two subspaces", "200 products", [](bool quick) {
            const auto pair = pair_of(wells(quick ? 50 : 1000));
            const auto peak = std::make_shared<double>(0);
            for (std::size_t i = 0; i < pair->x0.size(); ++i) pair->x0[i] = 0.1 * std::sin(static_cast<double>(i));
            return Contest{.ours =
                               [=] {
                                 pair->ours = minimize_in_subspaces(
                                     pair->objective, pair->x0,
                                     {.dimensions = 100, .most_dimensions = 100, .iteration_limit = 2});
                                 if (*peak == 0) *peak = peak_mb();
                               },
                           .reference =
                               [=] {
                                 std::vector<double> product(pair->x0.size());
                                 const auto n = pair->objective.unknowns;
                                 for (int k = 0; k < 200; ++k)
                                   hessian_times(pair->objective, pair->x0,
                                                 column_major(static_cast<const double*>(pair->x0.data()), n, 1),
                                                 column_major(product.data(), n, 1));
                               },
                           .findings = [=]() -> std::vector<std::pair<std::string, double>> {
                             return {{"peak_mb", *peak}, {"value", pair->ours.value}};
                           }};
          }};
}

// The same subspaces, by their few entries and as dense matrices.
Case coordinates_case() {
  return {"valleys n1e5 p100 coordinates", "dense directions", [](bool quick) {
            const auto pair = pair_of(valleys_in_parts(quick ? 600 : 100000));
            const auto dense = pair_of(valleys(pair->objective.unknowns));
            for (std::size_t i = 0; i < pair->x0.size(); ++i) pair->x0[i] = i % 2 == 0 ? -1.2 : 1;
            const auto minimized = [x0 = pair->x0](const Objective& f) {
              return minimize_in_subspaces(f, x0,
                                           {.family = SubspaceFamily::coordinates,
                                            .dimensions = 100,
                                            .most_dimensions = 100,
                                            .krylov = 0,
                                            .curvature_tolerance = 1,
                                            .iteration_limit = 20});
            };
            return Contest{.ours = [=] { pair->ours = minimized(pair->objective); },
                           .reference = [=] { dense->ours = minimized(dense->objective); },
                           .findings = [=]() -> std::vector<std::pair<std::string, double>> {
                             return {{"value", pair->ours.value}, {"reference_value", dense->ours.value}};
                           }};
          }};
}

std::vector<Case> cases() {
  std::vector<Case> result{memory_case(), coordinates_case()};
  const auto beside_minimize = [&](const char* name, auto make, std::int64_t products) {
    result.push_back({name, "minimize", [=](bool quick) { return contest(make(quick), products); }});
  };
  beside_minimize(
      "wells 316x316 beside a saddle",
      [](bool quick) {
        const auto pair = pair_of(wells(quick ? 20 : 316));
        std::mt19937_64 engine(5);
        for (double& entry : pair->x0) entry = 1e-3 * (static_cast<double>(engine() >> 11) * 0x1p-52 - 1);
        return pair;
      },
      2000);
  beside_minimize(
      "valleys n1e5",
      [](bool quick) {
        const auto pair = pair_of(valleys(quick ? 600 : 100000));
        for (std::size_t i = 0; i < pair->x0.size(); ++i) pair->x0[i] = i % 2 == 0 ? -1.2 : 1;
        return pair;
      },
      2000);
  beside_minimize(
      "bratu energy 316x316", [](bool quick) { return pair_of(bratu_energy(quick ? 20 : 316)); }, 10000);
  beside_minimize(
      "logistic sparse 20000x100000",
      [](bool quick) {
        const auto data = sparse_logistic(quick ? 1000 : 100000);
        const auto pair = pair_of(data->objective);
        pair->data = data;
        return pair;
      },
      10000);
  return result;
}

}  // namespace
}  // namespace croquis::perf

int main(int argc, char** argv) {
  using namespace croquis::perf;
  return run_cases(argc, argv, "minimize_in_subspaces beside minimize, with many unknowns", cases());
}
