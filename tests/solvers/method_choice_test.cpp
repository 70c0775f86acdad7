// What `automatic` takes, and what it looks at first.
#include "solvers/method_choice.hpp"

#include <doctest/doctest.h>

#include <optional>
#include <string>

#include "solvers/stored_matrix.hpp"
#include "tests/support/test_matrices.hpp"

using namespace croquis;
using namespace croquis::test;

namespace {

struct Chosen {
  MethodChoice<double> choice;
  std::int64_t passes = 0;
};

Chosen choose(const AnyMatrixView<double>& a, const LeastSquaresOptions& options = {}) {
  const StoredMatrix<double> matrix(a);
  const Matrix<double> b(a.rows(), 1);
  const auto problem = make_problem<double>(matrix, b.view(), options);
  const ProblemShape shape{a.rows(), a.cols(), a.stored_entries(), 1};
  const AnySketch sketch = make_sketch(SketchFamily::sparse_sign, cheapest_sketch_rows(shape), a.rows(), options.seed);
  LeastSquaresReport report;
  Chosen chosen{.choice = choose_method(problem, shape, sketch, report)};
  chosen.passes = report.passes;
  return chosen;
}

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("the condition number of a tall matrix decides, after one look") {
  RandomSource random(31);
  constexpr std::int64_t m = 16000, n = 250;
  const auto look = [&](double condition) {
    const Chosen chosen = choose(with_condition(m, n, condition, random));
    CAPTURE(chosen.choice.reason);
    CHECK(chosen.passes == 1);
    CHECK(contains(chosen.choice.reason, "chosen as the cheapest for 16000 x 250 and a"));
    return chosen.choice;
  };
  // A sketch of 2 n rows may show up to four times the condition number.
  for (const double condition : {1.0, 10.0, 50.0}) {
    const auto choice = look(condition);
    CHECK(choice.method == LeastSquaresMethod::gram_and_precondition);
    CHECK(choice.precision == GramPrecision::single);
    CHECK(choice.probe.condition >= condition / 2);
    CHECK(choice.probe.condition <= 5 * condition);
  }
  for (const double condition : {1e3, 1e5}) {
    const auto choice = look(condition);
    CHECK(choice.method == LeastSquaresMethod::gram_and_precondition);
    CHECK(choice.precision == GramPrecision::working);
  }
  for (const double condition : {1e8, 1e12}) {
    const auto choice = look(condition);
    CHECK(choice.method != LeastSquaresMethod::gram_and_precondition);
  }
  Matrix<double> deficient = gaussian_matrix(m, n, random);
  for (std::int64_t i = 0; i < m; ++i) deficient(i, 3) = deficient(i, 4);
  CHECK(choose(deficient).choice.method != LeastSquaresMethod::gram_and_precondition);
}

TEST_CASE("what is asked for is done without a look") {
  RandomSource random(32);
  const Matrix<double> a = gaussian_matrix(20000, 100, random);
  for (const LeastSquaresMethod method : {LeastSquaresMethod::direct, LeastSquaresMethod::sketch_and_precondition,
                                          LeastSquaresMethod::sketch_and_solve}) {
    const Chosen chosen = choose(a, {.method = method});
    CHECK(chosen.choice.method == method);
    CHECK(chosen.choice.reason.empty());
    CHECK(chosen.passes == 0);
  }
  const Chosen sketched = choose(a, {.sketch_rows = 500});
  CHECK(sketched.choice.method == LeastSquaresMethod::sketch_and_precondition);
  CHECK(contains(sketched.choice.reason, "a sketch was asked for"));
  CHECK(sketched.passes == 0);
}

TEST_CASE("a rank by a coarse tolerance is not for the Gram matrix") {
  RandomSource random(33);
  const Matrix<double> a = with_condition(20000, 100, 1e4, random);
  CHECK(choose(a).choice.method == LeastSquaresMethod::gram_and_precondition);
  CHECK(choose(a, {.rcond = 1e-3}).choice.method != LeastSquaresMethod::gram_and_precondition);
}

TEST_CASE("a matrix that is sparse or hardly taller than wide is not looked at") {
  RandomSource random(34);
  CHECK(choose(gaussian_matrix(600, 200, random)).passes == 0);
  const auto sparse = SparseMatrix<double>::from_triplets(4000, 2, {{0, 0, 1.0}, {5, 1, 2.0}, {9, 0, 3.0}});
  CHECK(choose(sparse).passes == 0);
}
