// A matrix whose entries are more than 32 bits count, 8.9 GB of them: sketched, and solved with.
#include <croquis/sketch/apply.hpp>
#include <croquis/solvers/least_squares.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include "linalg/blas.hpp"
#include "linalg/parallel.hpp"

using namespace croquis;

namespace {

constexpr std::int64_t rows = (std::int64_t{1} << 26) + 5;
constexpr std::int64_t cols = 33;
static_assert(rows * cols > std::int64_t{1} << 31);
constexpr std::int64_t block_rows = std::int64_t{1} << 22;

// Integers from -8 to 7, whose sums below are exact in float.
float entry(std::int64_t i, std::int64_t j) {
  const auto place = static_cast<std::uint64_t>(i * cols + j);
  return static_cast<float>((place * 0x9e3779b97f4a7c15 >> 60)) - 8;
}

float solution(std::int64_t j) { return static_cast<float>(j % 5 - 2); }

struct Problem {
  Matrix<float> a, b;
};

Problem make_problem(Layout layout) {
  Problem p{Matrix<float>::uninitialized(rows, cols, layout), Matrix<float>::uninitialized(rows, 1)};
  const MatrixView<float> a = p.a.view();
  float* const b = p.b.data();
  const Partition parts(rows, 256, 4096);
  for_each_tile(parts.count, [&](std::int64_t part) {
    for (std::int64_t i = parts.begin(part); i < parts.end(part); ++i) {
      float sum = 0;
      for (std::int64_t j = 0; j < cols; ++j) {
        const float value = entry(i, j);
        a.data[i * a.row_stride() + j * a.column_stride()] = value;
        sum += value * solution(j);
      }
      b[i] = sum;
    }
  });
  return p;
}

// || x - y || / || y ||.
double difference(const Matrix<float>& x, const Matrix<float>& y) {
  Matrix<float> change = x;
  for (std::int64_t k = 0; k < x.rows() * x.cols(); ++k) change.data()[k] -= y.data()[k];
  return norm2(x.rows() * x.cols(), change.data()) / norm2(y.rows() * y.cols(), y.data());
}

// The sketch at once is the sum of the sketches of blocks, and that of the last rows the product with S itself.
void check_sketch(const AnySketch& s, const Matrix<float>& a, double tolerance) {
  CAPTURE(to_string(s));
  const Matrix<float> whole = s * a;
  Matrix<float> sum(s.rows(), cols);
  for (std::int64_t first = 0; first < rows; first += block_rows)
    accumulate(s, first, a.view().block(first, 0, std::min(block_rows, rows - first), cols), sum.view());
  CHECK(difference(whole, sum) <= tolerance);
  // E ||S A||_F = ||A||_F; the entries have the mean square (2 (1 + 4 + ... + 49) + 64) / 16 = 21.5.
  const double norm = norm2(whole.rows() * cols, whole.data());
  CHECK(norm == doctest::Approx(std::sqrt(21.5 * static_cast<double>(rows * cols))).epsilon(0.2));

  constexpr std::int64_t last = 1000;
  Matrix<float> entries(s.rows(), last);
  fill(s, entries.view(), 0, rows - last);
  Matrix<float> expected(s.rows(), cols);
  multiply<float>(1, entries.view(), a.view().block(rows - last, 0, last, cols), 0, expected.view());
  Matrix<float> sketched(s.rows(), cols);
  accumulate(s, rows - last, a.view().block(rows - last, 0, last, cols), sketched.view());
  CHECK(difference(sketched, expected) <= 1e-5);
}

void check_solution(const Problem& p, LeastSquaresMethod method) {
  CAPTURE(to_string(method));
  const auto fit = least_squares(p.a, p.b.view(), {.method = method});
  CAPTURE(fit.message);
  CHECK(fit.status == Status::converged);
  CHECK(fit.rank == cols);
  // The columns are as good as orthogonal, so x is as good as its backward error, some roundoffs of float.
  REQUIRE(fit.x.rows() == cols);
  for (std::int64_t j = 0; j < cols; ++j) CHECK(std::abs(fit.x(j, 0) - solution(j)) <= 1e-5);
}

void check_layout(Layout layout) {
  const Problem p = make_problem(layout);
  // Sums of integers below 2^24, whatever their order.
  check_sketch(CountSketch{.rows = 4096, .cols = rows, .seed = 1}, p.a, 0);
  // Sums of thousands of rounded terms; ten rows at a wrong place would be a difference of 4e-4.
  check_sketch(SparseSign{.rows = 1024, .cols = rows, .nonzeros = 8, .seed = 2}, p.a, 1e-5);
  check_sketch(Gaussian{.rows = 16, .cols = rows, .seed = 3}, p.a, 1e-5);
  check_sketch(Srht{.rows = 128, .cols = rows, .seed = 4}, p.a, 1e-5);
  check_solution(p, LeastSquaresMethod::automatic);
  check_solution(p, LeastSquaresMethod::sketch_and_precondition);
}

}  // namespace

TEST_CASE("By rows") { check_layout(Layout::row_major); }

TEST_CASE("By columns") { check_layout(Layout::column_major); }
