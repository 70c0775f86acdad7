// Extreme singular values of a triangular matrix.
#pragma once

#include <cstdint>
#include <functional>

#include <croquis/linalg/matrix_view.hpp>

namespace croquis {

/// The relative tolerance below which singular values of a matrix with columns of norms near one count as zero: 30
/// units of roundoff, or 2 sqrt(n) of them if that is more.
template <class T>
double default_rcond(std::int64_t n);

struct ExtremeSingularValues {
  double largest = 0;
  double smallest = 0;
};

/// Estimates of the largest and the smallest singular value of the upper triangular R, by power iteration with R^T R
/// and with its inverse from a fixed start: the largest from below and the smallest from above, nearly always within a
/// factor of two. Zero on the diagonal makes the smallest zero. Cost: about 30 n^2 flops.
template <class T>
ExtremeSingularValues extreme_singular_values(MatrixView<const T> r);

/// A square matrix R without zeros on its diagonal, by what it does to n entries in place.
template <class T>
struct InvertibleTriangle {
  std::function<void(T*)> multiply;             ///< x := R x
  std::function<void(T*)> multiply_transposed;  ///< x := R^T x
  std::function<void(T*)> solve;                ///< x := R^-1 x
  std::function<void(T*)> solve_transposed;     ///< x := R^-T x
};

/// The same of any n x n triangle: 16 products with it and 8 solves.
template <class T>
ExtremeSingularValues extreme_singular_values(std::int64_t n, const InvertibleTriangle<T>& r);

}  // namespace croquis
