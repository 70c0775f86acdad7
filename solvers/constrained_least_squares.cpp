#include <croquis/solvers/constrained_least_squares.hpp>

#include <cmath>
#include <string>
#include <utility>

#include "linalg/blas.hpp"
#include "linalg/check.hpp"
#include "linalg/condition.hpp"
#include "linalg/copy.hpp"
#include "linalg/finite.hpp"
#include "linalg/full_qr.hpp"
#include "linalg/parallel.hpp"
#include "linalg/products.hpp"
#include "solvers/column_scaling.hpp"
#include "solvers/conclude.hpp"
#include "solvers/solve_problem.hpp"

namespace croquis {
namespace {

// The constraints C x = d, rows scaled to norms near one, as Q and R of C^T P = Q R, cut to the numerical rank.
template <class T>
class Constraints {
 public:
  Constraints(MatrixView<const T> c, MatrixView<const T> d, double rcond)
      : c_(Matrix<T>::uninitialized(c.cols, c.rows)), d_(Matrix<T>::uninitialized(d.rows, d.cols)) {
    copy<T>(c.transposed(), c_.view());
    copy<T>(d, d_.view());
    const std::vector<T> scale = unit_column_scale<T>(c_.view());
    scale_columns<T>(c_.view(), scale);
    for (std::int64_t k = 0; k < d.cols; ++k)
      for (std::int64_t i = 0; i < d.rows; ++i) d_(i, k) *= scale[i];
    qr_ = full_qr<T>(c_.view());
    if (!(rcond > 0)) rcond = default_rcond<T>(c.cols);
    tolerance_ = rcond;
    while (rank_ < qr_.r.rows() && std::abs(qr_.r(rank_, rank_)) > rcond * std::abs(qr_.r(0, 0))) ++rank_;
  }

  std::int64_t rank() const { return rank_; }
  std::int64_t count() const { return d_.rows(); }
  MatrixView<const T> null_space() const {
    return std::as_const(qr_.q).view().block(0, rank_, qr_.q.rows(), qr_.q.rows() - rank_);
  }

  // x += Q1 R1^-T P^T (d - C x): within the range of C^T to where the constraints hold.
  void enforce(Matrix<T>& x) const {
    Matrix<T> rest = violation(x);
    Matrix<T> y(rank_, x.cols());
    for (std::int64_t k = 0; k < x.cols(); ++k)
      for (std::int64_t i = 0; i < rank_; ++i) y(i, k) = rest(qr_.permutation[i], k);
    solve_triangular<T>(Side::left, Transpose::yes, qr_.r.view().block(0, 0, rank_, rank_), y.view());
    const SingleThreadedBlas single_threaded_blas;
    multiply<T>(1, qr_.q.view().block(0, 0, qr_.q.rows(), rank_), y.view(), 1, x.view());
  }

  // ||d - C x|| relative to ||C|| ||x|| + ||d||, the largest over the right-hand sides.
  double relative_violation(const Matrix<T>& x) const {
    const Matrix<T> rest = violation(x);
    double worst = 0;
    for (std::int64_t k = 0; k < x.cols(); ++k) {
      const double norm = norm2(rest.rows(), rest.data() + k * rest.rows());
      const double size = norm2(c_.rows() * c_.cols(), c_.data()) * norm2(x.rows(), x.data() + k * x.rows()) +
                          norm2(d_.rows(), d_.data() + k * d_.rows());
      if (norm > 0) worst = std::max(worst, norm / size);
    }
    return worst;
  }
  double tolerance() const { return tolerance_; }

 private:
  Matrix<T> violation(const Matrix<T>& x) const {
    Matrix<T> rest = d_;
    const SingleThreadedBlas single_threaded_blas;
    if (rest.rows() > 0) multiply<T>(-1, c_.view().transposed(), x.view(), 1, rest.view());
    return rest;
  }

  Matrix<T> c_;  // C^T, n x p
  Matrix<T> d_;
  FullQr<T> qr_;
  std::int64_t rank_ = 0;
  double tolerance_ = 0;
};

template <class T>
LeastSquaresFit<T> without_solution(Status status, std::string message) {
  LeastSquaresFit<T> fit;
  fit.status = status;
  fit.message = "not solved: " + std::move(message);
  return fit;
}

template <class T>
LeastSquaresFit<T> solve(const AnyMatrixView<T>& a, MatrixView<const T> b, MatrixView<const T> c, MatrixView<const T> d,
                         const LeastSquaresOptions& options) {
  check_view(a, "A");
  check_view(b, "B");
  check_view(c, "C");
  check_view(d, "D");
  check_right_hand_side(a.rows(), a.cols(), b.rows, b.cols);
  if (c.cols != a.cols())
    throw ShapeError("C is " + shape_text(c.rows, c.cols) + " but A is " + shape_text(a.rows(), a.cols()) +
                     ": C needs a column for each column of A");
  check_shape(d.rows, d.cols, c.rows, b.cols, "D", "it has C's rows and B's columns");
  if (!all_finite<T>(c) || !all_finite<T>(d))
    return without_solution<T>(Status::non_finite_input, "C or D holds a NaN or an infinity");
  if (!all_finite<T>(a) || !all_finite<T>(b))
    return without_solution<T>(Status::non_finite_input, "A or B holds a NaN or an infinity");

  const Constraints<T> constraints(c, d, options.rcond);
  Matrix<T> x(a.cols(), b.cols);
  constraints.enforce(x);
  constraints.enforce(x);
  const std::string independent =
      std::to_string(constraints.rank()) + " independent constraints of " + std::to_string(constraints.count());
  // A contradiction leaves a violation of the size of what it contradicts; rounding, a few units of the tolerance.
  if (!(constraints.relative_violation(x) <= constraints.tolerance()))
    return without_solution<T>(Status::inconsistent_constraints,
                               "no x satisfies the constraints: " + independent + " leave a violation of " +
                                   scientific(constraints.relative_violation(x)) + " in the others");

  const MatrixView<const T> null_space = constraints.null_space();
  Matrix<T> reduced = Matrix<T>::uninitialized(a.rows(), null_space.cols);
  multiply_by<T>(a, null_space, reduced.view());
  Matrix<T> rest = Matrix<T>::uninitialized(a.rows(), b.cols);
  multiply_by<T>(a, std::as_const(x).view(), rest.view());
  for (std::int64_t k = 0; k < b.cols; ++k)
    for (std::int64_t i = 0; i < a.rows(); ++i) rest(i, k) = b(i, k) - rest(i, k);
  LeastSquaresFit<T> fit = least_squares(reduced, std::as_const(rest).view(), options);
  fit.passes += 2;
  if (fit.x.rows() == null_space.cols && fit.x.cols() == b.cols) {
    {
      const SingleThreadedBlas single_threaded_blas;
      if (null_space.cols > 0) multiply<T>(1, null_space, fit.x.view(), 1, x.view());
    }
    constraints.enforce(x);
    fit.x = std::move(x);
  }
  fit.message += "; " + independent + ", by their null space";
  return fit;
}

}  // namespace

LeastSquaresFit<float> constrained_least_squares(const AnyMatrixView<float>& a, MatrixView<const float> b,
                                                 MatrixView<const float> c, MatrixView<const float> d,
                                                 const LeastSquaresOptions& options) {
  return solve(a, b, c, d, options);
}
LeastSquaresFit<double> constrained_least_squares(const AnyMatrixView<double>& a, MatrixView<const double> b,
                                                  MatrixView<const double> c, MatrixView<const double> d,
                                                  const LeastSquaresOptions& options) {
  return solve(a, b, c, d, options);
}

}  // namespace croquis
