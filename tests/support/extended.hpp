// Dense linear algebra in long double: where a test must resolve errors of a roundoff of double.
#pragma once

#include <cstdint>
#include <vector>

namespace croquis::test {

/// A column-major matrix of long doubles (64-bit significand on x86, 1.1e-19).
struct ExtendedMatrix {
  std::int64_t rows = 0;
  std::int64_t cols = 0;
  std::vector<long double> entries;

  ExtendedMatrix() = default;
  ExtendedMatrix(std::int64_t rows_, std::int64_t cols_) : rows(rows_), cols(cols_), entries(rows_ * cols_, 0.0L) {}
  long double* column(std::int64_t j) { return entries.data() + j * rows; }
  const long double* column(std::int64_t j) const { return entries.data() + j * rows; }
  long double& operator()(std::int64_t i, std::int64_t j) { return entries[i + j * rows]; }
  long double operator()(std::int64_t i, std::int64_t j) const { return entries[i + j * rows]; }
};

long double dot(std::int64_t n, const long double* x, const long double* y);
long double norm(const std::vector<long double>& x);

/// The n x n triangle R of A = Q R (m >= n), by Householder reflections. Costs 2 m n^2 flops without SIMD: about half a
/// second for 20000 x 100.
ExtendedMatrix triangular_factor(ExtendedMatrix a);

/// Singular values (in no order) and right singular vectors of A (m >= n), by one-sided Jacobi rotations.
struct RightSingularSystem {
  std::vector<long double> sigma;
  ExtendedMatrix v;
};
RightSingularSystem right_singular_system(ExtendedMatrix a);

}  // namespace croquis::test
