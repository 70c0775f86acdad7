// Least squares over blocks of rows: one pass, and replayed to full accuracy.
#include <cmath>
#include <limits>
#include <stdexcept>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <croquis/errors.hpp>
#include <croquis/sketch/apply.hpp>
#include <croquis/solvers/backward_error.hpp>
#include <croquis/solvers/least_squares_stream.hpp>

#include "linalg/parallel.hpp"
#include "tests/support/random.hpp"
#include "tests/support/test_matrices.hpp"

using namespace croquis;
using test::RandomSource;

namespace {

constexpr std::int64_t m = 9000;
constexpr std::int64_t n = 12;

struct Problem {
  Matrix<double> a;
  Matrix<double> b;
};

Problem problem(double condition, std::uint64_t seed = 1) {
  RandomSource random(seed);
  Matrix<double> a = test::with_condition(m, n, condition, random);
  Matrix<double> b = test::right_hand_side(a, 0.5, random);
  return {std::move(a), std::move(b)};
}

Matrix<double> by_rows(const Matrix<double>& a) {
  Matrix<double> result(a.rows(), a.cols(), Layout::row_major);
  for (std::int64_t i = 0; i < a.rows(); ++i)
    for (std::int64_t j = 0; j < a.cols(); ++j) result(i, j) = a(i, j);
  return result;
}

SparseMatrix<double> sparse_copy(MatrixView<const double> a) {
  std::vector<Triplet<double>> entries;
  for (std::int64_t i = 0; i < a.rows; ++i)
    for (std::int64_t j = 0; j < a.cols; ++j) entries.push_back({i, j, a(i, j)});
  return SparseMatrix<double>::from_triplets(a.rows, a.cols, entries);
}

// Hands out blocks of the given numbers of rows, over and over.
template <class Visit>
void cut(const Problem& p, const std::vector<std::int64_t>& sizes, const Visit& visit) {
  std::int64_t first = 0;
  for (std::size_t k = 0; first < p.a.rows(); ++k) {
    const std::int64_t rows = std::min(sizes[k % sizes.size()], p.a.rows() - first);
    visit(p.a.view().block(first, 0, rows, p.a.cols()), p.b.view().block(first, 0, rows, p.b.cols()));
    first += rows;
  }
}

RowBlockSource<double> source_of(const Problem& p, std::vector<std::int64_t> sizes) {
  return {
      .cols = p.a.cols(), .vectors = p.b.cols(), .for_each_block = [&p, sizes](const RowBlockVisitor<double>& visit) {
        cut(p, sizes, [&](MatrixView<const double> a, MatrixView<const double> b) { visit(a, b); });
      }};
}

LeastSquaresStreamFit<double> one_pass(const Problem& p, const std::vector<std::int64_t>& sizes) {
  LeastSquaresStream<double> stream(p.a.cols(), p.b.cols(), {.sketch_rows = 200, .seed = 3});
  cut(p, sizes, [&](MatrixView<const double> a, MatrixView<const double> b) { stream.add(a, b); });
  return stream.finish();
}

double distance(const Matrix<double>& x, const Matrix<double>& y) {
  double sum = 0;
  for (std::int64_t k = 0; k < x.rows() * x.cols(); ++k) sum += std::pow(x.data()[k] - y.data()[k], 2);
  return std::sqrt(sum);
}

}  // namespace

TEST_CASE("a stream without columns has its right-hand sides as residuals") {
  const Matrix<double> b(3, 1);
  LeastSquaresStream<double> stream(0);
  stream.add(column_major<const double>(nullptr, 3, 0), b);
  const auto fit = stream.finish();
  CHECK(fit.solved());
  CHECK(fit.x.rows() == 0);
  CHECK(fit.residual_norm[0] == 0);
}

