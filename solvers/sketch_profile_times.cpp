#include "solvers/sketch_profile_times.hpp"

#include <algorithm>
#include <limits>
#include <memory>
#include <utility>

#include <croquis/sketch/apply.hpp>

#include "linalg/blas.hpp"
#include "linalg/finite.hpp"
#include "linalg/products.hpp"
#include "linalg/tall_qr.hpp"
#include "solvers/backward_error.hpp"
#include "solvers/column_scaling.hpp"
#include "solvers/factorization.hpp"
#include "solvers/least_squares_problem.hpp"

namespace croquis {
namespace {

constexpr double enough_seconds = 0.1;
constexpr double long_seconds = 1;
constexpr int least_runs = 3;
constexpr int most_runs = 20;

Matrix<double> normals(std::int64_t rows, std::int64_t cols, std::uint64_t seed) {
  Matrix<double> result = Matrix<double>::uninitialized(rows, cols);
  fill(Gaussian{.rows = rows, .cols = cols, .seed = seed}, result.view());
  return result;
}

std::unique_ptr<Factorization<double>> factor_sketch(Matrix<double>& sa) {
  std::vector<double> scale = unit_column_scale<double>(sa.view());
  scale_columns<double>(sa.view(), scale);
  Matrix<double> nothing(sa.rows(), 0);
  TallQr<double> qr = tall_qr<double>(sa.view(), nothing.view());
  return factorize<double>(std::move(qr.r), std::move(scale), 0, Pivoting::no, qr.qtb);
}

}  // namespace

double least_seconds(const std::function<void()>& call) {
  double least = std::numeric_limits<double>::infinity();
  const Stopwatch clock;
  for (int runs = 0; runs < most_runs; ++runs) {
    const double passed = clock.seconds();
    if (passed > long_seconds || (passed > enough_seconds && runs >= least_runs)) break;
    const Stopwatch run;
    call();
    least = std::min(least, run.seconds());
  }
  return least;
}

Matrix<double> noisy_right_hand_side(const AnyMatrixView<double>& a, const std::vector<double>& scale,
                                     std::uint64_t seed) {
  Matrix<double> x = normals(a.cols(), 1, seed);
  for (std::int64_t j = 0; j < a.cols(); ++j) x(j, 0) *= scale[j];
  Matrix<double> b = Matrix<double>::uninitialized(a.rows(), 1);
  multiply_by<double>(a, x.view(), b.view());
  // The normals have variance 1 / m, so that as many of them are of norm one, nearly.
  const Matrix<double> noise = normals(a.rows(), 1, seed + 1);
  const double size = norm2(a.rows(), b.data());
  for (std::int64_t i = 0; i < a.rows(); ++i) b(i, 0) += size * noise(i, 0);
  return b;
}

SketchSeconds time_sketch(const AnyMatrixView<double>& a, const AnySketch& sketch) {
  Matrix<double> sa = Matrix<double>::uninitialized(sketch.rows(), a.cols());
  SketchSeconds result;
  result.sketch = least_seconds([&] { apply(sketch, a, sa.view()); });
  const double copying = least_seconds([&] { const Matrix<double> work = sa; });
  const double both = least_seconds([&] {
    Matrix<double> work = sa;
    (void)factor_sketch(work);
  });
  result.factor = std::max(0.0, both - copying);
  return result;
}

IterationSeconds time_iteration(const AnyMatrixView<double>& a, const AnySketch& sketch, std::int64_t vectors) {
  IterationSeconds result;
  Matrix<double> sa = sketch * a;
  if (!all_finite<double>(sa.view())) return result;
  result.scale = unit_column_scale<double>(sa.view());
  if (!within_safe_range(result.scale)) return result;
  result.in_range = true;
  const auto f = factor_sketch(sa);
  const Matrix<double> p = normals(f->rank, vectors, 1);
  Matrix<double> x = Matrix<double>::uninitialized(a.cols(), vectors);
  Matrix<double> g = Matrix<double>::uninitialized(a.cols(), vectors);
  Matrix<double> q = Matrix<double>::uninitialized(f->rank, vectors);
  BackwardError<double> error(*f);
  result.seconds = least_seconds([&] {
    f->precondition(p.view(), x.view());
    normal_product<double>(a, x.view(), g.view());
    f->precondition_transposed(g.view(), q.view());
    for (std::int64_t j = 0; j < vectors; ++j) (void)error.estimate(j, q.data() + j * f->rank, 1, 1, 1, 0);
  });
  return result;
}

}  // namespace croquis
