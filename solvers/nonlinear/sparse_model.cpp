#include "solvers/nonlinear/sparse_model.hpp"

#include <cmath>
#include <utility>

#include "linalg/condition.hpp"
#include "linalg/products.hpp"
#include "linalg/sparse_cholesky.hpp"
#include "linalg/sparse_qr.hpp"

namespace croquis {

SparseModel::SparseModel(const CsrView<double, std::int64_t>& j, std::span<const double> r)
    : r_(r.begin(), r.end()), norms_(static_cast<std::size_t>(j.cols)) {
  std::vector<Triplet<double>> entries;
  entries.reserve(static_cast<std::size_t>(j.nonzeros()));
  for (std::int64_t i = 0; i < j.rows; ++i)
    for (std::int64_t k = j.row_start[i]; k < j.row_start[i + 1]; ++k) entries.push_back({i, j.column[k], j.value[k]});
  j_ = SparseMatrix<double>::from_triplets(j.rows, j.cols, entries);
  const auto view = j_.view();
  for (std::int64_t k = 0; k < view.nonzeros(); ++k) {
    double& norm = norms_[static_cast<std::size_t>(view.column[k])];
    norm = std::hypot(norm, view.value[k]);
  }
  ordering_ = SparseCholesky::analyze<double>(view)->ordering;
}

std::vector<double> SparseModel::gradient() const {
  std::vector<double> g(norms_.size());
  multiply_by_transpose<double>(j_, column_major(r_.data(), j_.rows(), std::int64_t{1}),
                                column_major(g.data(), cols(), 1));
  return g;
}

std::vector<double> SparseModel::product(std::span<const double> y) const {
  std::vector<double> jy(r_.size());
  multiply_by<double>(j_, column_major(y.data(), cols(), std::int64_t{1}), column_major(jy.data(), j_.rows(), 1));
  return jy;
}

double SparseModel::decrease(std::span<const double> y) const {
  const std::vector<double> jy = product(y);
  double sum = 0;
  for (std::size_t i = 0; i < jy.size(); ++i) sum += jy[i] * (r_[i] + jy[i] / 2);
  return -sum;
}

SparseModel SparseModel::restricted_to(const std::vector<std::int64_t>& columns) const {
  std::vector<std::int64_t> place(norms_.size(), -1);
  for (std::size_t k = 0; k < columns.size(); ++k)
    place[static_cast<std::size_t>(columns[k])] = static_cast<std::int64_t>(k);
  std::vector<Triplet<double>> entries;
  const auto view = j_.view();
  for (std::int64_t i = 0; i < view.rows; ++i)
    for (std::int64_t k = view.row_start[i]; k < view.row_start[i + 1]; ++k)
      if (const std::int64_t to = place[static_cast<std::size_t>(view.column[k])]; to >= 0)
        entries.push_back({i, to, view.value[k]});
  const auto part = SparseMatrix<double>::from_triplets(view.rows, static_cast<std::int64_t>(columns.size()), entries);
  return SparseModel(part.view(), r_);
}

SparseModel::Factor SparseModel::factor(const std::vector<double>& scale, double lambda) const {
  const std::int64_t m = j_.rows();
  const std::int64_t p = cols();
  // By columns, the entry of the identity below those of J.
  const auto rows = j_.view();
  const std::int64_t below = lambda > 0 ? 1 : 0;
  std::vector<std::int64_t> start(static_cast<std::size_t>(p) + 1);
  for (std::int64_t k = 0; k < rows.nonzeros(); ++k) ++start[static_cast<std::size_t>(rows.column[k]) + 1];
  for (std::size_t j = 1; j < start.size(); ++j) start[j] += start[j - 1] + below;
  std::vector<std::int64_t> row(static_cast<std::size_t>(start.back()));
  std::vector<double> value(row.size());
  std::vector<std::int64_t> next(start.begin(), start.end() - 1);
  for (std::int64_t i = 0; i < m; ++i)
    for (std::int64_t k = rows.row_start[i]; k < rows.row_start[i + 1]; ++k) {
      const auto column = static_cast<std::size_t>(rows.column[k]);
      const auto at = static_cast<std::size_t>(next[column]++);
      row[at] = i;
      value[at] = rows.value[k] / scale[column];
    }
  for (std::int64_t j = 0; below > 0 && j < p; ++j) {
    const auto at = static_cast<std::size_t>(next[static_cast<std::size_t>(j)]);
    row[at] = m + j;
    value[at] = std::sqrt(lambda);
  }
  const CscView<double, std::int64_t> whole{m + below * p, p, start.data(), row.data(), value.data()};
  Matrix<double> b(whole.rows, 1);
  for (std::int64_t i = 0; i < m; ++i) b(i, 0) = -r_[static_cast<std::size_t>(i)];
  const std::vector<double> ones(static_cast<std::size_t>(p), 1.0);
  SparseQr<double> qr = sparse_qr<double>(whole, ones, b.view(), ordering_, lambda > 0 ? 0 : default_rcond<double>(p));
  return {std::move(qr.r), {qr.qtb.entries().begin(), qr.qtb.entries().end()}};
}

}  // namespace croquis
