#include "solvers/nonlinear/jacobian_source.hpp"

#include <algorithm>
#include <limits>

#include "linalg/check.hpp"
#include "linalg/products.hpp"
#include "solvers/nonlinear/finite_differences.hpp"

namespace croquis {
namespace {

// So many columns of the identity stand in memory at once.
constexpr std::int64_t identity_columns = 64;

// Entries that a callable does not write must not be what memory, or the Jacobian before, held there.
void fill_unwritten(MatrixView<double> a) {
  for (std::int64_t j = 0; j < a.cols; ++j)
    for (std::int64_t i = 0; i < a.rows; ++i) a(i, j) = std::numeric_limits<double>::quiet_NaN();
}

}  // namespace

JacobianSource::JacobianSource(const NonlinearProblem& problem, ResidualFunction& residual) : problem_(problem) {
  if (problem.jacobian_times) {
    directional_ = [this](MatrixView<const double> v, MatrixView<double> jv) {
      fill_unwritten(jv);
      problem_.jacobian_times(x_, v, jv);
    };
  } else if (!problem.jacobian && !problem.sparse_jacobian) {
    directional_ = [this, &residual](MatrixView<const double> v, MatrixView<double> jv) {
      difference_quotients(residual, problem_, problem_.differences, x_, r_, v, jv);
    };
  }
}

void JacobianSource::move_to(std::span<const double> x, std::span<const double> r) {
  x_.assign(x.begin(), x.end());
  r_.assign(r.begin(), r.end());
  whole_is_current_ = false;
}

void JacobianSource::multiply(MatrixView<const double> v, MatrixView<double> jv) {
  if (v.cols == 0) return;
  if (whole_is_current_ || !directional_) {
    multiply_by<double>(whole(), v, jv);
    return;
  }
  directional_(v, jv);
  columns_ += v.cols;
}

void JacobianSource::multiply_transposed(MatrixView<const double> u, MatrixView<double> jtu) {
  if (u.cols == 0) return;
  if (problem_.jacobian_transposed_times && !whole_is_current_) {
    fill_unwritten(jtu);
    problem_.jacobian_transposed_times(x_, u, jtu);
  } else {
    multiply_by_transpose<double>(whole(), u, jtu);
  }
}

const AnyMatrixView<double>& JacobianSource::whole() {
  if (!whole_is_current_) {
    make_whole();
    columns_ += problem_.unknowns;
    whole_is_current_ = true;
  }
  return whole_;
}

void JacobianSource::make_whole() {
  const std::int64_t m = problem_.residuals;
  const std::int64_t n = problem_.unknowns;
  if (problem_.sparse_jacobian) {
    sparse_ = problem_.sparse_jacobian(x_);
    check_shape(sparse_.rows(), sparse_.cols(), m, n, "sparse_jacobian",
                "it needs a row for each residual and a column for each unknown");
    whole_ = sparse_;
    return;
  }
  if (dense_.rows() != m)
    dense_ = Matrix<double>::uninitialized(m, n, problem_.jacobian ? problem_.jacobian_layout : Layout::column_major);
  whole_ = dense_;
  if (problem_.jacobian) {
    fill_unwritten(dense_.view());
    problem_.jacobian(x_, dense_.view());
    return;
  }
  const std::int64_t at_once = std::min(identity_columns, n);
  Matrix<double> identity(n, at_once);
  for (std::int64_t first = 0; first < n; first += at_once) {
    const std::int64_t count = std::min(at_once, n - first);
    for (std::int64_t k = 0; k < count; ++k) identity(first + k, k) = 1;
    directional_(identity.view().block(0, 0, n, count), dense_.view().block(0, first, m, count));
    for (std::int64_t k = 0; k < count; ++k) identity(first + k, k) = 0;
  }
}

}  // namespace croquis
