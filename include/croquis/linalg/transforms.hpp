// Fast orthogonal transforms of the columns of a matrix, in place.
#pragma once

#include <cstdint>

#include <croquis/export.hpp>
#include <croquis/linalg/matrix_view.hpp>

namespace croquis {

/// Walsh-Hadamard transform: each column a of `A` becomes H a, H(i, j) = (-1)^popcount(i & j), unnormalised
/// (H H = rows * I).
///
/// | argument | shape | |
/// |---|---|---|
/// | A | m x n | either layout, overwritten; m is a power of two |
///
/// Cost: m n log2(m) additions; for a row-major A, a cached block of workspace per thread. Columns are transformed in
/// parallel; the result does not depend on the number of threads. Throws `ShapeError` unless m is a power of two (or
/// zero).
CROQUIS_API void walsh_hadamard_transform(MatrixView<float> a);
CROQUIS_API void walsh_hadamard_transform(MatrixView<double> a);

/// The trigonometric transforms of `trigonometric_transform`.
enum class TrigonometricTransform {
  dct,     ///< DCT-II: C(k, j) = sqrt((k == 0 ? 1 : 2) / m) cos(pi k (2 j + 1) / (2 m))
  hartley  ///< discrete Hartley: C(k, j) = (cos(2 pi k j / m) + sin(2 pi k j / m)) / sqrt(m)
};

/// True if croquis was built with FFTW, which `trigonometric_transform` and `Srtt` need.
CROQUIS_API bool has_trigonometric_transforms();

/// Orthogonal trigonometric transform: each column a of `A` becomes C a with the orthogonal C of `kind`.
///
/// | argument | shape | |
/// |---|---|---|
/// | A | m x n | either layout, overwritten; any m |
///
/// Cost: O(m n log m), one column of workspace per thread; plans are kept by length for the life of the process.
/// Columns are transformed in parallel; the result does not depend on the number of threads.
/// Throws `InvalidOption` if croquis was built without FFTW, `ShapeError` for an invalid view.
CROQUIS_API void trigonometric_transform(TrigonometricTransform kind, MatrixView<float> a);
CROQUIS_API void trigonometric_transform(TrigonometricTransform kind, MatrixView<double> a);

}  // namespace croquis
