#include "solvers/weighted_matrix.hpp"

#include <algorithm>
#include <utility>

#include <croquis/sketch/apply.hpp>

#include "linalg/copy.hpp"
#include "linalg/densify.hpp"
#include "linalg/finite.hpp"
#include "linalg/products.hpp"
#include "linalg/scale_rows.hpp"
#include "solvers/operator_matrix.hpp"
#include "solvers/stored_matrix.hpp"

namespace croquis {
namespace {

// A scaled block is written and read again, beside a read of A; this large, it leaves the sketch enough to share among
// threads.
constexpr std::int64_t block_bytes = std::int64_t{32} << 20;

template <class T>
class WeightedDense final : public ProblemMatrix<T> {
 public:
  WeightedDense(MatrixView<const T> a, RowWeights<T> weights) : a_(a), weights_(std::move(weights)) {}

  std::int64_t rows() const override { return a_.rows; }
  std::int64_t cols() const override { return a_.cols; }
  std::int64_t stored_entries() const override { return a_.size(); }
  int exponent() const override { return weights_.exponent; }

  void multiply(MatrixView<const T> x, MatrixView<T> y) const override {
    multiply_by<T>(a_, x, y);
    scale_rows<T>(scale(), y, y);
  }
  void multiply_transposed(MatrixView<const T> y, MatrixView<T> x) const override {
    Matrix<T> scaled = Matrix<T>::uninitialized(y.rows, y.cols);
    scale_rows<T>(scale(), y, scaled.view());
    multiply_by_transpose<T>(a_, scaled.view(), x);
  }
  void normal_product(MatrixView<const T> x, MatrixView<T> g) const override {
    croquis::normal_product<T>(a_, x, g, scale());
  }
  void residual_and_gradient(MatrixView<const T> x, MatrixView<const T> b, MatrixView<T> r,
                             MatrixView<T> g) const override {
    croquis::residual_and_gradient<T>(a_, x, b, r, g, scale());
  }
  void sketch(const AnySketch& s, MatrixView<T> out) const override {
    set_zero<T>(out);
    const std::int64_t fitting = block_bytes / static_cast<std::int64_t>(sizeof(T)) / std::max<std::int64_t>(1, cols());
    const std::int64_t most = std::clamp<std::int64_t>(fitting, 1024, std::max<std::int64_t>(1024, rows()));
    Matrix<T> memory = Matrix<T>::uninitialized(std::min(most, rows()), cols(), a_.layout);
    for (std::int64_t first = 0; first < rows(); first += most) {
      const std::int64_t count = std::min(most, rows() - first);
      const auto block = memory.view().block(0, 0, count, cols());
      scale_rows<T>(scale() + first, a_.block(first, 0, count, cols()), block);
      accumulate(s, first, block, out);
    }
  }
  bool all_finite() const override { return croquis::all_finite<T>(a_); }
  Matrix<T> densify() const override {
    Matrix<T> result = croquis::densify<T>(a_);
    scale_rows<T>(scale(), result.view(), result.view());
    return result;
  }
  void set_right_hand_side(MatrixView<const T> b, MatrixView<T> out) const override { scale_rows<T>(scale(), b, out); }

 private:
  const T* scale() const { return weights_.factor.data(); }

  MatrixView<const T> a_;
  RowWeights<T> weights_;
};

// A matrix whose entries or products are weighted already.
template <class T, class Base>
class Weighted final : public Base {
 public:
  template <class Matrix>
  Weighted(Matrix matrix, RowWeights<T> weights, std::unique_ptr<RowScaledCopy<T>> memory = nullptr)
      : Base(std::move(matrix)), weights_(std::move(weights)), memory_(std::move(memory)) {}

  int exponent() const override { return weights_.exponent; }
  void set_right_hand_side(MatrixView<const T> b, MatrixView<T> out) const override {
    scale_rows<T>(weights_.factor.data(), b, out);
  }

 private:
  RowWeights<T> weights_;
  std::unique_ptr<RowScaledCopy<T>> memory_;
};

template <class T>
LinearOperator<T> with_scaled_rows(const LinearOperator<T>& a, const std::vector<T>& scale) {
  return {a.rows, a.cols,
          [a, scale](MatrixView<const T> x, MatrixView<T> y) {
            a.multiply(x, y);
            scale_rows<T>(scale.data(), y, y);
          },
          [a, scale](MatrixView<const T> y, MatrixView<T> x) {
            Matrix<T> scaled = Matrix<T>::uninitialized(y.rows, y.cols);
            scale_rows<T>(scale.data(), y, scaled.view());
            a.multiply_transposed(scaled.view(), x);
          }};
}

}  // namespace

template <class T>
std::unique_ptr<ProblemMatrix<T>> weighted_matrix(const AnyMatrixView<T>& a, RowWeights<T> weights) {
  if (const auto* const dense = std::get_if<MatrixView<const T>>(&a.storage()))
    return std::make_unique<WeightedDense<T>>(*dense, std::move(weights));
  auto copy = std::make_unique<RowScaledCopy<T>>(a, weights.factor);
  const AnyMatrixView<T> view = copy->view();
  return std::make_unique<Weighted<T, StoredMatrix<T>>>(view, std::move(weights), std::move(copy));
}

template <class T>
std::unique_ptr<ProblemMatrix<T>> weighted_matrix(const LinearOperator<T>& a, RowWeights<T> weights) {
  LinearOperator<T> scaled = with_scaled_rows(a, weights.factor);
  return std::make_unique<Weighted<T, OperatorMatrix<T>>>(std::move(scaled), std::move(weights));
}

template <class T>
std::unique_ptr<ProblemMatrix<T>> transposed_weighted_matrix(const AnyMatrixView<T>& a, RowWeights<T> weights) {
  auto copy = std::make_unique<RowScaledCopy<T>>(a, weights.factor);
  const AnyMatrixView<T> view = copy->view().transposed();
  return std::make_unique<Weighted<T, StoredMatrix<T>>>(view, std::move(weights), std::move(copy));
}

template <class T>
std::unique_ptr<ProblemMatrix<T>> transposed_weighted_matrix(const LinearOperator<T>& a, RowWeights<T> weights) {
  LinearOperator<T> scaled = transposed(with_scaled_rows(a, weights.factor));
  return std::make_unique<Weighted<T, OperatorMatrix<T>>>(std::move(scaled), std::move(weights));
}

#define CROQUIS_INSTANTIATE(T)                                                                                   \
  template std::unique_ptr<ProblemMatrix<T>> weighted_matrix(const AnyMatrixView<T>&, RowWeights<T>);            \
  template std::unique_ptr<ProblemMatrix<T>> weighted_matrix(const LinearOperator<T>&, RowWeights<T>);           \
  template std::unique_ptr<ProblemMatrix<T>> transposed_weighted_matrix(const AnyMatrixView<T>&, RowWeights<T>); \
  template std::unique_ptr<ProblemMatrix<T>> transposed_weighted_matrix(const LinearOperator<T>&, RowWeights<T>);
CROQUIS_INSTANTIATE(float)
CROQUIS_INSTANTIATE(double)
#undef CROQUIS_INSTANTIATE

}  // namespace croquis
