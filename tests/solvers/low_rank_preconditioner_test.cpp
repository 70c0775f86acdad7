// Preconditioners of few rows: as many as the effective dimension asks for.
#include <croquis/solvers/generalized_linear_model.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "linalg/parallel.hpp"
#include "tests/support/random.hpp"

using namespace croquis;
using namespace croquis::test;

namespace {

// Features of which `rank` combinations have a size, falling as 1 / j, with some noise and a mean.
struct Data {
  Matrix<double> a;
  std::vector<double> labels, classes;

  Data(std::int64_t m, std::int64_t n, std::int64_t rank, double noise) : a(m, n) {
    RandomSource random(21);
    const Matrix<double> directions = gaussian_matrix(rank, n, random);
    std::vector<double> factors(static_cast<std::size_t>(rank));
    for (std::int64_t i = 0; i < m; ++i) {
      double z = 0;
      for (std::int64_t j = 0; j < rank; ++j) {
        const double normal = random.normal();
        factors[static_cast<std::size_t>(j)] = normal / static_cast<double>(1 + j);
        z += 0.3 * normal;
      }
      for (std::int64_t c = 0; c < n; ++c) {
        double entry = 0.5;
        for (std::int64_t j = 0; j < rank; ++j) entry += factors[static_cast<std::size_t>(j)] * directions(j, c);
        a(i, c) = entry / std::sqrt(static_cast<double>(n)) + noise * random.normal();
      }
      labels.push_back(z + random.normal() > 0 ? 1 : 0);
      classes.push_back(std::floor(std::clamp(z + random.normal(), -1.0, 1.9)));
    }
  }
};

GeneralizedLinearModel fit(const Data& data, NewtonPreconditioner preconditioner, double ridge,
                           ModelLoss loss = ModelLoss::logistic) {
  GeneralizedLinearOptions options{.loss = loss, .ridge = ridge};
  options.newton.preconditioner = preconditioner;
  return fit_generalized_linear_model(data.a, loss == ModelLoss::softmax ? data.classes : data.labels, options);
}

}  // namespace

TEST_CASE("a few rows do where the ridge is large beside most eigenvalues, and more where it is not") {
  const Data data(600, 160, 40, 1e-4);
  double previous_sketches = 0;
  for (const double ridge : {1e-3, 1e-6}) {
    CAPTURE(ridge);
    const auto by_gram = fit(data, NewtonPreconditioner::gram, ridge);
    const auto by_diagonal = fit(data, NewtonPreconditioner::diagonal, ridge);
    const auto model = fit(data, NewtonPreconditioner::low_rank, ridge);
    REQUIRE(by_gram.solved());
    CHECK_MESSAGE(model.solved(), model.message);
    CHECK(model.preconditioner == NewtonPreconditioner::low_rank);
    // Both within 1e-12 of the optimum by their own estimates.
    CHECK(std::abs(model.value - by_gram.value) < 4e-12 * by_gram.value);
    CHECK(2 * model.products < by_diagonal.products);
    // Reads of A that are neither products nor evaluations are sketches. The first rank is 32: beside some 10
    // eigenvalues above 1e-3 that is enough, beside all 40 it is not.
    const double sketches = model.passes - static_cast<double>(model.products + model.evaluations);
    CHECK(sketches > previous_sketches);
    previous_sketches = sketches;
  }
}

TEST_CASE("the choice: low rank where dense triangles are costly, and these in the end where it does not do") {
  const Data decaying(1300, 1100, 20, 0);
  const auto model = fit(decaying, NewtonPreconditioner::automatic, 1e-4);
  CHECK_MESSAGE(model.solved(), model.message);
  CHECK(model.preconditioner == NewtonPreconditioner::low_rank);
  Data flat(1300, 1100, 1, 1);
  const auto dense = fit(flat, NewtonPreconditioner::automatic, 1e-5);
  CHECK_MESSAGE(dense.solved(), dense.message);
  CHECK(dense.preconditioner == NewtonPreconditioner::gram);
}

TEST_CASE("softmax, a given rank, no ridge, and the same bits for any number of threads") {
  const Data data(600, 80, 30, 1e-4);
  const auto by_gram = fit(data, NewtonPreconditioner::gram, 1e-4, ModelLoss::softmax);
  std::vector<double> first;
  for (const int threads : {1, 3}) {
    run_with_threads(threads, [&] {
      const auto model = fit(data, NewtonPreconditioner::low_rank, 1e-4, ModelLoss::softmax);
      CHECK_MESSAGE(model.solved(), model.message);
      CHECK(std::abs(model.value - by_gram.value) < 4e-12 * by_gram.value);
      if (first.empty()) first = model.unknowns;
      CHECK(model.unknowns == first);
    });
  }
  GeneralizedLinearOptions options{.ridge = 1e-4};
  options.newton.preconditioner = NewtonPreconditioner::low_rank;
  options.newton.sketch_rows = 5;
  const auto narrow = fit_generalized_linear_model(data.a, data.labels, options);
  CHECK_MESSAGE(narrow.solved(), narrow.message);
  CHECK(narrow.products > 2 * fit(data, NewtonPreconditioner::low_rank, 1e-4).products);
  // Eigenvalues so far above the ridge that rounding errors would leave nothing of it.
  Data scaled(400, 6, 6, 0.1);
  for (std::int64_t j = 0; j < 6; ++j)
    for (std::int64_t i = 0; i < 400; ++i) scaled.a(i, j) *= std::pow(10.0, 2 * j - 4);
  const auto tiny_ridge = fit(scaled, NewtonPreconditioner::low_rank, 1e-10);
  CHECK_MESSAGE(tiny_ridge.solved(), tiny_ridge.message);
  CHECK(tiny_ridge.preconditioner == NewtonPreconditioner::diagonal);
  const Data short_rows(400, 6, 6, 0.1);
  const auto no_ridge = fit(short_rows, NewtonPreconditioner::low_rank, 0);
  CHECK_MESSAGE(no_ridge.solved(), no_ridge.message);
  CHECK(no_ridge.preconditioner == NewtonPreconditioner::diagonal);
}
