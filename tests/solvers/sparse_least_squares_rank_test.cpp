// Rank-deficient sparse problems: the rank, and the solution of minimum norm.
#include <croquis/solvers/least_squares.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <cstring>
#include <string>
#include <vector>

#include "linalg/blas.hpp"
#include "linalg/densify.hpp"
#include "linalg/parallel.hpp"
#include "tests/support/backward_error.hpp"
#include "tests/support/lapack_reference.hpp"
#include "tests/support/test_matrices.hpp"

using namespace croquis;
using namespace croquis::test;

namespace {

void check(const SparseMatrix<double>& a, const Matrix<double>& b, std::int64_t rank) {
  const Matrix<double> dense = densify<double>(a);
  const auto expected = solve_by_pivoted_qr<double>(dense, b, 1e-12);
  REQUIRE(expected.rank == rank);
  const BackwardErrorMeasure<double> measure(dense);
  for (const LeastSquaresMethod method :
       {LeastSquaresMethod::automatic, LeastSquaresMethod::column_iteration, LeastSquaresMethod::gram_and_precondition,
        LeastSquaresMethod::sketch_and_precondition, LeastSquaresMethod::direct}) {
    const auto fit = least_squares(a, b, {.method = method});
    CAPTURE(to_string(method));
    CAPTURE(fit.message);
    CHECK(fit.status == Status::rank_deficient);
    CHECK(fit.rank == rank);
    CHECK(measure.exact(fit.x.entries(), b.entries()) <= 1e-14);
    double difference = 0;
    for (std::int64_t j = 0; j < a.cols(); ++j) difference = std::hypot(difference, fit.x(j, 0) - expected.x(j, 0));
    // Of matrices that are well conditioned over their range.
    CHECK(difference <= 1e-11 * norm2(a.cols(), expected.x.data()));
  }
}

// The incidence matrix of a graph of `nodes` with random edges: rows of +1 and -1, so the vector of ones is in its
// null space, and the rank is one less than the nodes where the graph is connected.
std::vector<Triplet<double>> incidence(std::int64_t edges, std::int64_t nodes, RandomSource& random) {
  std::vector<Triplet<double>> entries;
  for (std::int64_t i = 0; i < edges; ++i) {
    const std::int64_t from = i % nodes;  // so that no node is without an edge
    const std::int64_t to = (from + 1 + random.below(nodes - 1)) % nodes;
    entries.push_back({i, from, 1.0});
    entries.push_back({i, to, -1.0});
  }
  return entries;
}

}  // namespace

TEST_CASE("a graph: well conditioned but for one null vector") {
  RandomSource random(1);
  for (const std::int64_t nodes : {4, 10, 50}) {
    CAPTURE(nodes);
    const auto a = SparseMatrix<double>::from_triplets(40 * nodes, nodes, incidence(40 * nodes, nodes, random));
    check(a, gaussian_matrix(40 * nodes, 1, random), nodes - 1);
  }
}

TEST_CASE("columns of zeros, and columns that repeat others") {
  RandomSource random(2);
  constexpr std::int64_t m = 500, n = 40;
  std::vector<Triplet<double>> entries;
  for (std::int64_t i = 0; i < m; ++i) {
    for (int k = 0; k < 4; ++k) {
      const std::int64_t j = random.below(n);
      const double value = random.normal();
      if (j == 0 || j == 17) continue;   // zero
      if (j == 11 || j == 39) continue;  // twice column 5, and columns 8 and 9 together
      entries.push_back({i, j, value});
      if (j == 5) entries.push_back({i, 11, 2 * value});
      if (j == 8 || j == 9) entries.push_back({i, 39, value});
    }
  }
  const auto a = SparseMatrix<double>::from_triplets(m, n, entries);
  const Matrix<double> b = gaussian_matrix(m, 1, random);
  check(a, b, n - 4);
  const auto fit = least_squares(a, b);
  CHECK(fit.x(0, 0) == 0);
  CHECK(fit.x(17, 0) == 0);
}

