#include "solvers/stored_matrix.hpp"

#include <type_traits>
#include <variant>

#include <croquis/sketch/apply.hpp>

#include "linalg/densify.hpp"
#include "linalg/finite.hpp"
#include "linalg/gram.hpp"
#include "linalg/memory.hpp"
#include "linalg/products.hpp"

namespace croquis {
namespace {

// Of the machine's memory, for a copy that only saves time.
constexpr double most_memory_of_copy = 0.125;

}  // namespace

template <class T>
void StoredMatrix<T>::multiply(MatrixView<const T> x, MatrixView<T> y) const {
  multiply_by<T>(a_, x, y);
}

template <class T>
void StoredMatrix<T>::multiply_transposed(MatrixView<const T> y, MatrixView<T> x) const {
  multiply_by_transpose<T>(a_, y, x);
}

template <class T>
void StoredMatrix<T>::normal_product(MatrixView<const T> x, MatrixView<T> g) const {
  croquis::normal_product<T>(a_, x, g);
}

template <class T>
void StoredMatrix<T>::residual_and_gradient(MatrixView<const T> x, MatrixView<const T> b, MatrixView<T> r,
                                            MatrixView<T> g) const {
  croquis::residual_and_gradient<T>(a_, x, b, r, g);
}

template <class T>
void StoredMatrix<T>::sketch(const AnySketch& s, MatrixView<T> out) const {
  apply(s, a_, out);
}

template <class T>
bool StoredMatrix<T>::all_finite() const {
  return croquis::all_finite<T>(a_);
}

template <class T>
Matrix<T> StoredMatrix<T>::densify() const {
  return croquis::densify<T>(a_);
}

template <class T>
bool StoredMatrix<T>::has_fixed_point() const {
  return std::is_same_v<T, double> && a_.is_dense() &&
         fixed_point_bytes(rows(), cols()) <= machine_memory() * most_memory_of_copy;
}

template <class T>
std::unique_ptr<FixedPointMatrix> StoredMatrix<T>::in_fixed_point() const {
  if constexpr (std::is_same_v<T, double>)
    return std::make_unique<FixedPointMatrix>(std::get<MatrixView<const T>>(a_.storage()));
  return nullptr;
}

template <class T>
bool StoredMatrix<T>::has_gram() const {
  return std::holds_alternative<MatrixView<const T>>(a_.storage());
}

template <class T>
Matrix<T> StoredMatrix<T>::gram(const std::vector<T>& scale) const {
  return croquis::gram<T>(std::get<MatrixView<const T>>(a_.storage()), scale);
}

template <class T>
Matrix<float> StoredMatrix<T>::gram_in_float(const std::vector<T>& scale) const {
  return croquis::gram_in_float(std::get<MatrixView<const T>>(a_.storage()), scale);
}

template <class T>
GramAndProduct<T> StoredMatrix<T>::preconditioned_gram(MatrixView<const T> r, MatrixView<const T> v) const {
  return croquis::preconditioned_gram<T>(a_, r, v);
}

template class StoredMatrix<float>;
template class StoredMatrix<double>;

}  // namespace croquis
