// Which nonlinear test problems are solved to the end, by all unknowns at once and by the hybrid, and at what cost?
//
//   solved_problems [--size 100|1000] [--seconds LIMIT] [--problems NAME...] [--json FILE] [--quick]
#include <algorithm>
#include <cstdio>
#include <ctime>
#include <exception>
#include <fstream>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <croquis/solvers/nonlinear_least_squares.hpp>

#include "perf/nonlinear_set.hpp"

namespace croquis::perf {
namespace {

struct Options {
  int size = 1000;
  double seconds = 100;
  std::vector<std::string> problems;
  std::string json;
  bool quick = false;
};

// To 1e-12 where there is a root, or to five digits of the known minimum.
bool is_solved(const test::NonlinearTestProblem& p, double cost) { return cost <= p.minimum * (1 + 1e-5) + 1e-12; }

// How it ended; the callback cancels at 1e-13, or for want of time.
std::string ending(const NonlinearFit& fit) {
  if (fit.status != Status::cancelled) return to_string(fit.status);
  return fit.cost <= 1e-13 ? "below 1e-13" : "out of time";
}

NonlinearFit solve(const test::NonlinearTestProblem& p, NonlinearMethod method, double seconds) {
  NonlinearOptions options{.method = method, .iteration_limit = 1000000};
  const std::clock_t start = std::clock();
  // Zero residuals need not become as small as they can, and what else the machine does decides nothing.
  options.on_iteration = [&](const NonlinearProgress& progress) {
    const bool is_late = static_cast<double>(std::clock() - start) > seconds * CLOCKS_PER_SEC;
    return !is_late && (p.minimum > 0 || progress.cost > 1e-13);
  };
  const NonlinearProblem problem = by_entries_if_sparse(p);
  return nonlinear_least_squares(problem, p.x0, options);
}

int run(const Options& options) {
  std::vector<test::NonlinearTestProblem> problems = problem_set(options.size);
  if (!options.problems.empty())
    std::erase_if(problems, [&](const test::NonlinearTestProblem& p) {
      return std::find(options.problems.begin(), options.problems.end(), p.name) == options.problems.end();
    });
  if (options.quick) problems.resize(3);
  nlohmann::ordered_json answers = nlohmann::ordered_json::array();
  std::printf("%-9s %-7s %-4s %14s %14s %10s %9s %8s  %s\n", "problem", "method", "", "cost", "minimum", "iterations",
              "columns/n", "seconds", "ending");
  int solved = 0;
  int runs = 0;
  for (const test::NonlinearTestProblem& p : problems) {
    for (const NonlinearMethod method : {NonlinearMethod::full, NonlinearMethod::hybrid}) {
      const NonlinearFit fit = solve(p, method, options.seconds);
      const double columns = static_cast<double>(fit.jacobian_columns) / static_cast<double>(p.problem.unknowns);
      const bool good = is_solved(p, fit.cost);
      ++runs;
      if (good) ++solved;
      std::printf("%-9s %-7s %-4s %14.8g %14.8g %10lld %9.1f %8.2f  %s\n", p.name.c_str(), to_string(method).c_str(),
                  good ? "yes" : "NO", fit.cost, p.minimum, static_cast<long long>(fit.iterations), columns,
                  fit.seconds, ending(fit).c_str());
      std::fflush(stdout);
      answers.push_back({{"problem", p.name},
                         {"method", to_string(method)},
                         {"solved", good},
                         {"cost", fit.cost},
                         {"minimum", p.minimum},
                         {"iterations", fit.iterations},
                         {"columns_over_n", columns},
                         {"seconds", fit.seconds},
                         {"ending", ending(fit)}});
    }
  }
  std::printf("%d of %d solved\n", solved, runs);
  if (options.json.empty()) return 0;
  std::ofstream file(options.json);
  file << answers.dump(1) << '\n';
  if (!file.flush()) throw std::runtime_error(options.json + ": cannot be written");
  return 0;
}

}  // namespace
}  // namespace croquis::perf

int main(int argc, char** argv) try {
  croquis::perf::Options options;
  CLI::App app("Nonlinear test problems, solved to the end");
  app.add_option("--size", options.size, "Unknowns of the problems: 100 or 1000")->check(CLI::IsMember({100, 1000}));
  app.add_option("--seconds", options.seconds, "Processor time after which a run is given up");
  app.add_option("--problems", options.problems, "Only these");
  app.add_option("--json", options.json, "Write the table to this file");
  app.add_flag("--quick", options.quick, "Three small problems: does it run at all?");
  CLI11_PARSE(app, argc, argv);
  if (options.quick) options.size = 100;
  return croquis::perf::run(options);
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
