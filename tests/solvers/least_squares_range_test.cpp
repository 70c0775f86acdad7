// Matrices at the very ends of the range of their type, down to its smallest numbers: the answer is that of the same
// integers in the middle of the range, or the report says that no number of the type holds it.
#include <croquis/solvers/backward_error.hpp>
#include <croquis/solvers/least_squares.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "tests/support/random.hpp"

using namespace croquis;
using namespace croquis::test;

namespace {

// Integers times 2^exponent, which has to hold them exactly.
template <class T>
Matrix<T> integers(std::int64_t rows, std::int64_t cols, int exponent, Layout layout, std::uint64_t seed) {
  RandomSource random(seed);
  Matrix<T> a(rows, cols, layout);
  for (std::int64_t j = 0; j < cols; ++j)
    for (std::int64_t i = 0; i < rows; ++i) a(i, j) = std::ldexp(static_cast<T>(random.below(15) - 7), exponent);
  return a;
}

// Entry by entry, x * 2^exponent.
template <class T>
bool same_but_for_units(const Matrix<T>& scaled, const Matrix<T>& plain, int exponent) {
  if (scaled.rows() != plain.rows() || scaled.cols() != plain.cols()) return false;
  for (std::int64_t j = 0; j < plain.cols(); ++j)
    for (std::int64_t i = 0; i < plain.rows(); ++i)
      if (scaled(i, j) != std::ldexp(plain(i, j), exponent)) return false;
  return true;
}

constexpr LeastSquaresMethod methods[] = {LeastSquaresMethod::automatic, LeastSquaresMethod::sketch_and_precondition,
                                          LeastSquaresMethod::direct, LeastSquaresMethod::gram_and_precondition,
                                          LeastSquaresMethod::sketch_and_solve};

struct Scales {
  int a, b;
};

// No rounding error depends on a power of two, so the bits are those of the same problem in the middle of the range,
// stored by columns, as the scaled copy of a matrix is.
template <class T>
void check_scales(std::int64_t rows, std::int64_t cols, const std::vector<Scales>& all) {
  // That of a wide matrix is of its transpose.
  const bool tall = rows >= cols;
  const Matrix<T> plain_a = integers<T>(rows, cols, 0, tall ? Layout::column_major : Layout::row_major, 1);
  const Matrix<T> plain_b = integers<T>(rows, 2, 0, Layout::column_major, 2);
  for (const LeastSquaresMethod method : methods) {
    const auto plain = least_squares(plain_a, plain_b, {.method = method});
    REQUIRE(plain.solved());
    for (const Layout layout : {Layout::column_major, Layout::row_major}) {
      for (const Scales scale : all) {
        CAPTURE(rows);
        CAPTURE(static_cast<int>(layout));
        CAPTURE(to_string(method));
        CAPTURE(scale.a);
        CAPTURE(scale.b);
        const Matrix<T> a = integers<T>(rows, cols, scale.a, layout, 1);
        const Matrix<T> b = integers<T>(rows, 2, scale.b, layout, 2);
        const auto fit = least_squares(a, b, {.method = method});
        CAPTURE(fit.message);
        CHECK(fit.status == plain.status);
        CHECK(fit.method == plain.method);
        CHECK(fit.rank == plain.rank);
        CHECK(fit.backward_error == plain.backward_error);
        CHECK(same_but_for_units(fit.x, plain.x, scale.b - scale.a));
        CHECK(fit.residual_norm[1] == std::ldexp(plain.residual_norm[1], scale.b));
        CHECK(fit.gradient_norm[1] == std::ldexp(plain.gradient_norm[1], scale.a + scale.b));
      }
    }
  }
}

}  // namespace

TEST_CASE("Tall and wide, in double") {
  // b so that x is in range; the norm of the gradient, which is 2^(a + b), has a double's range even there.
  const std::vector<Scales> all = {{-1060, -100}, {-1060, -1000}, {-1074, -300}, {1000, 100}, {1015, 300}, {-900, 0}};
  check_scales<double>(1200, 20, all);
  check_scales<double>(20, 300, all);
}

