#include "solvers/subspace_newton/subspace_model.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "linalg/blas.hpp"
#include "linalg/condition.hpp"
#include "linalg/parallel.hpp"
#include "linalg/symmetric_eigen.hpp"

namespace croquis {
namespace {

// Of the eigenvalues of a Gram matrix with a unit diagonal, and of curvatures beside the largest: what is below is not
// told from zero.
constexpr double negligible = 1e-8;
// Of the singular values of the Cholesky factor of such a matrix, estimated to a factor of two: then T is its inverse.
constexpr double safe = 1e-3;

bool is_identity(const Matrix<double>& a) {
  for (std::int64_t j = 0; j < a.cols(); ++j)
    for (std::int64_t i = 0; i < a.rows(); ++i)
      if (a(i, j) != (i == j ? 1.0 : 0.0)) return false;
  return true;
}

// T with T^T G T = I: columns scaled to norms of one first, so that their units do not decide what is dependent.
Matrix<double> whitening(const Matrix<double>& gram) {
  const std::int64_t p = gram.cols();
  std::vector<double> scale(static_cast<std::size_t>(p));
  for (std::int64_t j = 0; j < p; ++j)
    scale[static_cast<std::size_t>(j)] = gram(j, j) > 0 ? 1 / std::sqrt(gram(j, j)) : 0;
  Matrix<double> scaled(p, p);
  for (std::int64_t j = 0; j < p; ++j)
    for (std::int64_t i = 0; i < p; ++i)
      scaled(i, j) = scale[static_cast<std::size_t>(i)] * gram(i, j) * scale[static_cast<std::size_t>(j)];
  if (Matrix<double> r = scaled; cholesky<double>(r)) {
    const ExtremeSingularValues extremes = extreme_singular_values<double>(std::as_const(r).view());
    if (extremes.smallest > safe * extremes.largest) {
      Matrix<double> t(p, p);
      for (std::int64_t j = 0; j < p; ++j) t(j, j) = scale[static_cast<std::size_t>(j)];
      solve_triangular<double>(Side::right, Transpose::no, std::as_const(r).view(), t.view());
      return t;
    }
  }
  const SymmetricEigen eigen = symmetric_eigen(std::move(scaled));
  const auto first = std::find_if(eigen.values.begin(), eigen.values.end(),
                                  [&](double value) { return value > negligible * eigen.values.back(); }) -
                     eigen.values.begin();
  Matrix<double> t(p, p - first);
  for (std::int64_t j = 0; j < t.cols(); ++j)
    for (std::int64_t i = 0; i < p; ++i)
      t(i, j) = scale[static_cast<std::size_t>(i)] * eigen.vectors(i, first + j) /
                std::sqrt(eigen.values[static_cast<std::size_t>(first + j)]);
  return t;
}

Matrix<double> product(MatrixView<const double> a, MatrixView<const double> b) {
  Matrix<double> c(a.rows, b.cols);
  multiply<double>(1, a, b, 0, c.view());
  return c;
}

}  // namespace

std::int64_t SubspaceModel::rank() const {
  double largest = 0;
  for (const double value : curvature) largest = std::max(largest, std::abs(value));
  return std::count_if(curvature.begin(), curvature.end(),
                       [&](double value) { return std::abs(value) > negligible * largest; });
}

SubspaceModel subspace_model(const Matrix<double>& gram, const Matrix<double>& hessian,
                             std::span<const double> gradient) {
  const SingleThreadedBlas single_threaded_blas;
  const bool orthonormal = is_identity(gram);
  const Matrix<double> t = orthonormal ? Matrix<double>() : whitening(gram);
  SymmetricEigen eigen =
      symmetric_eigen(orthonormal ? hessian : product(t.view().transposed(), product(hessian.view(), t.view()).view()));
  SubspaceModel model{.curvature = std::move(eigen.values),
                      .basis = orthonormal ? std::move(eigen.vectors) : product(t.view(), eigen.vectors.view())};
  for (std::int64_t j = 0; j < model.basis.cols(); ++j) {
    double sum = 0;
    for (std::int64_t i = 0; i < model.basis.rows(); ++i)
      sum += model.basis(i, j) * gradient[static_cast<std::size_t>(i)];
    model.slope.push_back(sum);
  }
  return model;
}

}  // namespace croquis
