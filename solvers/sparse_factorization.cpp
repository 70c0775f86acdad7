#include "solvers/sparse_factorization.hpp"

#include <utility>

#include "linalg/blas.hpp"
#include "linalg/condition.hpp"
#include "linalg/sparse_qr.hpp"

namespace croquis {
namespace {

// As for a dense triangle: the estimate may be too large by a factor of a few.
constexpr double doubt = 0.1;

template <class T>
class ShiftedSparseTriangle final : public ShiftedFactor<T> {
 public:
  explicit ShiftedSparseTriangle(SparseTrapezoid<T> f) : f_(std::move(f)) {}
  void solve_transposed(std::vector<T>& g) const override {
    std::vector<T> permuted(g.size());
    for (std::size_t j = 0; j < g.size(); ++j) permuted[j] = g[f_.permutation[j]];
    f_.solve_transposed(permuted.data());
    g = std::move(permuted);
  }

 private:
  SparseTrapezoid<T> f_;
};

template <class T>
class SparseFactorization final : public Factorization<T> {
 public:
  explicit SparseFactorization(SparseTrapezoid<T> r) : r_(std::move(r)) {}

  void precondition(MatrixView<const T> y, MatrixView<T> x) const override {
    std::vector<T> solution(static_cast<std::size_t>(r_.rank));
    for (std::int64_t k = 0; k < y.cols; ++k) {
      for (std::int64_t j = 0; j < r_.rank; ++j) solution[j] = y(j, k);
      r_.solve(solution.data());
      for (std::int64_t j = 0; j < r_.cols(); ++j) {
        const std::int64_t column = r_.permutation[j];
        x(column, k) = j < r_.rank ? solution[j] * this->scale[column] : T(0);
      }
    }
  }

  void precondition_transposed(MatrixView<const T> x, MatrixView<T> y) const override {
    std::vector<T> solution(static_cast<std::size_t>(r_.rank));
    for (std::int64_t k = 0; k < x.cols; ++k) {
      for (std::int64_t j = 0; j < r_.rank; ++j) {
        const std::int64_t column = r_.permutation[j];
        solution[j] = x(column, k) * this->scale[column];
      }
      r_.solve_transposed(solution.data());
      for (std::int64_t j = 0; j < r_.rank; ++j) y(j, k) = solution[j];
    }
  }

  std::vector<T> transposed_product(const T* s) const override { return r_.transposed_product(s); }

  std::vector<T> product(const std::vector<T>& g) const override { return r_.product(g.data()); }

  // The triangle of [R1 R2; root I], in the order that R has already.
  std::unique_ptr<ShiftedFactor<T>> shifted(double root) const override {
    const std::int64_t n = r_.cols();
    std::vector<std::int64_t> start{0}, row, order;
    std::vector<T> value;
    for (std::int64_t j = 0; j < n; ++j) {
      for (std::int64_t k = r_.start[j]; k < r_.start[j + 1]; ++k) {
        row.push_back(r_.row[k]);
        value.push_back(r_.value[k]);
      }
      if (j < r_.rank) {
        row.push_back(j);
        value.push_back(r_.diagonal[j]);
      }
      row.push_back(r_.rank + j);
      value.push_back(static_cast<T>(root));
      start.push_back(static_cast<std::int64_t>(row.size()));
      order.push_back(j);
    }
    const CscView<T, std::int64_t> stacked{r_.rank + n, n, start.data(), row.data(), value.data()};
    const Matrix<T> nothing(r_.rank + n, 0);
    return std::make_unique<ShiftedSparseTriangle<T>>(
        sparse_qr<T>(stacked, std::vector<T>(static_cast<std::size_t>(n), T(1)), nothing.view(), order, 0).r);
  }

 private:
  SparseTrapezoid<T> r_;
};

// A basis of the null space of [R1 R2] P^T: P [-R1^-1 R2; I].
template <class T>
Matrix<T> null_basis(const SparseTrapezoid<T>& r) {
  const std::int64_t n = r.cols();
  Matrix<T> basis(n, n - r.rank);
  std::vector<T> x(static_cast<std::size_t>(r.rank));
  for (std::int64_t k = 0; k < n - r.rank; ++k) {
    r.write_column(r.rank + k, x.data());
    r.solve(x.data());
    for (std::int64_t j = 0; j < r.rank; ++j) basis(r.permutation[j], k) = -x[j];
    basis(r.permutation[r.rank + k], k) = 1;
  }
  return basis;
}

template <class T>
std::unique_ptr<Factorization<T>> factorize_dense_copy(const SparseTrapezoid<T>& r, std::vector<T> scale, double rcond,
                                                       Matrix<T>& coordinates) {
  const std::int64_t n = r.cols();
  Matrix<T> dense(n, n);
  for (std::int64_t j = 0; j < n; ++j) r.write_column(j, dense.data() + r.permutation[j] * n);
  Matrix<T> padded(n, coordinates.cols());
  for (std::int64_t k = 0; k < coordinates.cols(); ++k)
    for (std::int64_t j = 0; j < r.rank; ++j) padded(j, k) = coordinates(j, k);
  coordinates = std::move(padded);
  return factorize<T>(std::move(dense), std::move(scale), rcond, Pivoting::yes, coordinates);
}

}  // namespace

template <class T>
std::unique_ptr<Factorization<T>> factorize_sparse(SparseTrapezoid<T> r, std::vector<T> scale, double rcond,
                                                   Matrix<T>& coordinates) {
  const std::int64_t n = r.cols();
  if (!(rcond > 0)) rcond = default_rcond<T>(n);
  const ExtremeSingularValues extreme =
      extreme_singular_values<T>(r.rank, {.multiply = [&](T* x) { r.multiply(x); },
                                          .multiply_transposed = [&](T* x) { r.multiply_transposed(x); },
                                          .solve = [&](T* x) { r.solve(x); },
                                          .solve_transposed = [&](T* x) { r.solve_transposed(x); }});
  const bool in_doubt = r.rank > 0 && !(extreme.smallest * doubt > rcond * extreme.largest);
  if (in_doubt && n <= most_dense_cols) return factorize_dense_copy(r, std::move(scale), rcond, coordinates);
  Matrix<T> basis;
  std::vector<std::int64_t> zero_columns;
  if (r.rank < n) {
    basis = null_basis(r);
    for (std::int64_t j = r.rank; j < n; ++j)
      if (r.start[j] == r.start[j + 1]) zero_columns.push_back(r.permutation[j]);
  }
  const double frobenius_norm = r.frobenius_norm();
  const std::int64_t rank = r.rank;
  auto f = std::make_unique<SparseFactorization<T>>(std::move(r));
  f->scale = std::move(scale);
  f->null_basis = std::move(basis);
  f->zero_columns = std::move(zero_columns);
  f->rank = rank;
  f->rcond = rcond;
  f->largest_singular = extreme.largest;
  f->condition = rank > 0 ? extreme.largest / extreme.smallest : 1;
  f->frobenius_norm = frobenius_norm;
  return f;
}

#define CROQUIS_INSTANTIATE(T)                                                                               \
  template std::unique_ptr<Factorization<T>> factorize_sparse<T>(SparseTrapezoid<T>, std::vector<T>, double, \
                                                                 Matrix<T>&);
CROQUIS_INSTANTIATE(float)
CROQUIS_INSTANTIATE(double)
#undef CROQUIS_INSTANTIATE

}  // namespace croquis