TEST_CASE("several right-hand sides of a rank-deficient matrix") {
  RandomSource random(3);
  const auto a = SparseMatrix<double>::from_triplets(400, 20, incidence(400, 20, random));
  const Matrix<double> b = gaussian_matrix(400, 3, random);
  const auto fit = least_squares(a, b);
  CHECK(fit.rank == 19);
  for (std::int64_t k = 0; k < 3; ++k) {
    const auto one = least_squares(a, b.view().block(0, k, 400, 1));
    double sum = 0;  // the solution of minimum norm has no part along the vector of ones
    for (std::int64_t j = 0; j < 20; ++j) {
      CHECK(std::abs(fit.x(j, k) - one.x(j, 0)) <= 1e-13);
      sum += fit.x(j, k);
    }
    CHECK(std::abs(sum) <= 1e-13);
  }
}

TEST_CASE(
    "the null space is found beside the iteration, in float too and with the same bits for any number of threads") {
  RandomSource random(4);
  const auto entries = incidence(800, 40, random);
  const auto a = SparseMatrix<double>::from_triplets(800, 40, entries);
  const Matrix<double> b = gaussian_matrix(800, 1, random);
  LeastSquaresFit<double> one, three;
  run_with_threads(1, [&] { one = least_squares(a, b); });
  run_with_threads(3, [&] { three = least_squares(a, b); });
  CHECK(one.method == LeastSquaresMethod::column_iteration);
  CHECK(one.status == Status::rank_deficient);
  CHECK(std::memcmp(one.x.data(), three.x.data(), sizeof(double) * 40) == 0);

  std::vector<Triplet<float>> rounded;
  for (const auto& entry : entries) rounded.push_back({entry.row, entry.col, static_cast<float>(entry.value)});
  const auto in_float = least_squares(SparseMatrix<float>::from_triplets(800, 40, rounded), to_float(b));
  CHECK(in_float.method == LeastSquaresMethod::column_iteration);
  CHECK(in_float.status == Status::rank_deficient);
  CHECK(in_float.rank == 39);
  for (std::int64_t j = 0; j < 40; ++j) CHECK(std::abs(in_float.x(j, 0) - one.x(j, 0)) <= 1e-5);
}

TEST_CASE("a column that nearly depends on others is not taken for one that does") {
  // The second is too little for the elimination to see, and far above the tolerance all the same.
  for (const double perturbation : {1e-7, 2e-12}) {
    CAPTURE(perturbation);
    RandomSource random(5);
    auto entries = incidence(800, 40, random);
    for (std::int64_t i = 0; i < 800; i += 40) entries.push_back({i, 0, perturbation});  // ones are no null vector now
    const auto a = SparseMatrix<double>::from_triplets(800, 40, entries);
    const auto fit = least_squares(a, gaussian_matrix(800, 1, random));
    CAPTURE(fit.message);
    CHECK(fit.status != Status::rank_deficient);
    CHECK(fit.solved());
    CHECK(fit.rank == 40);
  }
}

// What the elimination finds is too much here: it does not see what tells the ones from a null vector. Of a consistent
// system the gradient does not show it either.
TEST_CASE("a null vector that elimination makes up is not believed") {
  // The second is no more than a few times the tolerance.
  for (const double perturbation : {2e-12, 2e-13}) {
    CAPTURE(perturbation);
    RandomSource random(6);
    auto entries = incidence(800, 40, random);
    for (std::int64_t i = 0; i < 800; i += 40) entries.push_back({i, 0, perturbation});
    const auto a = SparseMatrix<double>::from_triplets(800, 40, entries);
    Matrix<double> x(40, 1), b(800, 1);
    for (std::int64_t j = 0; j < 40; ++j) x(j, 0) = 100 + random.normal();
    multiply<double>(1, densify<double>(a).view(), x.view(), 0, b.view());
    const auto fit = least_squares(a, b);
    CAPTURE(fit.message);
    CHECK(fit.status != Status::rank_deficient);
    CHECK(fit.solved());
    CHECK(fit.rank == 40);
    // b is rounded to 1e-14 or so for each row, of which little is along the singular vector: divided by the singular
    // value, 2e-13 or 2e-14 of the largest, that is a few percent of the ones at most.
    for (std::int64_t j = 0; j < 40; ++j) CHECK(std::abs(fit.x(j, 0) - x(j, 0)) <= 10);
  }
}

