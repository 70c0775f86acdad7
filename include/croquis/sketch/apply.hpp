// Applying a sketching operator: the product with a matrix, with a block of it, and the operator's own entries.
#pragma once

#include <cstdint>

#include <croquis/export.hpp>
#include <croquis/linalg/any_matrix_view.hpp>
#include <croquis/sketch/any_sketch.hpp>

namespace croquis {

/// out = S A.
///
/// | argument | shape | |
/// |---|---|---|
/// | S | d x m | |
/// | A | m x n | dense in either layout, CSR or CSC |
/// | out | d x n | either layout, overwritten; must not overlap A |
///
/// Cost: sparse sign `nonzeros` m n additions (for a sparse A, `nonzeros` for each of its entries); Srht about
/// m n log2(16 d) additions; HashedRht m n (log2(B) + `nonzeros`), B the order of its blocks; Srtt m n log2(m) times a
/// small constant; Gaussian, and the transforms of a sparse A, 2 d flops for each entry of A and d m entries of S (of a
/// HashedRht, B `nonzeros` additions for each column of S as well). A is read once, by a sketch with independent entries
/// (Gaussian, Rademacher, uniform) once per 384 rows of S. Allocates tiles of S and of the result, never S whole (sparse
/// sign and HashedRht: 4 `nonzeros` m bytes), and copies of a sparse A: sparse sign copies one stored by rows if the
/// result is over 16 MiB and works in the order of A otherwise, the others work by blocks of rows and copy from either
/// storage. `apply_sparse` returns a sparse result. The
/// result does not depend on the number of threads. Overlap of `out` with A is not detected; the result is then
/// undefined. Throws `ShapeError` if the shapes do not fit and `InvalidOption` if S is not a valid operator; `out` is
/// then unchanged. m = 0 gives zeros, n = 0 does nothing.
CROQUIS_API void apply(const AnySketch& s, const AnyMatrixView<float>& a, MatrixView<float> out);
CROQUIS_API void apply(const AnySketch& s, const AnyMatrixView<double>& a, MatrixView<double> out);

/// out += S(:, first_row + [0, k)) A_block: the contribution of k consecutive rows of A to S A.
///
/// | argument | shape | |
/// |---|---|---|
/// | S | d x m | |
/// | A_block | k x n | rows first_row, ..., first_row + k - 1 of A; 0 <= first_row, first_row + k <= m |
/// | out | d x n | either layout, added to; must not overlap A_block |
///
/// The primitive behind streams, out-of-core files and distributed rows. Sums over different splittings of A agree to
/// rounding; the same splitting gives the same bits. Throws as `apply` does; `out` is then unchanged.
CROQUIS_API void accumulate(const AnySketch& s, std::int64_t first_row, const AnyMatrixView<float>& a_block,
                            MatrixView<float> out);
CROQUIS_API void accumulate(const AnySketch& s, std::int64_t first_row, const AnyMatrixView<double>& a_block,
                            MatrixView<double> out);

/// out = A S^T: sketches the columns of A (n x m) instead of its rows; out is n x d. Otherwise as `apply`.
CROQUIS_API void apply_right(const AnyMatrixView<float>& a, const AnySketch& s, MatrixView<float> out);
CROQUIS_API void apply_right(const AnyMatrixView<double>& a, const AnySketch& s, MatrixView<double> out);

/// out = S(first_row + [0, out.rows), first_col + [0, out.cols)): the entries themselves, for tests, plots and
/// teaching. Throws `ShapeError` if the block leaves S.
CROQUIS_API void fill(const AnySketch& s, MatrixView<float> out, std::int64_t first_row = 0,
                      std::int64_t first_col = 0);
CROQUIS_API void fill(const AnySketch& s, MatrixView<double> out, std::int64_t first_row = 0,
                      std::int64_t first_col = 0);

/// S A as a new column-major matrix.
CROQUIS_API Matrix<float> operator*(const AnySketch& s, const AnyMatrixView<float>& a);
CROQUIS_API Matrix<double> operator*(const AnySketch& s, const AnyMatrixView<double>& a);

}  // namespace croquis
