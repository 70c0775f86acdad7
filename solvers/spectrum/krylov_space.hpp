// The space of a block Lanczos method.
#pragma once

#include <cstdint>
#include <vector>

#include "solvers/spectrum/counted_products.hpp"

namespace croquis {

/// Ritz pairs: eigenvalues of V^T A V, ascending, their coordinates in V, and what A V y differs from V y theta by.
struct RitzPairs {
  std::vector<double> values;
  Matrix<double> coordinates;
  std::vector<double> residual_norms;
};

/// An orthonormal basis V (n x m) with A V = V T + Q C, where Q holds the next block, orthonormal and orthogonal to V,
/// and T is symmetric.
///
/// A block Krylov space has C in its last columns only. After a restart, and after vectors were added that have nothing
/// to do with it, the same equation holds with another C, so one step serves all: multiply Q by A, orthogonalize in
/// full, and take what is left for the next block.
class KrylovSpace {
 public:
  /// Room for m = `most_columns` and blocks Q of `most_block` columns; `asymmetry` is the largest that is not an error.
  KrylovSpace(CountedProducts& a, std::int64_t most_columns, std::int64_t most_block, double asymmetry);

  std::int64_t size() const { return m_; }
  std::int64_t next_block() const { return p_; }
  double norm_estimate() const { return norm_; }

  /// Forgets Q and takes random vectors, orthogonal to V, in its place.
  void take_random_block(std::int64_t columns, std::uint64_t seed);
  /// Starts again from orthonormal X and A X = X diag(values) + R.
  void start_from(const Matrix<double>& x, const std::vector<double>& values, const Matrix<double>& residual);
  /// V := [V Q], and a new Q. False if a product is not finite.
  [[nodiscard]] bool expand();
  RitzPairs ritz_pairs() const;
  /// V := V Y for the coordinates Y of the Ritz pairs in `kept`. Works in place.
  void restart(const RitzPairs& pairs, const std::vector<std::int64_t>& kept);
  /// V Y for the same.
  Matrix<double> vectors(const RitzPairs& pairs, const std::vector<std::int64_t>& kept) const;

 private:
  MatrixView<double> basis(std::int64_t first, std::int64_t count) {
    return v_.view().block(0, first, v_.rows(), count);
  }
  void set_next_block(const Matrix<double>& q);
  void check_symmetry(const Matrix<double>& h) const;

  CountedProducts& a_;
  double asymmetry_;
  Matrix<double> v_;  // V and Q, one behind the other
  Matrix<double> t_;
  Matrix<double> c_;
  std::int64_t m_ = 0;
  std::int64_t p_ = 0;
  double norm_ = 0;
  std::int64_t random_vectors_ = 0;
};

}  // namespace croquis
