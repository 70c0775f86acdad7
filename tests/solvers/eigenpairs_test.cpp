// Extreme eigenpairs beside spectra that are known: clusters, multiplicities, both ends, and what cannot be solved.
#include <croquis/solvers/eigenpairs.hpp>
#include <croquis/solvers/symmetric_operators.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <stdexcept>
#include <vector>

#include <croquis/errors.hpp>

#include "linalg/blas.hpp"
#include "linalg/parallel.hpp"
#include "solvers/spectrum/krylov_space.hpp"
#include "solvers/spectrum/missed_eigenvalues.hpp"
#include "solvers/spectrum/ritz_order.hpp"
#include "tests/support/symmetric.hpp"
#include "tests/support/test_matrices.hpp"

using namespace croquis;
using namespace croquis::test;

namespace {

constexpr double u = 1.2e-16;

// Residuals, orthonormality and order, from the operator itself.
void check_pairs(const LinearOperator<double>& a, const Eigenpairs& found, double tolerance) {
  const std::int64_t n = a.rows;
  const auto k = static_cast<std::int64_t>(found.eigenvalues.size());
  REQUIRE(found.eigenvectors.cols() == k);
  REQUIRE(found.eigenvectors.rows() == n);
  Matrix<double> gram(k, k), ax(n, k);
  multiply<double>(1, found.eigenvectors.view().transposed(), found.eigenvectors.view(), 0, gram.view());
  a.multiply(found.eigenvectors.view(), ax.view());
  for (std::int64_t j = 0; j < k; ++j) {
    // Restarts and the last rotation each cost a few roundoffs.
    for (std::int64_t i = 0; i < k; ++i) CHECK(std::abs(gram(i, j) - (i == j)) < 1e-13);
    for (std::int64_t i = 0; i < n; ++i)
      ax(i, j) -= found.eigenvalues[static_cast<std::size_t>(j)] * found.eigenvectors(i, j);
    const double residual = norm2(n, ax.data() + j * n);
    CHECK(residual <= tolerance * found.norm_estimate + 1e-13 * found.norm_estimate);
    CHECK(std::abs(residual - found.residual_norms[static_cast<std::size_t>(j)]) <= 1e-13 * found.norm_estimate);
  }
}

// Against the whole spectrum.
void check_values(const Eigenpairs& found, std::vector<double> spectrum, SpectrumEnd which) {
  std::sort(spectrum.begin(), spectrum.end(), [&](double x, double y) {
    if (which == SpectrumEnd::largest_magnitude) return std::abs(x) > std::abs(y);
    return which == SpectrumEnd::largest ? x > y : x < y;
  });
  for (std::size_t j = 0; j < found.eigenvalues.size(); ++j) {
    CAPTURE(j);
    CAPTURE(found.eigenvalues[j]);
    CAPTURE(spectrum[j]);
    CHECK(std::abs(found.eigenvalues[j] - spectrum[j]) <= found.error_bounds[j]);
  }
}

// 4 sin^2 of the grid's waves: eigenvalue pairs (i, j) and (j, i) are equal, as on any square.
std::vector<double> laplacian_spectrum(std::int64_t side) {
  std::vector<double> result;
  const auto wave = [&](std::int64_t i) {
    const double s = std::sin(std::numbers::pi * static_cast<double>(i) / (2 * static_cast<double>(side + 1)));
    return 4 * s * s;
  };
  for (std::int64_t i = 1; i <= side; ++i)
    for (std::int64_t j = 1; j <= side; ++j) result.push_back(wave(i) + wave(j));
  return result;
}

SparseMatrix<double> laplacian(std::int64_t side) {
  std::vector<Triplet<double>> entries;
  for (std::int64_t i = 0; i < side; ++i) {
    for (std::int64_t j = 0; j < side; ++j) {
      const std::int64_t row = i * side + j;
      entries.push_back({row, row, 4});
      if (i > 0) entries.push_back({row, row - side, -1});
      if (i + 1 < side) entries.push_back({row, row + side, -1});
      if (j > 0) entries.push_back({row, row - 1, -1});
      if (j + 1 < side) entries.push_back({row, row + 1, -1});
    }
  }
  return SparseMatrix<double>::from_triplets(side * side, side * side, entries);
}

}  // namespace

TEST_CASE("a grid's Laplacian, all of whose eigenvalues come in pairs: both ends, one vector and blocks") {
  const SparseMatrix<double> a = laplacian(24);
  const std::vector<double> spectrum = laplacian_spectrum(24);
  const LinearOperator<double> op = linear_operator(a);
  for (const SpectrumEnd which : {SpectrumEnd::largest, SpectrumEnd::smallest, SpectrumEnd::largest_magnitude}) {
    for (const std::int64_t block : {1, 3}) {
      CAPTURE(to_string(which));
      CAPTURE(block);
      const Eigenpairs found = top_eigenpairs(op, 7, {.which = which, .block = block});
      CHECK_MESSAGE(found.solved(), found.message);
      CHECK(found.verified);
      check_pairs(op, found, 1e-8);
      check_values(found, spectrum, which);
    }
  }
}

