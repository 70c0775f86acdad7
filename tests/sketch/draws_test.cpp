// The draws themselves, against a table computed apart from the library, and their distribution.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <map>
#include <numeric>
#include <sstream>
#include <string>
#include <type_traits>
#include <vector>

#include "sketch/normals.hpp"
#include "sketch/philox.hpp"
#include "sketch/sampling.hpp"
#include "sketch/signs.hpp"
#include "sketch/sparse_sign_draws.hpp"
#include "sketch/uniforms.hpp"
#include "tests/sketch/sketch_support.hpp"
#include "tests/support/simd_targets.hpp"

using namespace croquis;

namespace {

std::vector<std::string> golden_lines(const std::string& kind) {
  const char* root = std::getenv("CROQUIS_SOURCE_ROOT");
  std::ifstream file(std::string(root != nullptr ? root : ".") + "/tests/data/sketch_draws.txt");
  REQUIRE_MESSAGE(file.good(), "tests/data/sketch_draws.txt not found: set CROQUIS_SOURCE_ROOT");
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);)
    if (line.rfind(kind + " ", 0) == 0) lines.push_back(line.substr(kind.size()));
  REQUIRE(!lines.empty());
  return lines;
}

// The rest of a golden line is what was drawn.
template <class Drawn>
void require_published(std::istream& line, const Drawn& draws) {
  for (const auto drawn : draws) {
    std::decay_t<decltype(drawn)> expected = 0;
    REQUIRE(static_cast<bool>(line >> expected));
    REQUIRE(drawn == expected);
  }
}

std::vector<std::int64_t> draw_column(const SparseSign& s, std::int64_t col) {
  std::vector<std::uint32_t> table(static_cast<std::size_t>(s.nonzeros));
  draw_sparse_signs(s, col, 1, table.data());
  std::vector<std::int64_t> entries;
  for (const std::uint32_t e : table) entries.push_back((entry_is_negative(e) ? -1 : 1) * (entry_row(e) + 1));
  return entries;
}

}  // namespace

