// The answer's bits depend on the seed and nothing else: not on the number of threads, not on the BLAS threads the user
// set, not on the call.
#include <croquis/solvers/least_squares.hpp>

#include <doctest/doctest.h>

#include <cstring>
#include <optional>
#include <thread>
#include <vector>

#include "linalg/blas.hpp"
#include "linalg/parallel.hpp"
#include "tests/solvers/every_family.hpp"
#include "tests/support/backward_error.hpp"
#include "tests/support/test_matrices.hpp"

using namespace croquis;
using namespace croquis::test;

namespace {

// Sets the BLAS threads for a scope.
class BlasThreads {
 public:
  explicit BlasThreads(int threads) : saved_(blas_threads()) { set_blas_threads(threads); }
  ~BlasThreads() { set_blas_threads(saved_); }
  BlasThreads(const BlasThreads&) = delete;
  BlasThreads& operator=(const BlasThreads&) = delete;

 private:
  int saved_;
};

template <class T>
bool same_bits(const Matrix<T>& a, const Matrix<T>& b) {
  return a.entries().size() == b.entries().size() &&
         std::memcmp(a.data(), b.data(), a.entries().size() * sizeof(T)) == 0;
}

template <class T>
void check_threads(const AnyMatrixView<T>& a, const Matrix<T>& b, const LeastSquaresOptions& options) {
  std::optional<LeastSquaresFit<T>> first;
  for (const int blas : {1, 2}) {
    for (const int threads : {1, 2, 3, 8}) {
      CAPTURE(blas);
      CAPTURE(threads);
      const BlasThreads scope(blas);
      std::optional<LeastSquaresFit<T>> fit;
      run_with_threads(threads, [&] { fit = least_squares(a, b.view(), options); });
      CHECK(fit->solved());
      CHECK(blas_threads() == blas);
      if (!first) first = fit;
      CHECK(same_bits(fit->x, first->x));
      CHECK(fit->residual_norm == first->residual_norm);
      CHECK(fit->gradient_norm == first->gradient_norm);
      CHECK(fit->backward_error == first->backward_error);
      CHECK(fit->condition_estimate == first->condition_estimate);
      CHECK(fit->iterations == first->iterations);
      CHECK(fit->passes == first->passes);
      CHECK(fit->message == first->message);
    }
  }
}

}  // namespace

TEST_CASE("Same bits for any number of threads, every family") {
  RandomSource random(1);
  // Large enough to be cut into many tiles, with a row count that no block size divides.
  const Matrix<double> a = with_condition(20011, 60, 1e6, random);
  const Matrix<double> b = right_hand_side(a, 1.0, random);
  for (const AnySketch& sketch : every_family(20011, 60, 2)) {
    CAPTURE(to_string(sketch));
    check_threads<double>(a, b, {.method = LeastSquaresMethod::sketch_and_precondition, .sketch = sketch});
  }
}

TEST_CASE("Same bits for any number of threads, every method, layout and type") {
  RandomSource random(3);
  const Matrix<double> a = with_condition(20011, 60, 1e4, random);
  const Matrix<double> b = right_hand_side(a, 1.0, random);
  Matrix<double> row_major_a(20011, 60, Layout::row_major);
  std::vector<Triplet<double>> triplets;
  for (std::int64_t i = 0; i < a.rows(); ++i) {
    for (std::int64_t j = 0; j < a.cols(); ++j) {
      row_major_a(i, j) = a(i, j);
      if ((i + j) % 7 == 0) triplets.push_back({i, j, a(i, j)});
    }
  }
  const auto sparse = SparseMatrix<double>::from_triplets(20011, 60, triplets);
  const auto by_columns = SparseMatrix<double>::from_triplets(60, 20011, [&] {
    for (auto& t : triplets) std::swap(t.row, t.col);
    return triplets;
  }());
  for (const LeastSquaresMethod method : {LeastSquaresMethod::sketch_and_precondition, LeastSquaresMethod::direct,
                                          LeastSquaresMethod::sketch_and_solve}) {
    CAPTURE(to_string(method));
    check_threads<double>(a, b, {.method = method});
    check_threads<double>(row_major_a, b, {.method = method});
    check_threads<double>(sparse, b, {.method = method});
    check_threads<double>(transposed(by_columns.view()), b, {.method = method});
    check_threads<float>(to_float(a), to_float(b), {.method = method});
  }
}

TEST_CASE("Solves at the same time on several threads of the user's do not disturb each other") {
  RandomSource random(5);
  const Matrix<double> a = with_condition(8000, 40, 1e6, random);
  const Matrix<double> b = right_hand_side(a, 1.0, random);
  const BlasThreads scope(2);
  for (const LeastSquaresMethod method : {LeastSquaresMethod::sketch_and_precondition, LeastSquaresMethod::direct}) {
    CAPTURE(to_string(method));
    const auto alone = least_squares(a, b, {.method = method});
    std::vector<Matrix<double>> found(4);
    {
      std::vector<std::jthread> threads;
      for (auto& x : found) threads.emplace_back([&, method] { x = least_squares(a, b, {.method = method}).x; });
    }
    for (const auto& x : found) CHECK(same_bits(x, alone.x));
    CHECK(blas_threads() == 2);
  }
}

TEST_CASE("Same seed, same bits; another seed, other bits of the same accuracy") {
  RandomSource random(4);
  const Matrix<double> a = with_condition(5000, 30, 1e6, random);
  const Matrix<double> b = right_hand_side(a, 1.0, random);
  const BackwardErrorMeasure<double> measure(a);
  const auto solve = [&](std::uint64_t seed) {
    return least_squares(a, b, {.method = LeastSquaresMethod::sketch_and_precondition, .seed = seed});
  };
  const auto first = solve(1);
  CHECK(same_bits(first.x, solve(1).x));
  for (const std::uint64_t seed : {2ull, 3ull, 0xffffffffffffffffull}) {
    CAPTURE(seed);
    const auto other = solve(seed);
    CHECK_FALSE(same_bits(first.x, other.x));
    CHECK(other.solved());
    CHECK(measure.exact(other.x.entries(), b.entries()) < 1e-15);
  }
}
