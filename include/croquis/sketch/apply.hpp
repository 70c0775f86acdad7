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
/// | S | cost for a dense A | times A is read |
/// |---|---|---|
/// | SparseSign | `nonzeros` m n additions | once, from d = 2^16 on once per 2^16 rows of S |
/// | Srht | m n log2(16 d) additions | once |
/// | HashedRht | m n (log2(B) + `nonzeros`) additions, B the order of its blocks | once |
/// | Srtt | m n log2(m) times a small constant | once |
/// | Gaussian, Rademacher, Uniform | 2 d m n flops and d m entries of S | once per 384 rows of S |
/// | RowSampling | d n multiplications | d rows of it |
///
/// For a sparse A sparse sign costs `nonzeros` additions for each entry; the others but RowSampling 2 d flops for each
/// and d m entries of S (HashedRht: and B `nonzeros` additions for each column of S). `apply_sparse` returns a sparse
/// result.
///
/// Allocates tiles of S and of the result, never S whole (sparse sign and HashedRht: 4 `nonzeros` m bytes). A sparse A
/// is copied by the families that work on blocks of its rows, and by sparse sign if it is stored by rows and the result
/// is over 16 MiB.
///
/// The result does not depend on the number of threads. Overlap of `out` with A is not detected; the result is then
/// undefined. Throws `ShapeError` if the shapes do not fit and `InvalidOption` if S is not a valid operator; `out` is
/// then unchanged. Where memory runs out half-way (`std::bad_alloc`) its entries are unspecified. m = 0 gives zeros, n
/// = 0 does nothing.
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
/// rounding; the same splitting gives the same bits. Throws as `apply` does.
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
