#include "perf/paired_timing.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <exception>
#include <fstream>
#include <thread>

#include <malloc.h>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <croquis/version.hpp>

#include "linalg/blas.hpp"
#include "linalg/parallel.hpp"

namespace croquis::perf {

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const std::size_t middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

double seconds_of(const std::function<void()>& prepare, const std::function<void()>& timed) {
  if (prepare) prepare();
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  const auto start = std::chrono::steady_clock::now();
  timed();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

namespace {

// Lets the process keep the memory it frees, as the allocators of long-running programs do, instead of handing it back
// and asking for it anew in each pair. Where the system is a virtual machine that returns free memory to its host,
// getting it again takes ten times as long as using it.
void keep_freed_memory() {
#if defined(__GLIBC__)
  mallopt(M_MMAP_MAX, 0);
  mallopt(M_TRIM_THRESHOLD, -1);
#endif
}

struct Options {
  bool fresh_memory = false;
  std::string json;
  std::string case_substring;
  std::vector<int> threads;
  int repeats = 7;
  double budget = 120;
  bool list = false;
  bool quick = false;
};

struct Timing {
  double seconds = 0;
  double reference_seconds = 0;
  double speedup = 0;
};

Timing time_in_turn(const Contest& contest, const Options& options) {
  const auto ours = [&] { return seconds_of(contest.prepare_ours, contest.ours); };
  const auto reference = [&] { return seconds_of(contest.prepare_reference, contest.reference); };
  double spent = ours() + reference();
  std::vector<double> ours_seconds, reference_seconds, ratios;
  const std::size_t fewest = std::min(options.repeats, 3);
  for (int repeat = 0; repeat < options.repeats; ++repeat) {
    if (spent > options.budget && ratios.size() >= fewest) break;
    ours_seconds.push_back(ours());
    reference_seconds.push_back(reference());
    ratios.push_back(reference_seconds.back() / ours_seconds.back());
    spent += ours_seconds.back() + reference_seconds.back();
  }
  return {median(ours_seconds), median(reference_seconds), median(ratios)};
}

nlohmann::ordered_json run_case(const Case& c, int threads, const Options& options) {
  nlohmann::ordered_json row;
  row["case"] = c.name + " t" + std::to_string(threads) + (options.quick ? " (quick: smaller)" : "");
  const int blas_threads_before = blas_threads();
  run_with_threads(threads, [&] {
    set_blas_threads(threads);
    const Contest contest = c.make(options.quick);
    const Timing timing = time_in_turn(contest, options);
    row["seconds"] = timing.seconds;
    row["reference"] = c.reference;
    row["reference_seconds"] = timing.reference_seconds;
    row["speedup"] = timing.speedup;
    if (contest.findings) {
      for (const auto& [key, value] : contest.findings()) row[key] = value;
    }
  });
  set_blas_threads(blas_threads_before);
  return row;
}

void print_row(const nlohmann::ordered_json& row) {
  std::printf("%-56s %10.4f %10s %10.4f %8.2f", row["case"].get<std::string>().c_str(), row["seconds"].get<double>(),
              row["reference"].get<std::string>().c_str(), row["reference_seconds"].get<double>(),
              row["speedup"].get<double>());
  int column = 0;
  for (const auto& [key, value] : row.items()) {
    if (++column > 5) std::printf("   %s %.3g", key.c_str(), value.get<double>());
  }
  std::printf("\n");
  std::fflush(stdout);
}

Options parse(int argc, char** argv, CLI::App& app) {
  Options options;
  app.add_option("--json", options.json, "Write the answers to this file, as an array of objects");
  app.add_option("--repeats", options.repeats, "Timed pairs per case")->check(CLI::PositiveNumber);
  app.add_option("--budget", options.budget, "Seconds after which a case stops early, with three pairs at least");
  app.add_option("--threads", options.threads, "Threads for both sides; several numbers run each case several times")
      ->check(CLI::PositiveNumber);
  app.add_option("--case", options.case_substring, "Run only cases whose name contains this");
  app.add_flag("--fresh-memory", options.fresh_memory, "Give freed memory back to the system between the timings");
  app.add_flag("--list", options.list, "Print the names of the cases and stop");
  app.add_flag("--quick", options.quick, "Small problems, one pair: does it run at all? The times mean nothing");
  app.parse(argc, argv);
  if (options.quick) options.repeats = 1;
  if (options.threads.empty()) {
    options.threads.push_back(available_threads());
    if (available_threads() > 1 && !options.quick) options.threads.push_back(1);
  }
  return options;
}

}  // namespace

int run_cases(int argc, char** argv, const char* question, const std::vector<Case>& cases) try {
  CLI::App app(question);
  Options options;
  try {
    options = parse(argc, argv, app);
  } catch (const CLI::ParseError& error) {
    return app.exit(error);
  }
  if (!options.fresh_memory) keep_freed_memory();
  if (!options.list) {
    const RuntimeInfo info = runtime_info();
    std::printf("%s\n%s (kernel %s), SIMD %s\n\n%-56s %10s %10s %10s %8s\n", question, info.blas.c_str(),
                info.blas_kernel.c_str(), info.simd_target.c_str(), "case", "seconds", "reference", "seconds",
                "speedup");
  }
  nlohmann::ordered_json answers = nlohmann::ordered_json::array();
  for (const Case& c : cases) {
    for (const int threads : options.threads) {
      const std::string name = c.name + " t" + std::to_string(threads);
      if (name.find(options.case_substring) == std::string::npos) continue;
      if (options.list) {
        std::printf("%s\n", name.c_str());
        continue;
      }
      answers.push_back(run_case(c, threads, options));
      print_row(answers.back());
    }
  }
  if (!options.json.empty() && !options.list) {
    std::ofstream file(options.json);
    file << answers.dump(2) << '\n';
    if (!file.flush()) throw std::runtime_error(options.json + ": cannot be written");
  }
  return 0;
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}

}  // namespace croquis::perf
