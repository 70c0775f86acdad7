// How fast are random numbers? Beside std::mt19937_64 with std::normal_distribution.
#include <memory>
#include <random>
#include <vector>

#include <croquis/sketch/apply.hpp>

#include "linalg/parallel.hpp"
#include "perf/paired_timing.hpp"
#include "sketch/entries.hpp"

namespace croquis::perf {
namespace {

constexpr std::int64_t numbers_at_once = std::int64_t{1} << 15;

// Both sides fill a piece of memory that stays in cache, again and again, once per task.
Case normals_case(std::int64_t count) {
  return {
      .name = "normals " + std::to_string(count), .reference = "mt19937_64", .make = [count](bool quick) -> Contest {
        const Partition parts(quick ? count / 100 : count, 256, numbers_at_once);
        return {.prepare_ours = {},
                .ours =
                    [parts] {
                      for_each_tile(parts.count, [&](std::int64_t part) {
                        Matrix<double> numbers(256, numbers_at_once / 256);
                        const Gaussian s{.rows = 256, .cols = parts.size, .seed = 7};
                        const auto fill_piece = entries_of<double>(s);
                        for (std::int64_t k = parts.begin(part); k < parts.end(part); k += numbers_at_once)
                          fill_piece(0, k / 256, numbers.view());
                      });
                    },
                .prepare_reference = {},
                .reference =
                    [parts] {
                      for_each_tile(parts.count, [&](std::int64_t part) {
                        std::vector<double> numbers(numbers_at_once);
                        std::mt19937_64 generator(static_cast<std::uint64_t>(part));
                        std::normal_distribution<double> normal;
                        for (std::int64_t k = parts.begin(part); k < parts.end(part); k += numbers_at_once)
                          for (double& number : numbers) number = normal(generator);
                      });
                    },
                .findings = {}};
      }};
}

}  // namespace
}  // namespace croquis::perf

int main(int argc, char** argv) {
  return croquis::perf::run_cases(argc, argv, "Random numbers, beside std::mt19937_64 with std::normal_distribution",
                                  {croquis::perf::normals_case(20000000)});
}