TEST_CASE("Tall and wide, in float") {
  const std::vector<Scales> all = {{-140, -100}, {-149, -40}, {120, 30}, {110, 10}};
  check_scales<float>(1200, 20, all);
  check_scales<float>(20, 300, all);
}

TEST_CASE("A solution that overflows or underflows is not called one") {
  // Of 2^-1060 a double keeps 15 bits.
  for (const Scales scale : {Scales{-1060, 0}, {1000, -500}, {1010, -50}}) {
    for (const std::int64_t rows : {1200, 20}) {
      const std::int64_t cols = rows == 20 ? 300 : 20;
      for (const LeastSquaresMethod method : methods) {
        CAPTURE(scale.a);
        CAPTURE(rows);
        CAPTURE(to_string(method));
        const auto fit = least_squares(integers<double>(rows, cols, scale.a, Layout::row_major, 1),
                                       integers<double>(rows, 1, scale.b, Layout::row_major, 2), {.method = method});
        CAPTURE(fit.message);
        CHECK(fit.status == Status::accuracy_not_reached);
        CHECK(fit.message.find("out of the range of its type") != std::string::npos);
      }
    }
  }
}

TEST_CASE("A column that underflows in every sketch is a column all the same") {
  // One of the smallest numbers in each row: eight of them over the root of eight meet in no row of the sketch.
  Matrix<double> a = integers<double>(1200, 20, 0, Layout::column_major, 1);
  for (std::int64_t i = 0; i < a.rows(); ++i) a(i, 7) = i % 300 == 0 ? std::numeric_limits<double>::denorm_min() : 0;
  const Matrix<double> b = integers<double>(1200, 1, -200, Layout::column_major, 2);
  for (const LeastSquaresMethod method : methods) {
    if (method == LeastSquaresMethod::sketch_and_solve) continue;
    CAPTURE(to_string(method));
    const auto fit = least_squares(a, b, {.method = method});
    CAPTURE(fit.message);
    CHECK(fit.solved());
    CHECK(fit.rank == 20);
    CHECK(fit.worst_backward_error() < 1e-15);
    CHECK(std::abs(fit.x(7, 0)) > 0x1p800);
  }
}

TEST_CASE("Columns in units far from each other, and from those of the range's middle") {
  Matrix<double> a = integers<double>(1200, 20, 0, Layout::column_major, 1);
  const auto plain = least_squares(a, integers<double>(1200, 1, 0, Layout::column_major, 2));
  for (std::int64_t j = 0; j < a.cols(); ++j)
    for (std::int64_t i = 0; i < a.rows(); ++i) a(i, j) = std::ldexp(a(i, j), static_cast<int>(-1000 + 75 * j));
  const Matrix<double> b = integers<double>(1200, 1, -400, Layout::column_major, 2);
  for (const LeastSquaresMethod method : methods) {
    CAPTURE(to_string(method));
    const auto fit = least_squares(a, b, {.method = method});
    CAPTURE(fit.message);
    CHECK(fit.solved());
    CHECK(fit.rank == 20);
    if (method != LeastSquaresMethod::sketch_and_solve) CHECK(fit.worst_backward_error() < 1e-15);
    if (method == LeastSquaresMethod::automatic)
      for (std::int64_t j = 0; j < a.cols(); ++j)
        CHECK(std::abs(std::ldexp(fit.x(j, 0), static_cast<int>(400 - 1000 + 75 * j)) / plain.x(j, 0) - 1) < 1e-12);
  }
}

