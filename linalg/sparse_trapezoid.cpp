#include "linalg/sparse_trapezoid.hpp"

#include <algorithm>
#include <cmath>

#include "linalg/blas.hpp"

namespace croquis {

template <class T>
void SparseTrapezoid<T>::solve(T* x) const {
  for (std::int64_t j = rank - 1; j >= 0; --j) {
    const T xj = x[j] /= diagonal[j];
    for (std::int64_t k = start[j]; k < start[j + 1]; ++k) x[row[k]] -= value[k] * xj;
  }
}

template <class T>
void SparseTrapezoid<T>::solve_transposed(T* x) const {
  for (std::int64_t j = 0; j < rank; ++j) {
    T sum = x[j];
    for (std::int64_t k = start[j]; k < start[j + 1]; ++k) sum -= value[k] * x[row[k]];
    x[j] = sum / diagonal[j];
  }
}

template <class T>
void SparseTrapezoid<T>::multiply(T* x) const {
  for (std::int64_t j = 0; j < rank; ++j) {
    const T xj = x[j];
    for (std::int64_t k = start[j]; k < start[j + 1]; ++k) x[row[k]] += value[k] * xj;
    x[j] = diagonal[j] * xj;
  }
}

template <class T>
void SparseTrapezoid<T>::multiply_transposed(T* x) const {
  for (std::int64_t j = rank - 1; j >= 0; --j) {
    T sum = diagonal[j] * x[j];
    for (std::int64_t k = start[j]; k < start[j + 1]; ++k) sum += value[k] * x[row[k]];
    x[j] = sum;
  }
}

template <class T>
std::vector<T> SparseTrapezoid<T>::transposed_product(const T* s) const {
  std::vector<T> g(permutation.size());
  for (std::int64_t j = 0; j < cols(); ++j) {
    T sum = j < rank ? diagonal[j] * s[j] : T(0);
    for (std::int64_t k = start[j]; k < start[j + 1]; ++k) sum += value[k] * s[row[k]];
    g[j] = sum;
  }
  return g;
}

template <class T>
std::vector<T> SparseTrapezoid<T>::product(const T* g) const {
  std::vector<T> s(static_cast<std::size_t>(rank), T(0));
  for (std::int64_t j = 0; j < cols(); ++j) {
    for (std::int64_t k = start[j]; k < start[j + 1]; ++k) s[row[k]] += value[k] * g[j];
    if (j < rank) s[j] += diagonal[j] * g[j];
  }
  return s;
}

template <class T>
double SparseTrapezoid<T>::frobenius_norm() const {
  return std::hypot(norm2(static_cast<std::int64_t>(value.size()), value.data()),
                    norm2(static_cast<std::int64_t>(diagonal.size()), diagonal.data()));
}

template <class T>
void SparseTrapezoid<T>::write_column(std::int64_t j, T* x) const {
  std::fill_n(x, rank, T(0));
  for (std::int64_t k = start[j]; k < start[j + 1]; ++k) x[row[k]] = value[k];
  if (j < rank) x[j] = diagonal[j];
}

template struct SparseTrapezoid<float>;
template struct SparseTrapezoid<double>;

}  // namespace croquis
