// How fast are random numbers? Beside the C++ library's, and beside setting as much memory.
#include <cstring>
#include <functional>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include <croquis/linalg/matrix.hpp>

#include "linalg/parallel.hpp"
#include "perf/paired_timing.hpp"
#include "sketch/normals.hpp"
#include "sketch/philox.hpp"
#include "sketch/signs.hpp"
#include "sketch/uniforms.hpp"

namespace croquis::perf {
namespace {

constexpr std::int64_t rows = 256;
constexpr std::int64_t cols = 128;
constexpr std::int64_t numbers = 20000000;

// Writes rows x cols numbers, those from number `first` on.
template <class T>
using Fill = std::function<void(std::int64_t first, MatrixView<T> piece)>;

// Both sides fill a piece of memory that stays in cache, again and again, once per task.
template <class T>
std::function<void()> repeated(std::int64_t count, const Fill<T>& fill) {
  return [parts = Partition(count, 64, rows * cols), fill] {
    for_each_tile(parts.count, [&](std::int64_t task) {
      Matrix<T> piece(rows, cols);
      for (std::int64_t k = parts.begin(task); k < parts.end(task); k += rows * cols) fill(k, piece.view());
    });
  };
}

template <class T>
Case random_case(const std::string& name, const std::string& reference, const Fill<T>& ours, const Fill<T>& theirs) {
  return {.name = name + " " + std::to_string(numbers), .reference = reference, .make = [=](bool quick) -> Contest {
            const std::int64_t count = quick ? numbers / 100 : numbers;
            return {.prepare_ours = {},
                    .ours = repeated<T>(count, ours),
                    .prepare_reference = {},
                    .reference = repeated<T>(count, theirs),
                    .findings = {}};
          }};
}

// A generator for each call, which costs 1 % of its numbers.
template <class Distribution, class T>
void draw_from_library(std::int64_t first, MatrixView<T> piece) {
  std::mt19937_64 generator(static_cast<std::uint64_t>(first));
  Distribution distribution;
  for (std::int64_t k = 0; k < piece.size(); ++k) piece.data[k] = static_cast<T>(distribution(generator));
}

template <class T>
void set_memory(std::int64_t first, MatrixView<T> piece) {
  std::memset(piece.data, static_cast<int>(first % 251), static_cast<std::size_t>(piece.size()) * sizeof(T));
}

template <class T>
void draw_normals(std::int64_t first, MatrixView<T> piece) {
  fill_normals(7, 1, 0, first / rows, piece);
}
template <class T>
void draw_uniforms(std::int64_t first, MatrixView<T> piece) {
  fill_uniforms(7, 1, 0, first / rows, piece);
}
template <class T>
void draw_signs(std::int64_t first, MatrixView<T> piece) {
  fill_signs(7, 1, 0, first / rows, piece);
}
void draw_words(std::int64_t first, MatrixView<double> piece) {
  std::uint64_t words[256];
  for (std::int64_t k = 0; k < piece.size(); k += 256) {
    random_words(7, 0, static_cast<std::uint64_t>(first + k), 128, words);
    std::memcpy(piece.data + k, words, sizeof words);
  }
}

std::vector<Case> all_cases() {
  using Normal = std::normal_distribution<double>;
  using UniformReal = std::uniform_real_distribution<double>;
  return {random_case<double>("normals", "mt19937_64", draw_normals<double>, draw_from_library<Normal, double>),
          random_case<float>("normals_float", "mt19937_64", draw_normals<float>, draw_from_library<Normal, float>),
          random_case<double>("uniforms", "mt19937_64", draw_uniforms<double>, draw_from_library<UniformReal, double>),
          random_case<double>("words", "memset", draw_words, set_memory<double>),
          random_case<double>("signs", "memset", draw_signs<double>, set_memory<double>),
          random_case<float>("signs_float", "memset", draw_signs<float>, set_memory<float>)};
}

}  // namespace
}  // namespace croquis::perf

int main(int argc, char** argv) {
  return croquis::perf::run_cases(argc, argv, "Random numbers, beside the C++ library's and beside setting memory",
                                  croquis::perf::all_cases());
}