TEST_CASE("Rank deficient: the solution of least norm, in any units") {
  const auto deficient = [](int exponent) {
    Matrix<double> a = integers<double>(1200, 20, exponent, Layout::column_major, 1);
    for (std::int64_t i = 0; i < a.rows(); ++i) {
      a(i, 13) = a(i, 4);
      a(i, 7) = 0;
    }
    return a;
  };
  for (const LeastSquaresMethod method :
       {LeastSquaresMethod::automatic, LeastSquaresMethod::direct, LeastSquaresMethod::sketch_and_precondition}) {
    CAPTURE(to_string(method));
    const auto plain =
        least_squares(deficient(0), integers<double>(1200, 1, 0, Layout::row_major, 2), {.method = method});
    REQUIRE(plain.rank == 18);
    const auto fit =
        least_squares(deficient(-1060), integers<double>(1200, 1, -500, Layout::row_major, 2), {.method = method});
    CHECK(fit.status == plain.status);
    CHECK(fit.rank == 18);
    // The unit of a column of zeros is not that of the others, and the basis of the null space depends on it.
    for (std::int64_t j = 0; j < 20; ++j)
      CHECK(std::abs(std::ldexp(fit.x(j, 0), -560) - plain.x(j, 0)) <= 1e-14 * std::abs(plain.x(0, 0)));
  }
}

TEST_CASE("Weights, a ridge and error bars keep their units") {
  const std::vector<double> weights(1200, 64);
  LeastSquaresOptions plain_options{.method = LeastSquaresMethod::sketch_and_solve, .bootstrap = BootstrapOptions()};
  LeastSquaresOptions options = plain_options;
  options.weights = weights;
  const auto plain = least_squares(integers<double>(1200, 20, 0, Layout::row_major, 1),
                                   integers<double>(1200, 1, 0, Layout::row_major, 2), plain_options);
  // Rows times 8 by the weights, which a residual feels and x does not.
  for (const Scales scale : {Scales{0, 0}, {1000, 10}, {-1060, -300}}) {
    CAPTURE(scale.a);
    const auto fit = least_squares(integers<double>(1200, 20, scale.a, Layout::row_major, 1),
                                   integers<double>(1200, 1, scale.b, Layout::row_major, 2), options);
    CHECK(fit.status == Status::preview);
    REQUIRE(fit.error_bars.size() == 1);
    const ErrorBar& bar = fit.error_bars[0];
    const ErrorBar& of_plain = plain.error_bars[0];
    CHECK(bar.solution == std::ldexp(of_plain.solution, scale.b - scale.a));
    CHECK(bar.coefficients[3] == std::ldexp(of_plain.coefficients[3], scale.b - scale.a));
    CHECK(bar.fit == std::ldexp(of_plain.fit, scale.b + 3));
    CHECK(bar.residual_high == std::ldexp(of_plain.residual_high, scale.b + 3));
  }
  const auto ridged = [](int a, int b, double ridge) {
    return least_squares(integers<double>(1200, 20, a, Layout::row_major, 1),
                         integers<double>(1200, 1, b, Layout::row_major, 2), {.ridge = ridge});
  };
  const auto penalized = ridged(0, 0, 0x1p12);
  const auto scaled = ridged(450, 0, 0x1p912);
  CHECK(scaled.solved());
  CHECK(same_but_for_units(scaled.x, penalized.x, -450));
  CHECK(ridged(1015, 300, 0x1p-1000).solved());
}

TEST_CASE("The backward error of a given x") {
  const auto error = [](int a, int b) {
    Matrix<double> x = integers<double>(20, 1, b - a - 4, Layout::column_major, 3);
    return least_squares_backward_error(integers<double>(1200, 20, a, Layout::row_major, 1), x,
                                        integers<double>(1200, 1, b, Layout::column_major, 2))[0];
  };
  const double plain = error(0, 0);
  CHECK(plain > 1e-3);
  for (const Scales scale : {Scales{-1060, -300}, {-1074, -300}, {1010, 100}}) CHECK(error(scale.a, scale.b) == plain);
}
