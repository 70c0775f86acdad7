#include "perf/sparse_references.hpp"

#include <cmath>
#include <cstring>
#include <stdexcept>

#include <suitesparse/SuiteSparseQR.hpp>

#include "linalg/blas.hpp"
#include "linalg/products.hpp"
#include "linalg/stored_by_rows.hpp"

namespace croquis::perf {
namespace {

using Vector = Matrix<double>;

class Common {
 public:
  Common() { cholmod_l_start(&common_); }
  ~Common() { cholmod_l_finish(&common_); }
  operator cholmod_common*() { return &common_; }
  cholmod_common* operator->() { return &common_; }

 private:
  cholmod_common common_;
};

// In the arrays of `by_columns`, the rows of the transpose.
cholmod_sparse view_of(const SparseMatrix<double>& by_columns, const double* value) {
  const auto view = by_columns.view();
  cholmod_sparse a{};
  a.nrow = static_cast<std::size_t>(by_columns.cols());
  a.ncol = static_cast<std::size_t>(by_columns.rows());
  a.nzmax = static_cast<std::size_t>(by_columns.nonzeros());
  a.p = const_cast<std::int64_t*>(view.row_start);
  a.i = const_cast<std::int64_t*>(view.column);
  a.x = const_cast<double*>(value);
  a.itype = CHOLMOD_LONG;
  a.xtype = CHOLMOD_REAL;
  a.dtype = CHOLMOD_DOUBLE;
  a.sorted = 1;
  a.packed = 1;
  return a;
}

cholmod_dense view_of(double* x, std::int64_t rows) {
  cholmod_dense b{};
  b.nrow = b.nzmax = b.d = static_cast<std::size_t>(rows);
  b.ncol = 1;
  b.x = x;
  b.xtype = CHOLMOD_REAL;
  b.dtype = CHOLMOD_DOUBLE;
  return b;
}

}  // namespace

SparseReferences::SparseReferences(const SparseMatrix<double>& a, const Matrix<double>& b)
    : a_(a), b_(b), transpose_(stored_by_rows<double>(AnyMatrixView<double>(a).transposed())) {}

std::vector<double> SparseReferences::column_scale() const {
  const auto view = a_.view();
  std::vector<double> scale(static_cast<std::size_t>(view.cols), 0);
  for (std::int64_t k = 0; k < a_.nonzeros(); ++k) scale[view.column[k]] += view.value[k] * view.value[k];
  for (double& entry : scale) entry = entry > 0 ? 1 / std::sqrt(entry) : 1;
  return scale;
}

ReferenceSolution SparseReferences::spqr() const {
  Common common;
  cholmod_sparse a = view_of(transpose_, transpose_.view().value);
  Vector copy = b_;
  cholmod_dense b = view_of(copy.data(), a_.rows());
  cholmod_dense* x = SuiteSparseQR<double>(SPQR_ORDERING_DEFAULT, SPQR_NO_TOL, &a, &b, common);
  if (x == nullptr) throw std::runtime_error("SPQR failed");
  const auto* const values = static_cast<const double*>(x->x);
  ReferenceSolution result{std::vector<double>(values, values + a_.cols()), 0};
  cholmod_l_free_dense(&x, common);
  return result;
}

ReferenceSolution SparseReferences::normal_equations() const {
  Common common;
  const auto view = a_.view();
  std::vector<double> value(view.value, view.value + a_.nonzeros());
  const std::vector<double> scale = column_scale();
  for (std::size_t k = 0; k < value.size(); ++k) value[k] *= scale[view.column[k]];
  cholmod_sparse f = view_of(a_, value.data());
  cholmod_factor* factor = cholmod_l_analyze(&f, common);
  cholmod_l_factorize(&f, factor, common);
  const std::int64_t n = a_.cols();
  Vector x(n, 1), r(a_.rows(), 1), g(n, 1);
  for (int step = 0; step < 3; ++step) {
    residual_and_gradient<double>(a_, x.view(), b_.view(), r.view(), g.view());
    for (std::int64_t j = 0; j < n; ++j) g(j, 0) *= scale[j];
    cholmod_dense right = view_of(g.data(), n);
    cholmod_dense* change = cholmod_l_solve(CHOLMOD_A, factor, &right, common);
    if (change == nullptr) throw std::runtime_error("CHOLMOD failed");
    for (std::int64_t j = 0; j < n; ++j) x(j, 0) += scale[j] * static_cast<const double*>(change->x)[j];
    cholmod_l_free_dense(&change, common);
  }
  cholmod_l_free_factor(&factor, common);
  return {std::vector<double>(x.data(), x.data() + n), 0};
}

ReferenceSolution SparseReferences::lsqr(double tolerance) const {
  constexpr std::int64_t most_iterations = 3000;
  const std::int64_t m = a_.rows(), n = a_.cols();
  const AnyMatrixView<double> a = a_;
  const std::vector<double> scale = column_scale();
  Vector u = b_, v(n, 1), w(n, 1), image(m, 1), back(n, 1);
  ReferenceSolution result{std::vector<double>(static_cast<std::size_t>(n), 0), 0};
  const auto normalized = [](Vector& x) {
    const double norm = norm2(x.rows(), x.data());
    if (norm > 0)
      for (double& entry : x.entries()) entry /= norm;
    return norm;
  };
  double beta = normalized(u);
  const auto apply_transpose = [&] {
    multiply_by_transpose<double>(a, u.view(), back.view());
    for (std::int64_t j = 0; j < n; ++j) back(j, 0) *= scale[j];
  };
  apply_transpose();
  v = back;
  double alpha = normalized(v);
  w = v;
  double phi = beta, rho_bar = alpha;
  const double frobenius = std::sqrt(static_cast<double>(n));
  while (result.iterations < most_iterations) {
    ++result.iterations;
    for (std::int64_t j = 0; j < n; ++j) back(j, 0) = v(j, 0) * scale[j];
    multiply_by<double>(a, back.view(), image.view());
    for (std::int64_t i = 0; i < m; ++i) u(i, 0) = image(i, 0) - alpha * u(i, 0);
    beta = normalized(u);
    apply_transpose();
    for (std::int64_t j = 0; j < n; ++j) v(j, 0) = back(j, 0) - beta * v(j, 0);
    alpha = normalized(v);
    const double rho = std::hypot(rho_bar, beta), c = rho_bar / rho, s = beta / rho, theta = s * alpha;
    rho_bar = -c * alpha;
    for (std::int64_t j = 0; j < n; ++j) {
      result.x[j] += phi * c / rho * w(j, 0);
      w(j, 0) = v(j, 0) - theta / rho * w(j, 0);
    }
    phi *= s;
    if (alpha * std::abs(c) <= tolerance * frobenius) break;  // ||D A^T r|| / ||r||
  }
  for (std::int64_t j = 0; j < n; ++j) result.x[j] *= scale[j];
  return result;
}

double SparseReferences::relative_gradient(const std::vector<double>& x) const {
  if (x.empty()) return std::nan("");
  Vector column(a_.cols(), 1), r(a_.rows(), 1), g(a_.cols(), 1);
  std::copy(x.begin(), x.end(), column.data());
  residual_and_gradient<double>(a_, column.view(), b_.view(), r.view(), g.view());
  const std::vector<double> scale = column_scale();
  for (std::int64_t j = 0; j < a_.cols(); ++j) g(j, 0) *= scale[j];
  return norm2(a_.cols(), g.data()) / (std::sqrt(static_cast<double>(a_.cols())) * norm2(a_.rows(), r.data()));
}

double SparseReferences::relative_gradient(const Matrix<double>& x) const {
  return relative_gradient(std::vector<double>(x.data(), x.data() + x.rows()));
}

}  // namespace croquis::perf
