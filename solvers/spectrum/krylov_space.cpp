#include "solvers/spectrum/krylov_space.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "linalg/blas.hpp"
#include "linalg/copy.hpp"
#include "linalg/parallel.hpp"
#include "linalg/products.hpp"
#include "linalg/select_columns.hpp"
#include "linalg/symmetric_eigen.hpp"
#include "solvers/spectrum/block_basis.hpp"
#include "solvers/spectrum/sphere_vectors.hpp"

namespace croquis {
namespace {

constexpr double roundoff = std::numeric_limits<double>::epsilon() / 2;
// What is left of a product after orthogonalization below this many roundoffs of A's norm is rounding error.
constexpr double negligible_roundoffs = 100;
constexpr std::int64_t rows_of_a_tile = 1024;

}  // namespace

KrylovSpace::KrylovSpace(CountedProducts& a, std::int64_t most_columns, std::int64_t most_block, double asymmetry)
    : a_(a),
      asymmetry_(asymmetry),
      v_(Matrix<double>::uninitialized(a.size(), most_columns + most_block)),
      t_(most_columns, most_columns),
      c_(most_block, most_columns) {}

void KrylovSpace::set_next_block(const Matrix<double>& q) {
  p_ = q.cols();
  copy<double>(q.view(), basis(m_, p_));
}

void KrylovSpace::take_random_block(std::int64_t columns, std::uint64_t seed) {
  auto block = Matrix<double>::uninitialized(v_.rows(), std::min(columns, v_.rows() - m_));
  fill_sphere_vectors(seed, random_vectors_, block.view());
  random_vectors_ += block.cols();
  (void)project_out(basis(0, m_), block.view());
  set_next_block(complement_basis(basis(0, m_), block.view(), 0));
  set_zero(c_.view());
}

void KrylovSpace::start_from(const Matrix<double>& x, const std::vector<double>& values,
                             const Matrix<double>& residual) {
  m_ = x.cols();
  copy<double>(x.view(), basis(0, m_));
  set_zero(t_.view());
  set_zero(c_.view());
  for (std::int64_t j = 0; j < m_; ++j) t_(j, j) = values[static_cast<std::size_t>(j)];
  Matrix<double> rest = residual;
  (void)project_out(basis(0, m_), rest.view());
  set_next_block(complement_basis(basis(0, m_), rest.view(), negligible_roundoffs * roundoff * norm_));
  multiply_by_transpose<double>(MatrixView<const double>(basis(m_, p_)), rest.view(), c_.view().block(0, 0, p_, m_));
}

void KrylovSpace::check_symmetry(const Matrix<double>& h) const {
  double difference = 0;
  for (std::int64_t j = 0; j < p_; ++j) {
    for (std::int64_t i = 0; i < m_; ++i) difference = std::max(difference, std::abs(h(i, j) - c_(j, i)));
    for (std::int64_t i = 0; i < j; ++i) difference = std::max(difference, std::abs(h(m_ + i, j) - h(m_ + j, i)));
  }
  if (difference > asymmetry_ * norm_) fail_as_not_symmetric(difference, norm_);
}

bool KrylovSpace::expand() {
  const std::int64_t n = v_.rows();
  auto w = Matrix<double>::uninitialized(n, p_);
  if (!a_.multiply(basis(m_, p_), w.view())) return false;
  for (std::int64_t j = 0; j < p_; ++j) norm_ = std::max(norm_, norm2(n, w.data() + j * n));
  const Matrix<double> h = project_out(basis(0, m_ + p_), w.view());
  check_symmetry(h);
  for (std::int64_t j = 0; j < p_; ++j) {
    for (std::int64_t i = 0; i < m_; ++i) t_(i, m_ + j) = t_(m_ + j, i) = h(i, j);
    for (std::int64_t i = 0; i < p_; ++i) t_(m_ + i, m_ + j) = (h(m_ + i, j) + h(m_ + j, i)) / 2;
  }
  const std::int64_t before = m_;
  const std::int64_t added = p_;
  m_ += p_;
  set_next_block(complement_basis(basis(0, m_), w.view(), negligible_roundoffs * roundoff * norm_));
  set_zero(c_.view());
  multiply_by_transpose<double>(MatrixView<const double>(basis(m_, p_)), w.view(),
                                c_.view().block(0, before, p_, added));
  return true;
}

RitzPairs KrylovSpace::ritz_pairs() const {
  SymmetricEigen eigen = symmetric_eigen(Matrix<double>(MatrixView<const double>(t_.view().block(0, 0, m_, m_))));
  Matrix<double> residuals(p_, m_);
  {
    const SingleThreadedBlas single_threaded_blas;
    multiply<double>(1, c_.view().block(0, 0, p_, m_), eigen.vectors.view(), 0, residuals.view());
  }
  RitzPairs pairs{std::move(eigen.values), std::move(eigen.vectors), {}};
  for (std::int64_t j = 0; j < m_; ++j) pairs.residual_norms.push_back(norm2(p_, residuals.data() + j * p_));
  return pairs;
}

Matrix<double> KrylovSpace::vectors(const RitzPairs& pairs, const std::vector<std::int64_t>& kept) const {
  const Matrix<double> y = select_dense_columns(pairs.coordinates.view(), kept);
  auto x = Matrix<double>::uninitialized(v_.rows(), y.cols());
  multiply_by<double>(v_.view().block(0, 0, v_.rows(), m_), y.view(), x.view());
  return x;
}

void KrylovSpace::restart(const RitzPairs& pairs, const std::vector<std::int64_t>& kept) {
  const Matrix<double> y = select_dense_columns(pairs.coordinates.view(), kept);
  const std::int64_t k = y.cols();
  const Partition tiles(v_.rows(), (v_.rows() + rows_of_a_tile - 1) / rows_of_a_tile);
  for_each_tile(tiles.count, [&](std::int64_t tile) {
    const std::int64_t rows = tiles.length(tile);
    const MatrixView<double> old = v_.view().block(tiles.begin(tile), 0, rows, m_);
    Matrix<double> turned(rows, k);
    multiply<double>(1, old, y.view(), 0, turned.view());
    copy_serial<double>(turned.view(), old.block(0, 0, rows, k));
    for (std::int64_t j = 0; j < p_; ++j)
      std::copy_n(v_.data() + (m_ + j) * v_.rows() + tiles.begin(tile), rows,
                  v_.data() + (k + j) * v_.rows() + tiles.begin(tile));
  });
  Matrix<double> c(p_, k);
  {
    const SingleThreadedBlas single_threaded_blas;
    multiply<double>(1, c_.view().block(0, 0, p_, m_), y.view(), 0, c.view());
  }
  set_zero(t_.view());
  set_zero(c_.view());
  for (std::int64_t j = 0; j < k; ++j)
    t_(j, j) = pairs.values[static_cast<std::size_t>(kept[static_cast<std::size_t>(j)])];
  copy_serial<double>(c.view(), c_.view().block(0, 0, p_, k));
  m_ = k;
  // Restarts add up rounding errors of Y.
  polish_orthonormal(basis(0, m_));
  (void)project_out(basis(0, m_), basis(m_, p_));
  polish_orthonormal(basis(m_, p_));
}

}  // namespace croquis