TEST_CASE("a null space that elimination finds only a part of is not believed") {
  RandomSource random(7);
  // Two graphs, so two null vectors, and a row too small to count, which leaves the elimination one.
  auto entries = incidence(800, 20, random);
  for (auto entry : incidence(800, 20, random)) entries.push_back({800 + entry.row, 20 + entry.col, entry.value});
  entries.push_back({1600, 0, 1e-18});
  const auto a = SparseMatrix<double>::from_triplets(1601, 40, entries);
  const auto fit = least_squares(a, gaussian_matrix(1601, 1, random));
  CAPTURE(fit.message);
  CHECK(fit.status == Status::rank_deficient);
  CHECK(fit.rank == 38);
  for (const std::int64_t first : {0, 20}) {
    double sum = 0;  // the solution of minimum norm has no part along the ones of either graph
    for (std::int64_t j = first; j < first + 20; ++j) sum += fit.x(j, 0);
    CHECK(std::abs(sum) <= 1e-12);
  }
}

TEST_CASE("what is only feared of the rank is not said of it") {
  // Orthogonal columns: the iteration leaves a margin below their one singular value, and the tolerance is within it.
  std::vector<Triplet<double>> entries;
  for (std::int64_t i = 0; i < 40; ++i) entries.push_back({i, i % 10, 1.0});
  RandomSource random(8);
  const auto a = SparseMatrix<double>::from_triplets(40, 10, entries);
  const auto fit = least_squares(a, gaussian_matrix(40, 1, random), {.rcond = 0.5});
  CAPTURE(fit.message);
  CHECK(fit.status == Status::converged);
  CHECK(fit.rank == 10);
  CHECK(fit.message.find("A is rank deficient") == std::string::npos);
}

namespace {

// All edges between `nodes` nodes, so that A^T A = nodes I - 1 1^T: one singular value beside the zero.
std::vector<Triplet<double>> complete_graph(std::int64_t nodes, std::int64_t first_row, std::int64_t first_node) {
  std::vector<Triplet<double>> entries;
  for (std::int64_t i = 0; i < nodes; ++i) {
    for (std::int64_t j = i + 1; j < nodes; ++j, ++first_row) {
      entries.push_back({first_row, first_node + i, 1.0});
      entries.push_back({first_row, first_node + j, -1.0});
    }
  }
  return entries;
}

}  // namespace

TEST_CASE("one singular value beside zeros") {
  constexpr std::int64_t nodes = 24, edges = nodes * (nodes - 1) / 2;
  RandomSource random(9);
  // One graph, or two of them beside a column of zeros.
  auto entries = complete_graph(nodes, 0, 0);
  const auto one = SparseMatrix<double>::from_triplets(edges, nodes, entries);
  check(one, gaussian_matrix(edges, 1, random), nodes - 1);
  for (const auto& entry : complete_graph(nodes, edges, nodes + 1)) entries.push_back(entry);
  const auto two = SparseMatrix<double>::from_triplets(2 * edges, 2 * nodes + 1, entries);
  const Matrix<double> b = gaussian_matrix(2 * edges, 1, random);
  check(two, b, 2 * (nodes - 1));
  const auto fit = least_squares(two, b);
  CHECK(fit.method == LeastSquaresMethod::column_iteration);
  CHECK(fit.x(nodes, 0) == 0);

  // Scaled columns have that one singular value, but the solution of least norm is another one.
  for (auto& entry : entries)
    if (entry.col % 3 == 0) entry.value *= 8;
  check(SparseMatrix<double>::from_triplets(2 * edges, 2 * nodes + 1, entries), b, 2 * (nodes - 1));
}

TEST_CASE("one singular value beside one that is not quite zero") {
  constexpr std::int64_t nodes = 24, edges = nodes * (nodes - 1) / 2;
  RandomSource random(10);
  for (const double perturbation : {1e-7, 2e-12, 2e-13}) {
    CAPTURE(perturbation);
    auto entries = complete_graph(nodes, 0, 0);
    for (std::int64_t i = 0; i < edges; i += nodes) entries.push_back({i, 0, perturbation});
    const auto a = SparseMatrix<double>::from_triplets(edges, nodes, entries);
    const auto fit = least_squares(a, gaussian_matrix(edges, 1, random));
    CAPTURE(fit.message);
    CHECK(fit.status != Status::rank_deficient);
    CHECK(fit.rank == nodes);
  }
}