TEST_CASE("one pass gives the sketch-and-solve solution of the whole, however the stream is cut") {
  const Problem p = problem(100);
  const AnySketch s = SparseSign{.rows = 200, .cols = std::int64_t{1} << 40, .nonzeros = 8, .seed = 3};
  Matrix<double> sa(200, n), sb(200, 1);
  accumulate(s, 0, p.a, sa.view());
  accumulate(s, 0, p.b, sb.view());
  const auto expected = least_squares(sa, sb.view(), {.method = LeastSquaresMethod::direct});
  const auto exact = least_squares(p.a, p.b.view(), {.method = LeastSquaresMethod::direct});
  // Large blocks, blocks of a row, and a mixture that leaves collected rows before a large block and at the end.
  for (const std::vector<std::int64_t>& sizes : {std::vector<std::int64_t>{9000}, {1}, {5, 3000, 1, 2047, 2048}}) {
    const auto fit = one_pass(p, sizes);
    CHECK(fit.solved());
    CHECK(fit.status == Status::preview);
    CHECK(fit.rows == m);
    CHECK(fit.sketch == s);
    CHECK(fit.passes == 1);
    CHECK(fit.rank == n);
    // The condition number times the roundoff of sums in another order, times a norm of x of a few.
    CHECK(distance(fit.x, expected.x) < 1e-11);
    REQUIRE(fit.error_bars.size() == 1);
    CHECK(distance(fit.x, exact.x) <= fit.error_bars[0].solution);
    CHECK(fit.residual_norm[0] == doctest::Approx(exact.residual_norm[0]).epsilon(0.2));
    CHECK(fit.residual_low[0] <= exact.residual_norm[0]);
    CHECK(exact.residual_norm[0] <= fit.residual_high[0]);
  }
}

TEST_CASE("layouts, sparse blocks and types can follow each other") {
  const Problem p = problem(10);
  const auto expected = one_pass(p, {m});
  const Matrix<double> rows = by_rows(p.a);
  const SparseMatrix<double> few = sparse_copy(p.a.view().block(10, 0, 20, n));
  const SparseMatrix<double> many = sparse_copy(p.a.view().block(30, 0, 4000, n));
  const SparseMatrix<double> columns = sparse_copy(p.a.view().block(4030, 0, 7, n).transposed());
  LeastSquaresStream<double> stream(n, 1, {.sketch_rows = 200, .seed = 3});
  const auto b = [&](std::int64_t first, std::int64_t count) { return p.b.view().block(first, 0, count, 1); };
  stream.add(rows.view().block(0, 0, 10, n), b(0, 10));
  stream.add(few, b(10, 20));
  stream.add(many, b(30, 4000));
  stream.add(AnyMatrixView<double>(columns).transposed(), b(4030, 7));
  stream.add(p.a.view().block(4037, 0, 0, n), b(4037, 0));
  stream.add(rows.view().block(4037, 0, m - 4037, n), std::span<const double>(p.b.data() + 4037, m - 4037));
  CHECK(stream.rows() == m);
  CHECK(distance(stream.finish().x, expected.x) < 1e-12);
  // More rows may follow: twice the rows, the same solution of the exact problem.
  cut(p, {m}, [&](MatrixView<const double> a, MatrixView<const double> rhs) { stream.add(a, rhs); });
  const auto exact = least_squares(p.a, p.b.view(), {.method = LeastSquaresMethod::direct});
  CHECK(distance(stream.finish().x, exact.x) < distance(expected.x, exact.x) * 3);
  CHECK(stream.finish().rows == 2 * m);
}

TEST_CASE("the result does not depend on the number of threads") {
  const Problem p = problem(10);
  const auto all = one_pass(p, {100, 5000});
  run_with_threads(1, [&] {
    const auto one = one_pass(p, {100, 5000});
    CHECK(distance(one.x, all.x) == 0);
    CHECK(one.error_bars[0].solution == all.error_bars[0].solution);
  });
}