TEST_CASE("the draws are the published ones on every instruction set") {
  test::for_each_simd_target([] {
    std::string colon;
    for (const std::string& line : golden_lines("sparse_sign")) {
      CAPTURE(line);
      std::istringstream in(line);
      SparseSign s{.cols = std::int64_t{1} << 40};
      std::int64_t col = 0;
      in >> s.rows >> s.nonzeros >> s.seed >> col >> colon;
      require_published(in, draw_column(s, col));
    }
    for (const std::string& line : golden_lines("sample")) {
      CAPTURE(line);
      std::istringstream in(line);
      std::int64_t population = 0;
      std::int64_t count = 0;
      std::uint64_t seed = 0;
      in >> population >> count >> seed >> colon;
      require_published(in, sample_without_replacement(seed, population, count));
    }
    for (const Replacement replacement : {Replacement::with, Replacement::without}) {
      for (const std::string& line :
           golden_lines(replacement == Replacement::with ? "weighted_with" : "weighted_without")) {
        CAPTURE(line);
        std::istringstream in(line);
        std::int64_t population = 0;
        std::int64_t count = 0;
        std::uint64_t seed = 0;
        in >> population >> count >> seed >> colon;
        std::vector<double> weights;
        for (std::int64_t j = 0; j < population; ++j)
          weights.push_back(static_cast<double>(1 + 37 * j * j % 11 + (j == 3 ? 60 : 0)));
        const RowSampling s = RowSampling::weighted(count, weights, seed, replacement);
        require_published(in, s.sampled());
      }
    }
    for (const std::string& line : golden_lines("signs")) {
      CAPTURE(line);
      std::istringstream in(line);
      std::uint64_t seed = 0;
      std::int64_t first = 0;
      in >> seed >> first >> colon;
      std::vector<double> signs(20);
      draw_column_signs(seed, first, 20, signs.data());
      require_published(in, signs);
    }
    for (const std::string& line : golden_lines("rademacher")) {
      CAPTURE(line);
      std::istringstream in(line);
      std::int64_t rows = 0;
      std::int64_t i = 0;
      std::int64_t j = 0;
      std::uint64_t seed = 0;
      double expected = 0;
      in >> rows >> seed >> i >> j >> colon >> expected;
      double drawn = 0;
      fill_signs(seed, 1, i, j, column_major(&drawn, 1, 1));
      REQUIRE(drawn == expected);
    }
    for (const std::string& line : golden_lines("uniform")) {
      CAPTURE(line);
      std::istringstream in(line);
      std::int64_t rows = 0;
      std::int64_t i = 0;
      std::int64_t j = 0;
      std::uint64_t seed = 0;
      double expected = 0;
      in >> rows >> seed >> i >> j >> colon >> expected;
      double drawn = 0;
      fill_uniforms(seed, std::sqrt(3 / static_cast<double>(rows)), i, j, column_major(&drawn, 1, 1));
      // The entry, and the quotient and root in its bound, are rounded: half a unit each, doubled at a binade's start.
      CHECK(std::abs(drawn - expected) <= 2 * std::abs(expected) * 0x1p-52);
    }
    for (const std::string& line : golden_lines("hashed_rht")) {
      std::istringstream in(line);
      HashedRht s;
      std::int64_t col = 0;
      std::int64_t order = 0;
      in >> s.rows >> s.cols >> s.nonzeros >> s.seed >> col >> colon >> order;
      CAPTURE(to_string(AnySketch(s)));
      Matrix<double> drawn(s.rows, 1);
      fill(s, drawn.view(), 0, col);
      const double scale = 1 / std::sqrt(static_cast<double>(order * s.nonzeros));
      for (std::int64_t i = 0; i < s.rows; ++i) {
        double expected = 0;
        REQUIRE(static_cast<bool>(in >> expected));
        REQUIRE(drawn(i, 0) == scale * expected);
      }
    }
    for (const std::string& line : golden_lines("gaussian")) {
      CAPTURE(line);
      std::istringstream in(line);
      std::int64_t rows = 0;
      std::int64_t i = 0;
      std::int64_t j = 0;
      std::uint64_t seed = 0;
      double expected = 0;
      in >> rows >> seed >> i >> j >> colon >> expected;
      double drawn = 0;
      fill_normals(seed, 1 / static_cast<double>(rows), i, j, column_major(&drawn, 1, 1));
      // 4 units in the last place as documented, and half a unit more for the variance 1 / rows rounded.
      CHECK(std::abs(drawn - expected) <= 4.5 * std::abs(expected) * 0x1p-52);
    }
  });
}

TEST_CASE("each column has one entry in each block of rows, and a table is its columns") {
  for (const SparseSign& s : {SparseSign{.rows = 17, .cols = 1000, .nonzeros = 5, .seed = 3},
                              SparseSign{.rows = 8, .cols = 1000, .nonzeros = 8, .seed = 4},
                              SparseSign{.rows = 300, .cols = 1000, .nonzeros = 130, .seed = 5}}) {
    std::vector<std::uint32_t> table(static_cast<std::size_t>(700 * s.nonzeros));
    draw_sparse_signs(s, 100, 700, table.data());
    for (std::int64_t j = 0; j < 700; ++j) {
      const auto column = draw_column(s, 100 + j);
      for (std::int64_t b = 0; b < s.nonzeros; ++b) {
        const std::uint32_t entry = table[static_cast<std::size_t>(j * s.nonzeros + b)];
        REQUIRE(entry_row(entry) >= block_begin(s, b));
        REQUIRE(entry_row(entry) < block_begin(s, b + 1));
        const std::int64_t drawn = column[static_cast<std::size_t>(b)];
        REQUIRE(std::abs(drawn) - 1 == entry_row(entry));
        REQUIRE((drawn < 0) == entry_is_negative(entry));
      }
    }
  }
}