TEST_CASE("more copies of an eigenvalue than a Krylov space of the block can hold are found by looking again") {
  std::vector<double> d(400);
  for (std::size_t i = 0; i < d.size(); ++i) d[i] = i < 9 ? 5 : 3 * std::cos(static_cast<double>(i));
  const LinearOperator<double> op = diagonal_operator(d);
  const Eigenpairs found = top_eigenpairs(op, 10, {.block = 2});
  CHECK_MESSAGE(found.solved(), found.message);
  check_pairs(op, found, 1e-8);
  check_values(found, d, SpectrumEnd::largest);
  // One vector's Krylov space holds one copy, so without another look the next eigenvalue seems to be the second.
  for (std::size_t i = 9; i < d.size(); ++i) d[i] = i == 9 ? 4 : 0.5 * std::cos(static_cast<double>(i));
  const EigenpairOptions quick{.tolerance = 1e-3, .block = 1, .verify = false};
  const Eigenpairs unverified = top_eigenpairs(diagonal_operator(d), 2, quick);
  CHECK(unverified.solved());
  CHECK_FALSE(unverified.verified);
  CHECK(unverified.eigenvalues[1] == doctest::Approx(4).epsilon(1e-3));
  const Eigenpairs verified = top_eigenpairs(diagonal_operator(d), 2, {.tolerance = 1e-3, .block = 1});
  CHECK(verified.verified);
  CHECK(verified.eigenvalues[1] == doctest::Approx(5).epsilon(1e-3));
}

TEST_CASE("copies that are found later take the places of the last even where the last keeps its value") {
  // Of magnitude 4 there are more than the first search finds, and of magnitude 3 more than are wanted.
  std::vector<double> d;
  for (int i = 0; i < 100; ++i) d.push_back(i % 8 - 4);
  for (std::uint64_t seed = 0; seed < 5; ++seed) {
    const Eigenpairs found =
        top_eigenpairs(diagonal_operator(d), 6, {.which = SpectrumEnd::largest_magnitude, .block = 2, .seed = seed});
    CHECK(found.solved());
    check_values(found, d, SpectrumEnd::largest_magnitude);
  }
}

TEST_CASE("both ends at once, a cluster, a memory of few vectors, and numbers that are huge or tiny") {
  for (const double scale : {1.0, 1e200, 1e-200}) {
    CAPTURE(scale);
    std::vector<double> d(500);
    for (std::size_t i = 0; i < d.size(); ++i) d[i] = scale * std::sin(static_cast<double>(i));
    d[7] = -3 * scale;
    d[100] = 2.5 * scale;
    d[200] = -2.499 * scale;
    d[300] = 2.4985 * scale;
    const LinearOperator<double> op = diagonal_operator(d);
    const Eigenpairs found =
        top_eigenpairs(op, 4, {.which = SpectrumEnd::largest_magnitude, .tolerance = 1e-10, .block = 2, .space = 12});
    CHECK_MESSAGE(found.solved(), found.message);
    CHECK(found.restarts > 0);
    check_pairs(op, found, 1e-10);
    check_values(found, d, SpectrumEnd::largest_magnitude);
    CHECK(std::abs(found.norm_estimate / scale - 3) < 1e-8);
    // Separated eigenvalues: quadratic in the residual.
    CHECK(found.error_bounds[0] < 1e-13 * scale);
  }
}

