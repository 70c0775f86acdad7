// How many Jacobian columns do subspaces of p dimensions need beside full Gauss-Newton? Data profiles over the test
// problems, by the published protocol: the fraction of problems solved to an accuracy, against columns / (n + 1).
//
//   data_profiles [--size 100|1000] [--seeds K] [--seconds LIMIT] [--methods NAME...] [--json FILE] [--tsv FILE]
//   [--quick]
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <ctime>
#include <exception>
#include <fstream>
#include <stdexcept>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <croquis/solvers/nonlinear_least_squares.hpp>

#include "linalg/blas.hpp"
#include "perf/nonlinear_set.hpp"

namespace croquis::perf {
namespace {

constexpr double accuracies[] = {1e-1, 1e-3, 1e-5};
constexpr double budget = 50;      // n columns
constexpr double fewest = 0.0025;  // where profiles begin

struct Method {
  std::string name;
  NonlinearMethod method;
  double part = 0;  // p / n; 0: the default
  bool recall = false;
};

struct Run {
  std::string problem;
  std::string method;
  int seed;
  double reached[3];  // columns / (n + 1) at each accuracy; infinite if it was not reached
  bool out_of_time = false;
};

struct Options {
  int size = 100;
  int seeds = 10;
  double seconds = 10;
  std::string json, tsv;
  std::vector<std::string> methods;
  bool quick = false;
};

Run solve(const test::NonlinearTestProblem& p, const Method& method, int seed, const Options& limits) {
  const std::int64_t n = p.problem.unknowns;
  Run run{p.name, method.name, seed, {INFINITY, INFINITY, INFINITY}};
  NonlinearOptions options{.method = method.method,
                           .iteration_limit = 1000000,
                           .jacobian_column_limit = static_cast<std::int64_t>(budget * static_cast<double>(n)),
                           .seed = static_cast<std::uint64_t>(seed)};
  if (method.part > 0)
    options.subspace.dimensions = std::max<std::int64_t>(1, std::llround(method.part * static_cast<double>(n)));
  // As published, the subspaces of a given p are random throughout.
  const bool joined = method.recall || method.method == NonlinearMethod::hybrid;
  options.subspace.krylov = joined ? -1 : 0;
  std::vector<double> r(static_cast<std::size_t>(p.problem.residuals));
  p.problem.residual(p.x0, r);
  const double norm = norm2(p.problem.residuals, r.data());
  const double f0 = norm * norm / 2;
  const int wanted = limits.size == 100 ? 3 : 2;
  // Processor time: what else the machine does must not decide what is solved.
  const std::clock_t start = std::clock();
  // What it took up to the residuals of the last trial, without the model of the point that it led to.
  std::int64_t columns = 0, columns_of_trial = 0;
  NonlinearProblem problem = by_products(p.problem);
  problem.residual = [&, residual = problem.residual](std::span<const double> x, std::span<double> values) {
    columns_of_trial = columns;
    residual(x, values);
  };
  for (auto* const product : {&problem.jacobian_times, &problem.jacobian_transposed_times})
    *product = [&columns, times = *product](std::span<const double> x, MatrixView<const double> v,
                                            MatrixView<double> jv) {
      columns += v.cols;
      times(x, v, jv);
    };
  options.on_iteration = [&](const NonlinearProgress& progress) {
    for (int k = 0; k < wanted; ++k)
      if (std::isinf(run.reached[k]) && progress.cost - p.minimum <= accuracies[k] * (f0 - p.minimum))
        run.reached[k] = static_cast<double>(columns_of_trial) / static_cast<double>(n + 1);
    run.out_of_time = static_cast<double>(std::clock() - start) > limits.seconds * CLOCKS_PER_SEC;
    return std::isinf(run.reached[wanted - 1]) && !run.out_of_time;
  };
  (void)nonlinear_least_squares(problem, p.x0, options);
  return run;
}

double median_of(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

// A line for each number of columns, a column for each method and accuracy: the fraction that needed no more.
void write_profile(const Options& options, const std::vector<Method>& methods, const std::vector<Run>& runs) {
  std::ofstream file(options.tsv);
  file << "# columns";
  for (const Method& method : methods) file << '\t' << method.name;
  file << '\n';
  for (int accuracy = 0; accuracy < (options.size == 100 ? 3 : 2); ++accuracy) {
    if (accuracy > 0) file << "\n\n";
    for (int step = 0; step <= 200; ++step) {
      const double columns = fewest * std::pow(budget / fewest, step / 200.0);
      file << columns;
      for (const Method& method : methods) {
        double solved = 0, all = 0;
        for (const Run& run : runs) {
          if (run.method != method.name) continue;
          ++all;
          if (run.reached[accuracy] <= columns * (1 + 1e-12)) ++solved;
        }
        file << '\t' << solved / all;
      }
      file << '\n';
    }
  }
  if (!file.flush()) throw std::runtime_error(options.tsv + ": cannot be written");
}

void write_runs(const Options& options, const std::vector<Run>& runs) {
  nlohmann::ordered_json answers = nlohmann::ordered_json::array();
  for (const Run& run : runs) {
    nlohmann::ordered_json row{{"problem", run.problem}, {"method", run.method}, {"seed", run.seed}};
    for (int k = 0; k < 3; ++k)
      if (std::isfinite(run.reached[k])) row["columns_to_1e-" + std::to_string(2 * k + 1)] = run.reached[k];
    if (run.out_of_time) row["out_of_time"] = true;
    answers.push_back(row);
  }
  std::ofstream file(options.json);
  file << answers.dump(1) << '\n';
  if (!file.flush()) throw std::runtime_error(options.json + ": cannot be written");
}

int run_profiles(const Options& options) {
  std::vector<Method> methods{{"full", NonlinearMethod::full}};
  for (const char* part : {"0.05", "0.1", "0.2", "0.3", "0.5", "0.75", "1"})
    methods.push_back({std::string("p/n ") + part, NonlinearMethod::subspace, std::stod(part)});
  methods.push_back({"p/n 0.2, recall", NonlinearMethod::subspace, 0.2, true});
  methods.push_back({"hybrid", NonlinearMethod::hybrid});
  if (!options.methods.empty())
    std::erase_if(methods, [&](const Method& method) {
      return std::find(options.methods.begin(), options.methods.end(), method.name) == options.methods.end();
    });
  std::vector<test::NonlinearTestProblem> problems = problem_set(options.size);
  if (options.quick) problems.resize(3);
  std::vector<Run> runs;
  std::printf("%-9s columns / (n + 1) to 1e-1, medians of the seeds\n%-9s", "", "");
  for (const Method& method : methods) std::printf(" %15s", method.name.c_str());
  std::printf("\n");
  for (const test::NonlinearTestProblem& p : problems) {
    std::printf("%-9s", p.name.c_str());
    for (const Method& method : methods) {
      std::vector<double> reached;
      const int seeds = method.method == NonlinearMethod::full ? 1 : options.seeds;
      for (int seed = 0; seed < seeds; ++seed) {
        runs.push_back(solve(p, method, seed, options));
        reached.push_back(runs.back().reached[0]);
      }
      std::printf(" %15.3g", median_of(reached));
      std::fflush(stdout);
    }
    std::printf("\n");
  }
  for (int accuracy = 0; accuracy < (options.size == 100 ? 3 : 2); ++accuracy) {
    std::printf("accuracy %g: median of all runs, and fraction solved within %g n columns\n", accuracies[accuracy],
                budget);
    for (const Method& method : methods) {
      std::vector<double> reached;
      for (const Run& run : runs)
        if (run.method == method.name) reached.push_back(run.reached[accuracy]);
      const auto solved = std::count_if(reached.begin(), reached.end(), [](double c) { return std::isfinite(c); });
      std::printf("  %-16s %8.3g %8.3f\n", method.name.c_str(), median_of(reached),
                  static_cast<double>(solved) / static_cast<double>(reached.size()));
    }
  }
  const auto late = std::count_if(runs.begin(), runs.end(), [](const Run& run) { return run.out_of_time; });
  std::printf("%zu runs, of which %td took more than %g s and count as not solved\n", runs.size(), late,
              options.seconds);
  if (!options.tsv.empty()) write_profile(options, methods, runs);
  if (!options.json.empty()) write_runs(options, runs);
  return 0;
}

}  // namespace
}  // namespace croquis::perf

int main(int argc, char** argv) try {
  croquis::perf::Options options;
  CLI::App app("Jacobian columns that subspaces need beside full Gauss-Newton");
  app.add_option("--size", options.size, "Unknowns of the problems: 100 or 1000")->check(CLI::IsMember({100, 1000}));
  app.add_option("--seeds", options.seeds, "Runs of each random method")->check(CLI::PositiveNumber);
  app.add_option("--seconds", options.seconds, "Processor time after which a run is given up");
  app.add_option("--methods", options.methods, "Only these, by the names in the table");
  app.add_option("--json", options.json, "Write what each run needed to this file");
  app.add_option("--tsv", options.tsv, "Write the profiles to this file, for profiles.gnuplot");
  app.add_flag("--quick", options.quick, "Three problems, one seed: does it run at all?");
  CLI11_PARSE(app, argc, argv);
  if (options.quick) options.seeds = 1;
  return croquis::perf::run_profiles(options);
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