TEST_CASE("a block that does not fit leaves the stream as it was") {
  const Problem p = problem(10);
  LeastSquaresStream<double> stream(n, 1, {.sketch_rows = 200, .seed = 3});
  stream.add(p.a, p.b.view());
  CHECK_THROWS_AS(stream.add(Matrix<double>(5, n + 1), Matrix<double>(5, 1).view()), ShapeError);
  CHECK_THROWS_AS(stream.add(Matrix<double>(5, n), Matrix<double>(4, 1).view()), ShapeError);
  CHECK_THROWS_AS(stream.add(Matrix<double>(5, n), Matrix<double>(5, 2).view()), ShapeError);
  CHECK(stream.rows() == m);
  CHECK(distance(stream.finish().x, one_pass(p, {m}).x) == 0);

  LeastSquaresStream<double> bounded(n, 1, {.sketch = Srht{.rows = 100, .cols = 300, .seed = 1}});
  bounded.add(Matrix<double>(299, n), Matrix<double>(299, 1).view());
  CHECK_THROWS_AS(bounded.add(Matrix<double>(2, n), Matrix<double>(2, 1).view()), ShapeError);
  LeastSquaresStream<double> short_one(n);
  CHECK_THROWS_AS((void)short_one.finish(), ShapeError);
  CHECK_THROWS_AS(LeastSquaresStream<double>(-1), InvalidOption);
  CHECK_THROWS_AS(LeastSquaresStream<double>(n, 1, {.sketch_rows = n - 1}), InvalidOption);
  CHECK_THROWS_AS(LeastSquaresStream<double>(n, 1, {.bootstrap = {.replicates = 1}}), InvalidOption);
}

TEST_CASE("a NaN is a status that names its row") {
  for (const std::int64_t row : {std::int64_t{0}, std::int64_t{2500}, m - 1}) {
    for (const std::vector<std::int64_t>& sizes : {std::vector<std::int64_t>{m}, {7}, {2100}}) {
      Problem p = problem(10);
      (row == 2500 ? p.b(row, 0) : p.a(row, 3)) = std::numeric_limits<double>::quiet_NaN();
      const auto fit = one_pass(p, sizes);
      CHECK(fit.status == Status::non_finite_input);
      CHECK_MESSAGE(fit.message.find("row " + std::to_string(row) + " ") != std::string::npos, fit.message);
      const auto replayed = least_squares_stream(source_of(p, sizes));
      CHECK(replayed.status == Status::non_finite_input);
      CHECK_MESSAGE(replayed.message.find("row " + std::to_string(row) + " ") != std::string::npos, replayed.message);
    }
  }
}

TEST_CASE("rank-deficient and extreme streams") {
  Problem p = problem(10);
  for (std::int64_t i = 0; i < m; ++i) p.a(i, 5) = p.a(i, 1) + p.a(i, 2);
  const auto fit = one_pass(p, {1000});
  CHECK(fit.rank == n - 1);
  CHECK(fit.status == Status::preview);
  CHECK(fit.message.find("rank 11 of 12") != std::string::npos);

  Problem tiny = problem(10);
  const auto plain = one_pass(tiny, {m});
  for (double& entry : tiny.b.entries()) entry = std::ldexp(entry, -900);
  const auto scaled = one_pass(tiny, {m});
  CHECK(scaled.x(3, 0) == std::ldexp(plain.x(3, 0), -900));
  CHECK(scaled.error_bars[0].fit == std::ldexp(plain.error_bars[0].fit, -900));
  CHECK(scaled.residual_high[0] == std::ldexp(plain.residual_high[0], -900));
}

TEST_CASE("a replayed stream is solved to the accuracy of the matrix in memory") {
  for (const double condition : {1e2, 1e8, 1e12}) {
    const Problem p = problem(condition, 5);
    const auto fit = least_squares_stream(source_of(p, {1000, 7, 3000}));
    CHECK_MESSAGE(fit.status == Status::converged, fit.message);
    CHECK(fit.method == LeastSquaresMethod::sketch_and_precondition);
    // A few roundoffs, as for the matrix in memory.
    CHECK(least_squares_backward_error(p.a, fit.x.view(), p.b.view())[0] < 1e-15);
    const auto memory = least_squares(p.a, p.b.view(), {.method = LeastSquaresMethod::sketch_and_precondition});
    // In one block, the products are those of the matrix in memory to the bit; the one pass more took B.
    const auto whole = least_squares_stream(source_of(p, {m}));
    CHECK(whole.iterations == memory.iterations);
    CHECK(whole.passes == memory.passes + 1);
    CHECK(distance(whole.x, memory.x) == 0);
    // Sums over other blocks round otherwise. Well conditioned, that costs or saves an iteration in each refinement
    // step. If not, the points have errors of rounding, which is what the target is, and chance has a say in how many
    // steps of 7 to 10 passes there are, one to three, for either side alike.
    if (condition == 1e2) CHECK(std::abs(fit.passes - whole.passes) <= 4);
    CHECK(fit.passes <= 45);
  }
  const Problem p = problem(10);
  const auto preview = least_squares_stream(
      source_of(p, {500}), {.method = LeastSquaresMethod::sketch_and_solve, .bootstrap = BootstrapOptions{}});
  CHECK(preview.status == Status::preview);
  CHECK(preview.error_bars.size() == 1);
}

