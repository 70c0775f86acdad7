#include "solvers/problem_matrix.hpp"

#include <cassert>

#include <croquis/sketch/apply.hpp>

#include "linalg/copy.hpp"

namespace croquis {

template <class T>
void ProblemMatrix<T>::sketch_vectors(const AnySketch& s, MatrixView<const T> b, MatrixView<T> out) const {
  const std::int64_t sketched = sketched_rows();
  apply(s, b.block(0, 0, sketched, b.cols), out.block(0, 0, s.rows(), b.cols));
  copy_serial<T>(b.block(sketched, 0, b.rows - sketched, b.cols), out.block(s.rows(), 0, b.rows - sketched, b.cols));
}

template <class T>
void ProblemMatrix<T>::set_right_hand_side(MatrixView<const T> b, MatrixView<T> out) const {
  copy<T>(b, out);
}

template <class T>
std::unique_ptr<FixedPointMatrix> ProblemMatrix<T>::in_fixed_point() const {
  return nullptr;
}

template <class T>
Matrix<T> ProblemMatrix<T>::gram(const std::vector<T>&) const {
  assert(has_gram());
  return {};
}

template <class T>
Matrix<float> ProblemMatrix<T>::gram_in_float(const std::vector<T>&) const {
  assert(has_gram());
  return {};
}

template <class T>
GramAndProduct<T> ProblemMatrix<T>::preconditioned_gram(MatrixView<const T>, MatrixView<const T>) const {
  assert(has_gram());
  return {};
}

template class ProblemMatrix<float>;
template class ProblemMatrix<double>;

}  // namespace croquis