TEST_CASE("rows and signs are uniform and independent of each other" * doctest::test_suite("statistical")) {
  // 12 cells (block, row, sign) per column with N columns: each count is binomial(N, 1/12) within a block pair. By
  // Hoeffding, P(|count / N - p| > t) <= 2 exp(-2 N t^2); with t below and 24 cells all tests fail together with
  // probability under 24 * 2 exp(-2 N t^2) = 1e-9.
  constexpr std::int64_t count = 100000;
  const double t = std::sqrt(std::log(2 * 24 / 1e-9) / (2.0 * count));
  const SparseSign s{.rows = 12, .cols = count, .nonzeros = 2, .seed = 17};
  std::vector<std::uint32_t> table(2 * count);
  draw_sparse_signs(s, 0, count, table.data());
  std::map<std::pair<std::int64_t, bool>, double> frequency;
  for (const std::uint32_t e : table) frequency[{entry_row(e), entry_is_negative(e)}] += 1.0 / count;
  REQUIRE(frequency.size() == 24);
  for (const auto& [cell, f] : frequency) CHECK(std::abs(f - 1.0 / 12) < t);

  // The same for the pairs (row of block 0, row of block 1): 36 cells.
  std::map<std::pair<std::int64_t, std::int64_t>, double> pairs;
  for (std::size_t j = 0; j < count; ++j) pairs[{entry_row(table[2 * j]), entry_row(table[2 * j + 1])}] += 1.0 / count;
  REQUIRE(pairs.size() == 36);
  for (const auto& [cell, f] : pairs) CHECK(std::abs(f - 1.0 / 36) < t);
}

TEST_CASE("the signs of columns are even, and independent of their neighbours' and of other streams'" *
          doctest::test_suite("statistical")) {
  // Means of N products of independent signs: by Hoeffding, P(|mean| > t) <= 2 exp(-N t^2 / 2); 11 means fail together
  // with probability under 11 * 2 exp(-N t^2 / 2) = 1e-9.
  constexpr std::int64_t count = 100000;
  const double t = std::sqrt(2 * std::log(2 * 11 / 1e-9) / count);
  std::vector<double> signs(count + 128);
  std::vector<double> mixing(count + 128);
  draw_column_signs(3, 77, count + 128, signs.data(), Stream::signs);
  draw_column_signs(3, 77, count + 128, mixing.data(), Stream::mixing);
  const auto mean_of_products = [&](const std::vector<double>& a, const std::vector<double>& b, std::size_t shift) {
    double sum = 0;
    for (std::size_t j = 0; j < count; ++j) sum += a[j] * b[j + shift];
    return sum / count;
  };
  const std::vector<double> ones(count + 128, 1);
  CHECK(std::abs(mean_of_products(ones, signs, 0)) < t);
  CHECK(std::abs(mean_of_products(ones, mixing, 0)) < t);
  CHECK(std::abs(mean_of_products(signs, mixing, 0)) < t);
  for (const std::size_t shift : {1, 2, 64, 128}) {
    CHECK(std::abs(mean_of_products(signs, signs, shift)) < t);
    CHECK(std::abs(mean_of_products(mixing, mixing, shift)) < t);
  }
}

TEST_CASE("samples hold different numbers in range, and a full sample is a permutation") {
  for (const std::int64_t population : {1, 2, 10, 1000}) {
    for (const std::int64_t count : {std::int64_t{1}, (population + 1) / 2, population}) {
      auto sample = sample_without_replacement(5, population, count);
      REQUIRE(static_cast<std::int64_t>(sample.size()) == count);
      std::sort(sample.begin(), sample.end());
      CHECK(std::adjacent_find(sample.begin(), sample.end()) == sample.end());
      CHECK(sample.front() >= 0);
      CHECK(sample.back() < population);
    }
  }
}

TEST_CASE("every ordered sample is equally likely" * doctest::test_suite("statistical")) {
  // Ordered pairs out of 6: 30 cells over 60000 seeds; Hoeffding as above, failure probability 1e-9.
  constexpr std::int64_t seeds = 60000;
  const double t = std::sqrt(std::log(2 * 30 / 1e-9) / (2.0 * seeds));
  std::map<std::pair<std::int64_t, std::int64_t>, double> frequency;
  for (std::uint64_t seed = 0; seed < seeds; ++seed) {
    const auto sample = sample_without_replacement(seed, 6, 2);
    frequency[{sample[0], sample[1]}] += 1.0 / seeds;
  }
  REQUIRE(frequency.size() == 30);
  for (const auto& [cell, f] : frequency) CHECK(std::abs(f - 1.0 / 30) < t);
}