TEST_CASE("a replayed stream of sparse blocks and several right-hand sides") {
  Problem p = problem(1e3);
  RandomSource random(8);
  p.b = test::gaussian_matrix(m, 3, random);
  const SparseMatrix<double> sparse = sparse_copy(p.a.view());
  const auto view = sparse.view();
  const RowBlockSource<double> source{
      .cols = n, .vectors = 3, .for_each_block = [&](const RowBlockVisitor<double>& visit) {
        for (std::int64_t first = 0; first < m; first += 3000)
          visit(CsrView<double, std::int64_t>{3000, n, view.row_start + first, view.column, view.value},
                p.b.view().block(first, 0, 3000, 3));
      }};
  const auto fit = least_squares_stream(source);
  CHECK(fit.status == Status::converged);
  for (const double error : least_squares_backward_error(p.a, fit.x.view(), p.b.view())) CHECK(error < 1e-15);
}

TEST_CASE("a source that changes, throws or does not fit is noticed") {
  Problem p = problem(10);
  int pass = 0;
  const auto changing = [&](auto change) {
    pass = 0;
    return RowBlockSource<double>{.cols = n, .for_each_block = [&, change](const RowBlockVisitor<double>& visit) {
                                    Problem now{Matrix<double>(p.a), Matrix<double>(p.b)};
                                    if (++pass == 3) change(now);
                                    cut(now, {4000},
                                        [&](MatrixView<const double> a, MatrixView<const double> b) { visit(a, b); });
                                  }};
  };
  CHECK_THROWS_AS((void)least_squares_stream(changing([](Problem& now) {
                    now.a = Matrix<double>(MatrixView<const double>(now.a.view().block(0, 0, m - 1, n)));
                    now.b = Matrix<double>(MatrixView<const double>(now.b.view().block(0, 0, m - 1, 1)));
                  })),
                  ShapeError);
  CHECK_THROWS_AS((void)least_squares_stream(changing([](Problem& now) {
                    now.a = Matrix<double>(m + 1, n);
                    now.b = Matrix<double>(m + 1, 1);
                  })),
                  ShapeError);
  CHECK_THROWS_WITH_AS((void)least_squares_stream(changing([](Problem& now) { now.b(17, 0) += 1e-9; })),
                       "the stream has changed: its entries differ from those of its first pass", Error);
  CHECK_THROWS_AS((void)least_squares_stream(changing([](Problem& now) { now.a(64, 2) += 1e-9; })), Error);
  CHECK_THROWS_AS((void)least_squares_stream(changing([](Problem&) { throw std::runtime_error("disk"); })),
                  std::runtime_error);
  RowBlockSource<double> wrong = source_of(p, {100});
  wrong.cols = n + 1;
  CHECK_THROWS_AS((void)least_squares_stream(wrong), ShapeError);
  CHECK_THROWS_AS((void)least_squares_stream(RowBlockSource<double>{.cols = 2}), InvalidOption);
  CHECK_THROWS_AS((void)least_squares_stream(source_of(p, {100}), {.method = LeastSquaresMethod::direct}),
                  InvalidOption);
  CHECK_THROWS_AS((void)least_squares_stream(source_of(p, {100}), {.ridge = 1}), InvalidOption);
}
