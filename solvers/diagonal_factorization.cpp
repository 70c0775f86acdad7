#include "solvers/diagonal_factorization.hpp"

#include <cmath>
#include <utility>

#include "linalg/condition.hpp"

namespace croquis {
namespace {

template <class T>
class ShiftedScalar final : public ShiftedFactor<T> {
 public:
  explicit ShiftedScalar(double factor) : factor_(factor) {}
  void solve_transposed(std::vector<T>& g) const override {
    for (T& value : g) value = static_cast<T>(value / factor_);
  }

 private:
  double factor_;
};

template <class T>
class DiagonalFactorization final : public Factorization<T> {
 public:
  std::int64_t coordinates() const override { return this->cols(); }
  void precondition(MatrixView<const T> y, MatrixView<T> x) const override { scale_rows(y, x); }
  void precondition_transposed(MatrixView<const T> x, MatrixView<T> y) const override { scale_rows(x, y); }
  std::vector<T> transposed_product(const T* s) const override { return std::vector<T>(s, s + this->cols()); }
  std::vector<T> product(const std::vector<T>& g) const override { return g; }
  std::unique_ptr<ShiftedFactor<T>> shifted(double root) const override {
    return std::make_unique<ShiftedScalar<T>>(std::hypot(1, root));
  }

 private:
  void scale_rows(MatrixView<const T> from, MatrixView<T> to) const {
    const std::int64_t step = from.row_stride(), to_step = to.row_stride();
    for (std::int64_t k = 0; k < from.cols; ++k) {
      const T* const column = from.data + k * from.column_stride();
      T* const to_column = to.data + k * to.column_stride();
      for (std::int64_t j = 0; j < from.rows; ++j) to_column[j * to_step] = column[j * step] * this->scale[j];
    }
  }
};

}  // namespace

template <class T>
std::unique_ptr<Factorization<T>> diagonal_factorization(std::vector<T> scale, double frobenius_norm, double rcond) {
  auto f = std::make_unique<DiagonalFactorization<T>>();
  f->scale = std::move(scale);
  f->rank = f->cols();
  f->rcond = rcond > 0 ? rcond : default_rcond<T>(f->rank);
  f->largest_singular = f->condition = 1;
  f->frobenius_norm = frobenius_norm;
  return f;
}

#define CROQUIS_INSTANTIATE(T) \
  template std::unique_ptr<Factorization<T>> diagonal_factorization<T>(std::vector<T>, double, double);
CROQUIS_INSTANTIATE(float)
CROQUIS_INSTANTIATE(double)
#undef CROQUIS_INSTANTIATE

}  // namespace croquis
