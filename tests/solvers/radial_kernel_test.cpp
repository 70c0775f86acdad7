// Entries of kernels of distances on every instruction set, against long double arithmetic.
#include "solvers/kernel/radial_kernel.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "tests/support/random.hpp"
#include "tests/support/simd_targets.hpp"

using namespace croquis;
using namespace croquis::test;

namespace {

Matrix<double> random_points(std::int64_t rows, std::int64_t cols, double size, std::uint64_t seed) {
  RandomSource random(seed);
  Matrix<double> x(rows, cols, Layout::row_major);
  for (double& entry : x.entries()) entry = size * random.normal();
  return x;
}

constexpr KernelFunction functions[] = {KernelFunction::gaussian, KernelFunction::matern52, KernelFunction::matern32,
                                        KernelFunction::laplacian};

Matrix<double> entries_of(const Matrix<double>& x, const Matrix<double>& centres,
                          KernelFunction function = KernelFunction::gaussian) {
  Matrix<double> k(x.rows(), centres.rows(), Layout::row_major);
  RadialKernel(function, centres.view()).fill(x.view(), k.view());
  return k;
}

// Of the square of the distance.
long double exact(KernelFunction function, long double square) {
  const long double d = std::sqrt(square);
  if (function == KernelFunction::gaussian) return std::exp(-square);
  if (function == KernelFunction::laplacian) return std::exp(-d);
  return (1 + d + (function == KernelFunction::matern52 ? square / 3 : 0)) * std::exp(-d);
}

constexpr double roundoff = std::numeric_limits<double>::epsilon() / 2;

}  // namespace

TEST_CASE("entries are as accurate as their exponents") {
  for_each_simd_target([] {
    for (const std::int64_t dimensions : {1, 3, 18})
      for (const std::int64_t centres : {1, 15, 16, 37})
        for (const std::int64_t rows : {1, 3, 9}) {
          const Matrix<double> x = random_points(rows, dimensions, 0.8, 1),
                               c = random_points(centres, dimensions, 2, 2);
          for (const KernelFunction function : functions) {
            const Matrix<double> k = entries_of(x, c, function);
            double worst = 0;
            for (std::int64_t i = 0; i < rows; ++i)
              for (std::int64_t j = 0; j < centres; ++j) {
                long double square = 0;
                for (std::int64_t l = 0; l < dimensions; ++l) {
                  const long double difference = static_cast<long double>(x(i, l)) - c(j, l);
                  square += difference * difference;
                }
                // A difference, its square and the additions after it have an error of a roundoff each, a root of half
                // that and one more, the exponential of two units, and what stands before it of four roundoffs and what
                // the distance has.
                const bool gaussian = function == KernelFunction::gaussian;
                const long double exponent = gaussian ? square : std::sqrt(square);
                const long double bound =
                    roundoff * ((gaussian ? 4 : 8) + (gaussian ? 1 : 2) * exponent * (3 + dimensions));
                worst = std::max(worst, static_cast<double>(std::abs(k(i, j) / exact(function, square) - 1) / bound));
              }
            CHECK_MESSAGE(worst <= 1, to_string(function));
          }
        }
  });
}

TEST_CASE("an entry depends on its point and centre alone, in either order") {
  for_each_simd_target([] {
    // Far from zero: distances keep their digits.
    Matrix<double> x = random_points(39, 5, 0.5, 3);
    for (double& entry : x.entries()) entry += 1e6;
    const Matrix<double> k = entries_of(x, x);
    for (std::int64_t i = 0; i < x.rows(); ++i) {
      CHECK(k(i, i) == 1);
      const Matrix<double> row = entries_of(Matrix<double>(x.view().block(i, 0, 1, 5)), x);
      CHECK(std::memcmp(row.data(), k.data() + i * k.cols(), 8 * static_cast<std::size_t>(k.cols())) == 0);
      for (std::int64_t j = 0; j < i; ++j) CHECK(k(i, j) == k(j, i));
    }
  });
}

TEST_CASE("far points have the entry zero, and none is too small to be normal") {
  Matrix<double> x(5, 1, Layout::row_major), zero(1, 1, Layout::row_major);
  for (std::int64_t i = 0; i < 5; ++i)
    x(i, 0) = std::vector<double>{26.5, 26.6, 28, 1e10, 1e300}[static_cast<std::size_t>(i)];
  for_each_simd_target([&] {
    const Matrix<double> k = entries_of(x, zero);
    CHECK(k(0, 0) == doctest::Approx(std::exp(-26.5 * 26.5)).epsilon(1e-12));
    for (std::int64_t i = 1; i < 5; ++i) CHECK(k(i, 0) == 0);
    for (const KernelFunction function :
         {KernelFunction::laplacian, KernelFunction::matern32, KernelFunction::matern52})
      for (std::int64_t i = 3; i < 5; ++i) CHECK(entries_of(x, zero, function)(i, 0) == 0);
  });
}

TEST_CASE("blocks of rows make up the whole") {
  // Rows of 8 bytes times 1500 centres: more than one block of 16 MiB.
  const Matrix<double> x = random_points(1900, 2, 1, 4), c = random_points(1500, 2, 1, 5);
  const Matrix<double> k = entries_of(x, c);
  const RadialKernel kernel(KernelFunction::gaussian, c.view());
  std::int64_t next = 0, blocks = 0;
  for_each_kernel_block(kernel, x.view(), [&](std::int64_t first, MatrixView<const double> block) {
    CHECK(first == next);
    CHECK(std::memcmp(block.data, k.data() + first * k.cols(), 8 * static_cast<std::size_t>(block.size())) == 0);
    next += block.rows;
    ++blocks;
  });
  CHECK(next == x.rows());
  CHECK(blocks > 1);
}
