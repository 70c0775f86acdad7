#include <croquis/solvers/sketched_ridge.hpp>

#include <algorithm>
#include <cmath>
#include <string>

#include <croquis/sketch/apply.hpp>

#include "linalg/blas.hpp"
#include "linalg/check.hpp"
#include "linalg/number_text.hpp"
#include "linalg/products.hpp"
#include "linalg/tall_qr.hpp"

namespace croquis {
namespace {

constexpr std::int64_t sketch_rows_per_column = 8;

template <class T>
void check_arguments(const AnyMatrixView<T>& a, MatrixView<const T> b, double ridge,
                     const SketchedRidgeOptions& options) {
  check_view(a, "A");
  check_view(b, "B");
  check_shape(b.rows, b.cols, a.rows(), b.cols, "B", "it needs a row for each row of A");
  if (!(ridge > 0 && std::isfinite(ridge)))
    throw InvalidOption("ridge is " + number_text(ridge) + " but must be positive and finite");
  if (options.sketch_rows < 0)
    throw InvalidOption("sketch_rows is " + std::to_string(options.sketch_rows) + " but must not be negative");
  if (options.models < 1)
    throw InvalidOption("models is " + std::to_string(options.models) + " but must be at least 1");
}

// One model: the solution of R^T R X = C, R the factor of [S A; sqrt(ridge) I].
template <class T>
Matrix<T> one_model(const AnySketch& s, const AnyMatrixView<T>& a, MatrixView<const T> b, const Matrix<T>& atb,
                    double ridge, RidgeSketch kind) {
  const std::int64_t n = a.cols();
  Matrix<T> x = atb;
  Matrix<T> sa = s * a;
  if (kind == RidgeSketch::classical) {
    Matrix<T> sb(s.rows(), b.cols);
    apply(s, AnyMatrixView<T>(b), sb.view());
    multiply_by_transpose<T>(sa, sb.view(), x.view());
  }
  // QR needs as many rows as columns; rows of zeros change nothing.
  Matrix<T> tall(std::max(s.rows(), n), n);
  for (std::int64_t j = 0; j < n; ++j) std::copy_n(&sa(0, j), s.rows(), &tall(0, j));
  Matrix<T> nothing(tall.rows(), 0);
  const TallQr<T> qr = tall_qr<T>(tall.view(), nothing.view());
  const Matrix<T> r = append_scaled_identity<T>(qr.r.view(), static_cast<T>(std::sqrt(ridge)));
  solve_triangular<T>(Side::left, Transpose::yes, r.view(), x.view());
  solve_triangular<T>(Side::left, Transpose::no, r.view(), x.view());
  return x;
}

template <class T>
Matrix<T> solve(const AnyMatrixView<T>& a, MatrixView<const T> b, double ridge, const SketchedRidgeOptions& options) {
  check_arguments(a, b, ridge, options);
  const std::int64_t n = a.cols();
  Matrix<T> sum(n, b.cols);
  if (n == 0 || a.rows() == 0 || b.cols == 0) return sum;
  Matrix<T> atb(n, b.cols);
  if (options.kind == RidgeSketch::hessian) multiply_by_transpose<T>(a, b, atb.view());
  const std::int64_t rows =
      options.sketch_rows > 0
          ? options.sketch_rows
          : std::min({sketch_rows_per_column * n, a.rows(), most_sketch_rows(options.family, a.rows())});
  for (std::int64_t model = 0; model < options.models; ++model) {
    const AnySketch s = make_sketch(options.family, rows, a.rows(), options.seed + static_cast<std::uint64_t>(model));
    const Matrix<T> x = one_model(s, a, b, atb, ridge, options.kind);
    for (std::int64_t i = 0; i < n * b.cols; ++i) sum.data()[i] += x.data()[i];
  }
  for (T& entry : sum.entries()) entry /= static_cast<T>(options.models);
  return sum;
}

}  // namespace

Matrix<float> sketched_ridge(const AnyMatrixView<float>& a, MatrixView<const float> b, double ridge,
                             const SketchedRidgeOptions& options) {
  return solve(a, b, ridge, options);
}
Matrix<double> sketched_ridge(const AnyMatrixView<double>& a, MatrixView<const double> b, double ridge,
                              const SketchedRidgeOptions& options) {
  return solve(a, b, ridge, options);
}

}  // namespace croquis