TEST_CASE("hundreds of restarts leave the basis orthonormal, and A V = V T + Q C true") {
  std::vector<double> d;
  for (int i = 0; i < 200; ++i) d.push_back(std::sin(i));
  const LinearOperator<double> op = diagonal_operator(d);
  CountedProducts products(op);
  KrylovSpace space(products, 24, 2, 1e-6);
  space.take_random_block(2, 1);
  for (int restart = 0; restart < 300; ++restart) {
    while (space.size() + space.next_block() <= 24) REQUIRE(space.expand());
    const RitzPairs pairs = space.ritz_pairs();
    space.restart(pairs, best_first(pairs.values, SpectrumEnd::largest_magnitude));
    const RitzPairs kept = space.ritz_pairs();
    std::vector<std::int64_t> best = best_first(kept.values, SpectrumEnd::largest_magnitude);
    best.resize(16);
    space.restart(kept, best);
  }
  const RitzPairs pairs = space.ritz_pairs();
  std::vector<std::int64_t> all(pairs.values.size());
  for (std::size_t j = 0; j < all.size(); ++j) all[j] = static_cast<std::int64_t>(j);
  const Matrix<double> x = space.vectors(pairs, all);
  Matrix<double> gram(x.cols(), x.cols()), ax(200, x.cols());
  multiply<double>(1, x.view().transposed(), x.view(), 0, gram.view());
  op.multiply(x.view(), ax.view());
  for (std::int64_t j = 0; j < x.cols(); ++j) {
    // A few roundoffs of the last decomposition, of 16 coordinates, not 600 times as many.
    for (std::int64_t i = 0; i < x.cols(); ++i) CHECK(std::abs(gram(i, j) - (i == j)) < 100 * u);
    for (std::int64_t i = 0; i < 200; ++i) ax(i, j) -= pairs.values[static_cast<std::size_t>(j)] * x(i, j);
    CHECK(std::abs(norm2(200, ax.data() + j * 200) - pairs.residual_norms[static_cast<std::size_t>(j)]) < 1e-13);
  }
}

TEST_CASE("k = n, n = 1, the identity, zero") {
  RandomSource random(1);
  const std::vector<double> d = {3, -1, 2, 2, 0};
  const Eigenpairs all = top_eigenpairs(diagonal_operator(d), 5);
  CHECK(all.solved());
  check_values(all, d, SpectrumEnd::largest);
  CHECK(std::isnan(all.next_eigenvalue));
  const Eigenpairs one = top_eigenpairs(diagonal_operator({-4}), 1);
  CHECK(one.solved());
  CHECK(one.eigenvalues[0] == doctest::Approx(-4).epsilon(4 * u));
  for (const double value : {1.0, 0.0}) {
    const Eigenpairs found = top_eigenpairs(diagonal_operator(std::vector<double>(300, value)), 6);
    CHECK_MESSAGE(found.solved(), found.message);
    CHECK(found.verified);
    REQUIRE(found.eigenvalues.size() == 6);
    for (const double each : found.eigenvalues) CHECK(std::abs(each - value) < 20 * u);
  }
}

TEST_CASE("spaces that are invariant when they are full") {
  // Three distinct eigenvalues: each look ends after three blocks, with room for no more or for part of one.
  std::vector<double> d;
  for (int i = 0; i < 120; ++i) d.push_back(i % 3);
  for (const std::int64_t space : {16, 17, 18, 19}) {
    const Eigenpairs found = top_eigenpairs(diagonal_operator(d), 5, {.block = 3, .space = space});
    CHECK_MESSAGE(found.solved(), found.message);
    check_values(found, d, SpectrumEnd::largest);
  }
}

TEST_CASE("Gram matrices and Hessians as operators") {
  RandomSource random(2);
  std::vector<double> sigma;
  for (int j = 0; j < 30; ++j) sigma.push_back(std::pow(0.7, j));
  const Matrix<double> a = with_singular_values(200, 30, sigma, random);
  const Eigenpairs found = top_eigenpairs(gram_operator(a), 5);
  CHECK(found.solved());
  for (std::size_t j = 0; j < 5; ++j) CHECK(std::abs(std::sqrt(found.eigenvalues[j]) - sigma[j]) < 100 * u);

  // sum_i c_i (1 - cos(x_i)): the Hessian is diag(c_i cos(x_i)), here by differences of the gradient.
  const std::int64_t n = 60;
  std::vector<double> x, expected;
  for (std::int64_t i = 0; i < n; ++i) {
    x.push_back(0.02 * static_cast<double>(i));
    expected.push_back((1 + static_cast<double>(i % 7)) * std::cos(x.back()));
  }
  Objective f{.unknowns = n};
  f.value = [](std::span<const double>) { return 0.0; };
  f.gradient = [](std::span<const double> at, std::span<double> g) {
    for (std::size_t i = 0; i < at.size(); ++i) g[i] = (1 + static_cast<double>(i % 7)) * std::sin(at[i]);
  };
  const Eigenpairs curvature = top_eigenpairs(hessian_operator(f, x), 3);
  CHECK_MESSAGE(curvature.solved(), curvature.message);
  std::sort(expected.rbegin(), expected.rend());
  // Differences of gradients keep two thirds of the digits.
  for (std::size_t j = 0; j < 3; ++j) CHECK(std::abs(curvature.eigenvalues[j] - expected[j]) < 1e-8);
}

