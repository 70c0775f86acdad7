// What the witness of an iteration says, against singular values.
#include "solvers/certified_iteration.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "linalg/blas.hpp"
#include "solvers/diagonal_factorization.hpp"
#include "solvers/one_singular_value.hpp"
#include "solvers/stored_matrix.hpp"
#include "tests/support/test_matrices.hpp"

using namespace croquis;
using namespace croquis::test;

namespace {

constexpr std::int64_t m = 300, n = 40;

// All that is asked of the witness of A = U diag(sigma) V^T, with columns as they are.
struct Hearing {
  int asked = 0;
  Testimony<double> testimony;
  bool solved = false;

  Hearing(const std::vector<double>& sigma, LowRank low_rank, double most_passes) {
    RandomSource random(7);
    const Matrix<double> a = with_singular_values(m, n, sigma, random);
    const Matrix<double> b = gaussian_matrix(m, 1, random);
    const StoredMatrix<double> matrix(AnyMatrixView<double>(a.view()));
    const LeastSquaresOptions options;
    const auto problem = make_problem<double>(matrix, b.view(), options);
    double square = 0;
    for (const double s : sigma) square += s * s;
    const auto f = diagonal_factorization<double>(std::vector<double>(n, 1), std::sqrt(square), 0);
    LeastSquaresFit<double> fit;
    Matrix<double> gradient(n, 1);
    multiply<double>(1, a.view().transposed(), problem.b.view(), 0, gradient.view());
    const auto y = certified_iteration<double>(
        problem, *f, call_witnesses(problem, *f, 1, fit), gradient.view(), most_passes, low_rank,
        [&](const Testimony<double>& heard) {
          ++asked;
          testimony = heard;
          f->largest_singular = heard.extreme.largest;
          f->least_part = heard.extreme.smallest / 2;
          f->condition = f->largest_singular / f->least_part;
          return heard.full_rank;
        },
        fit);
    solved = y.has_value();
    if (!solved) return;
    // A^T (b - A y) = 0 up to the errors of one run of the iteration.
    Matrix<double> r(b), g(n, 1);
    for (double& entry : r.entries()) entry = std::ldexp(entry, -problem.b_exponent[0]);
    multiply<double>(-1, a.view(), y->view(), 1, r.view());
    multiply<double>(1, a.view().transposed(), r.view(), 0, g.view());
    const double condition = sigma.front() / sigma.back();
    CHECK(norm2(n, g.data()) <= 1e-14 * condition * condition * sigma.front() * norm2(m, b.data()));
  }
};

std::vector<double> spread(std::int64_t count, double smallest) {
  std::vector<double> sigma;
  for (std::int64_t k = 0; k < count; ++k)
    sigma.push_back(std::pow(smallest, static_cast<double>(k) / static_cast<double>(count - 1)));
  return sigma;
}

}  // namespace

TEST_CASE("full rank: the extreme singular values") {
  for (const double smallest : {0.9, 0.3, 0.05}) {
    CAPTURE(smallest);
    const Hearing hearing(spread(n, smallest), LowRank::not_wanted, 1e4);
    CHECK(hearing.asked == 1);
    CHECK(hearing.solved);
    CHECK(hearing.testimony.full_rank);
    CHECK(hearing.testimony.extreme.largest >= 0.95);
    CHECK(hearing.testimony.extreme.largest <= 1.01);
    // A third less is allowed for by those who rely on it.
    CHECK(hearing.testimony.extreme.smallest <= 1.01 * smallest / 0.3);
    CHECK(hearing.testimony.extreme.smallest >= 0.99 * smallest);
  }
}

TEST_CASE("one small singular value among large ones is not overlooked") {
  for (const double smallest : {1e-2, 1e-4, 1e-6, 1e-9}) {
    CAPTURE(smallest);
    std::vector<double> sigma(n, 1.0);
    sigma.back() = smallest;
    const Hearing hearing(sigma, LowRank::not_wanted, 1e4);
    if (hearing.asked > 0) CHECK(hearing.testimony.extreme.smallest <= 3 * smallest);
    if (smallest < 1e-8) CHECK(!hearing.solved);  // its square is below a roundoff
  }
}

