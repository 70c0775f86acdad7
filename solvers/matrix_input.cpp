#include "solvers/matrix_input.hpp"

#include "linalg/check.hpp"
#include "solvers/operator_matrix.hpp"
#include "solvers/stored_matrix.hpp"
#include "solvers/weighted_matrix.hpp"

namespace croquis {
namespace {

template <class T>
std::unique_ptr<ProblemMatrix<T>> plain_matrix(const AnyMatrixView<T>& a) {
  return std::make_unique<StoredMatrix<T>>(a);
}
template <class T>
std::unique_ptr<ProblemMatrix<T>> plain_matrix(const LinearOperator<T>& a) {
  return std::make_unique<OperatorMatrix<T>>(a);
}
template <class T>
AnyMatrixView<T> transposed(const AnyMatrixView<T>& a) {
  return a.transposed();
}
template <class T>
void check(const AnyMatrixView<T>& a, const char* name) {
  check_view(a, name);
}
template <class T>
void check(const LinearOperator<T>& a, const char* name) {
  check_operator(a, name);
}

}  // namespace

template <class T>
Shape shape_of(const MatrixInput<T>& a) {
  if (const auto* const stored = std::get_if<AnyMatrixView<T>>(&a)) return {stored->rows(), stored->cols()};
  const auto& known = std::get<LinearOperator<T>>(a);
  return {known.rows, known.cols};
}

template <class T>
void check_input(const MatrixInput<T>& a, const char* name) {
  std::visit([&](const auto& matrix) { check(matrix, name); }, a);
}

template <class T>
std::unique_ptr<ProblemMatrix<T>> problem_matrix(const MatrixInput<T>& a, const std::optional<RowWeights<T>>& weights) {
  return std::visit(
      [&](const auto& matrix) { return weights ? weighted_matrix(matrix, *weights) : plain_matrix(matrix); }, a);
}

template <class T>
std::unique_ptr<ProblemMatrix<T>> transposed_problem_matrix(const MatrixInput<T>& a,
                                                            const std::optional<RowWeights<T>>& weights) {
  return std::visit(
      [&](const auto& matrix) {
        return weights ? transposed_weighted_matrix(matrix, *weights) : plain_matrix(transposed(matrix));
      },
      a);
}

#define CROQUIS_INSTANTIATE(T)                                                                       \
  template Shape shape_of<T>(const MatrixInput<T>&);                                                 \
  template void check_input<T>(const MatrixInput<T>&, const char*);                                  \
  template std::unique_ptr<ProblemMatrix<T>> problem_matrix<T>(const MatrixInput<T>&,                \
                                                               const std::optional<RowWeights<T>>&); \
  template std::unique_ptr<ProblemMatrix<T>> transposed_problem_matrix<T>(const MatrixInput<T>&,     \
                                                                          const std::optional<RowWeights<T>>&);
CROQUIS_INSTANTIATE(float)
CROQUIS_INSTANTIATE(double)
#undef CROQUIS_INSTANTIATE

}  // namespace croquis
