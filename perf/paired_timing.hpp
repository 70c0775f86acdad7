// Timing two ways of doing one thing, in turn, so that whatever else the machine is doing falls on both.
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace croquis::perf {

/// Seconds `timed` takes, after `prepare` (if not empty) and a pause in which worker threads of an earlier call stop
/// spinning.
double seconds_of(const std::function<void()>& prepare, const std::function<void()>& timed);

double median(std::vector<double> values);

/// The two sides of a case, with their data. `prepare_...` runs before each timed call and is not timed itself: there
/// go the copies of what a solver overwrites. Empty functions are skipped.
struct Contest {
  std::function<void()> prepare_ours = {};
  std::function<void()> ours = {};
  std::function<void()> prepare_reference = {};
  std::function<void()> reference = {};
  /// Calls that are timed together, and their mean taken: more than one shows what a call takes that finds its code and
  /// data in the caches, as calls in a loop do. Not for sides that need preparing.
  int calls_in_a_row = 1;
  /// Called once after the last timed call: more to report, such as {"passes", 31}.
  std::function<std::vector<std::pair<std::string, double>>()> findings = {};
};

/// One row of the answer. `make` allocates the data, so it is called only for cases that run; `quick` asks for a small
/// problem of the same kind.
struct Case {
  std::string name;       ///< such as "sparse_sign8 col 131072x500 d1000"; the harness appends " t2" for two threads
  std::string reference;  ///< what the other side is, such as "memcpy"
  std::function<Contest(bool quick)> make;
};

/// The main function of a perf program: parses the options (--help lists them), runs the cases with as many threads as
/// there are processors and with one, prints a table, and writes `--json FILE`. Both sides of a case get the same
/// number of task threads and of BLAS threads.
///
/// Each side is called once to warm up, then both in turn. `seconds` and `reference_seconds` are medians; `speedup` is
/// the median over the pairs of reference / ours, which is steadier than the ratio of the medians. Returns the exit
/// status.
int run_cases(int argc, char** argv, const char* question, const std::vector<Case>& cases);

}  // namespace croquis::perf