TEST_CASE("low rank: what is lost is the null space's part of the witness") {
  const std::vector<double> sigma = spread(n - 3, 0.3);
  CHECK(Hearing(sigma, LowRank::not_wanted, 1e4).asked == 0);
  const Hearing hearing(sigma, LowRank::welcome, 1e4);
  REQUIRE(hearing.asked == 1);
  CHECK(!hearing.testimony.full_rank);
  CHECK(!hearing.solved);
  RandomSource random(7);
  const Matrix<double> a = with_singular_values(m, n, sigma, random);
  Matrix<double> image(m, 1);
  multiply<double>(1, a.view(), hearing.testimony.lost.view(), 0, image.view());
  CHECK(norm2(m, image.data()) <= hearing.testimony.close);
  // Three of 40 components of variance 1 / 40: between 0.01 and 0.9 but for a probability of 1e-6.
  CHECK(norm2(n, hearing.testimony.lost.data()) > 0.01);
  CHECK(norm2(n, hearing.testimony.lost.data()) < 0.9);
  CHECK(hearing.testimony.extreme.smallest >= 0.29);
  CHECK(hearing.testimony.extreme.smallest <= 1.01);
}

TEST_CASE("an iteration that would take too long ends early") {
  const Hearing hearing(spread(n, 1e-3), LowRank::welcome, 30);
  CHECK(hearing.asked == 0);
  CHECK(!hearing.solved);
}

TEST_CASE("one singular value tells the rank, unless another hides beside the zeros") {
  // The last is three times the tolerance.
  for (const double other : {0.0, 1e-3, 1e-9, 1e-14}) {
    CAPTURE(other);
    RandomSource random(8);
    std::vector<double> sigma(n, 0);
    std::fill_n(sigma.begin(), 25, 3.0);
    sigma[30] = 3 * other;
    const Matrix<double> a = with_singular_values(m, n, sigma, random);
    const Matrix<double> b = gaussian_matrix(m, 1, random);
    const StoredMatrix<double> matrix(AnyMatrixView<double>(a.view()));
    const LeastSquaresOptions options;
    const auto problem = make_problem<double>(matrix, b.view(), options);
    const auto f = diagonal_factorization<double>(std::vector<double>(n, 1), 3.0 * std::sqrt(25.0), 3e-15);
    Matrix<double> gradient(n, 1);
    multiply<double>(1, a.view().transposed(), problem.b.view(), 0, gradient.view());
    LeastSquaresFit<double> fit;
    const auto y =
        solve_with_one_singular_value<double>(problem, *f, call_witnesses(problem, *f, 2, fit), gradient.view(), fit);
    CHECK(y.has_value() == (other == 0));
    CHECK(f->rank == (y ? 25 : n));
    if (!y) continue;
    CHECK(f->largest_singular == doctest::Approx(3).epsilon(1e-13));
    // Of least norm, in the range of A^T, and with a residual that A^T maps to zero, to n roundoffs and some.
    for (std::int64_t j = 0; j < n; ++j) CHECK((*y)(j, 0) == doctest::Approx(gradient(j, 0) / 9).epsilon(1e-12));
  }
}

TEST_CASE("two singular values are not taken for one") {
  RandomSource random(9);
  for (const double other : {0.5, 0.999, 1 - 1e-12}) {
    CAPTURE(other);
    std::vector<double> sigma(n, 0);
    std::fill_n(sigma.begin(), 25, 1.0);
    std::fill_n(sigma.begin() + 20, 5, other);
    const Matrix<double> a = with_singular_values(m, n, sigma, random);
    const Matrix<double> b = gaussian_matrix(m, 1, random);
    const StoredMatrix<double> matrix(AnyMatrixView<double>(a.view()));
    const LeastSquaresOptions options;
    const auto problem = make_problem<double>(matrix, b.view(), options);
    const auto f = diagonal_factorization<double>(std::vector<double>(n, 1), std::sqrt(20 + 5 * other * other), 3e-15);
    Matrix<double> gradient(n, 1);
    multiply<double>(1, a.view().transposed(), problem.b.view(), 0, gradient.view());
    LeastSquaresFit<double> fit;
    const auto y =
        solve_with_one_singular_value<double>(problem, *f, call_witnesses(problem, *f, 2, fit), gradient.view(), fit);
    CHECK(!y.has_value());
    CHECK(f->rank == n);
  }
}