TEST_CASE("the same seed gives the same bits for any number of threads, another seed other bits") {
  RandomSource random(3);
  std::vector<double> sigma;
  for (int j = 0; j < 40; ++j) sigma.push_back(1 / (1 + static_cast<double>(j)));
  const Matrix<double> a = with_singular_values(3000, 40, sigma, random);
  const LinearOperator<double> op = gram_operator(a.view().transposed());
  std::vector<double> first;
  for (const int threads : {1, 2, 5}) {
    Eigenpairs found;
    run_with_threads(threads, [&] { found = top_eigenpairs(op, 4, {.tolerance = 1e-4}); });
    std::vector<double> bits(found.eigenvectors.entries().begin(), found.eigenvectors.entries().end());
    bits.insert(bits.end(), found.eigenvalues.begin(), found.eigenvalues.end());
    if (threads == 1) first = bits;
    CHECK(bits == first);
  }
  const Eigenpairs other = top_eigenpairs(op, 4, {.tolerance = 1e-4, .seed = 9});
  CHECK(other.eigenvectors(0, 0) != first[0]);
}

TEST_CASE("products that run out, NaN, an operator that is not symmetric, exceptions, mistakes") {
  std::vector<double> d(500);
  for (std::size_t i = 0; i < d.size(); ++i) d[i] = std::sin(static_cast<double>(i));
  const LinearOperator<double> op = diagonal_operator(d);
  const Eigenpairs few = top_eigenpairs(op, 3, {.product_limit = 20});
  CHECK(few.status == Status::iteration_limit);
  CHECK(few.products <= 20 + 4 + 3);
  check_pairs(op, few, 1);
  check_values(few, d, SpectrumEnd::largest);

  std::vector<double> bad = d;
  bad[40] = std::numeric_limits<double>::quiet_NaN();
  const Eigenpairs nothing = top_eigenpairs(diagonal_operator(bad), 3);
  CHECK(nothing.status == Status::non_finite_input);
  CHECK(nothing.eigenvalues.empty());

  LinearOperator<double> skewed = op;
  skewed.multiply = [&](MatrixView<const double> x, MatrixView<double> y) {
    op.multiply(x, y);
    for (std::int64_t j = 0; j < x.cols; ++j) y(0, j) += 0.5 * x(1, j);
  };
  CHECK_THROWS_WITH_AS((void)top_eigenpairs(skewed, 3), doctest::Contains("A is not symmetric"), InvalidOption);
  const Matrix<double> two = [] {
    Matrix<double> result(2, 2);
    result(0, 1) = 1;
    return result;
  }();
  CHECK_THROWS_AS((void)top_eigenpairs(linear_operator(two), 1), InvalidOption);

  LinearOperator<double> throwing = op;
  throwing.multiply = [](MatrixView<const double>, MatrixView<double>) { throw std::logic_error("out of order"); };
  CHECK_THROWS_WITH_AS((void)top_eigenpairs(throwing, 3), "out of order", std::logic_error);

  CHECK_THROWS_AS((void)top_eigenpairs(linear_operator(Matrix<double>(5, 4)), 1), ShapeError);
  CHECK_THROWS_AS((void)top_eigenpairs(op, 0), InvalidOption);
  CHECK_THROWS_AS((void)top_eigenpairs(op, 501), InvalidOption);
  CHECK_THROWS_AS((void)top_eigenpairs(op, 3, {.tolerance = 0}), InvalidOption);
  CHECK_THROWS_AS((void)top_eigenpairs(op, 3, {.block = 0}), InvalidOption);
  CHECK_THROWS_AS((void)top_eigenpairs(op, 3, {.space = 10}), InvalidOption);
  CHECK_THROWS_AS((void)top_eigenpairs(op, 3, {.product_limit = 0}), InvalidOption);
  CHECK_THROWS_AS((void)top_eigenpairs(LinearOperator<double>{3, 3, nullptr, nullptr}, 1), InvalidOption);
}

TEST_CASE("what a Krylov space of random vectors would have shown") {
  // One step is a Rayleigh quotient: it shows an eigenvalue of 1e12 unless c^2 1e12 < 1, and only one far away.
  CHECK(missed_probability(2, 1, 0, {1000, 1, 1}) == 1);
  CHECK(missed_probability(1e12, 1, 0, {1000, 1, 1}) ==
        doctest::Approx(1e-6 * std::sqrt(2000 / std::numbers::pi)).epsilon(1e-9));
  // The Chebyshev polynomial of degree 3 at 3 is 4 27 - 9 = 99. Two vectors: the square.
  const double one = std::sqrt(2000 / std::numbers::pi) / 99;
  CHECK(missed_probability(2, 1, 0, {1000, 1, 4}) == doctest::Approx(one).epsilon(1e-9));
  CHECK(missed_probability(2, 1, 0, {1000, 2, 4}) == doctest::Approx(one * one).epsilon(1e-9));
  CHECK(missed_probability(1, 1, 0, {1000, 1, 100}) == 1);
  CHECK(missed_probability(1.1, 1, 1, {1000, 1, 1}) == 0);
}
