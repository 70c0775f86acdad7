// Least squares over rows that come in blocks and are never in memory whole.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include <croquis/export.hpp>
#include <croquis/linalg/any_matrix_view.hpp>
#include <croquis/solvers/bootstrap.hpp>
#include <croquis/solvers/least_squares.hpp>

namespace croquis {

/// Options of `LeastSquaresStream`.
struct LeastSquaresStreamOptions {
  /// The operator; its columns are the most rows the stream may have. Not given: `SparseSign` of 2^40 columns with 8
  /// nonzeros, `sketch_rows` rows and `seed`, whose entries depend on no number of rows.
  std::optional<AnySketch> sketch = std::nullopt;
  /// Rows of that sketch, at least the columns of A. 0: 12 for each column.
  std::int64_t sketch_rows = 0;
  std::uint64_t seed = 0;
  double rcond = 0;  ///< as in `LeastSquaresOptions`
  BootstrapOptions bootstrap = {};
};

/// What one pass over a stream tells. `residual_norm` is estimated from the sketch; `gradient_norm` and
/// `backward_error`, which take a second pass, are empty.
template <class T>
struct [[nodiscard]] LeastSquaresStreamFit : LeastSquaresFit<T> {
  std::int64_t rows = 0;  ///< of the stream
  /// Bounds on ||b - A x||, one per right-hand side: the norm of S (b - A x) over the largest and the smallest factor
  /// that S multiplies lengths by, if it is as good to the range of [A b] as to a random subspace.
  std::vector<double> residual_low;
  std::vector<double> residual_high;
};

/// Sketch-and-solve in one pass: keeps S A and S b and nothing else, adding S(:, rows) [A b] block by block.
///
/// Memory: d (n + k) entries, or more where those are less than 16 MiB, but no more than that; max(2048, d / 2) (n + k)
/// for small blocks, which are collected; and 4 bytes for each nonzero of S in the rows of a block. d = 12 n unless
/// asked otherwise. `finish` takes 3 d (n + k) for as long as it runs. Dense blocks of max(256, d / 8) rows or more are
/// read where they lie, other blocks of max(2048, d / 2) rows. The result depends on where the blocks are cut to
/// rounding only, and not on the number of threads.
template <class T>
class CROQUIS_API LeastSquaresStream {
 public:
  /// For a matrix of `cols` columns and `vectors` right-hand sides. Throws `InvalidOption`.
  explicit LeastSquaresStream(std::int64_t cols, std::int64_t vectors = 1, LeastSquaresStreamOptions options = {});
  ~LeastSquaresStream();
  LeastSquaresStream(LeastSquaresStream&&) noexcept;
  LeastSquaresStream& operator=(LeastSquaresStream&&) noexcept;

  /// The next rows of A, dense in either layout or sparse, and of B. Throws `ShapeError` if the shapes do not fit those
  /// of the stream or its rows are more than S has columns; the stream is then as before. A NaN or an infinity is
  /// remembered, with its row, and the rows that follow are only counted. Where memory runs out within a block the sums
  /// are lost, and this and `finish` throw `Error` from then on.
  void add(const AnyMatrixView<T>& a_block, MatrixView<const T> b_block);
  void add(const AnyMatrixView<T>& a_block, std::span<const T> b_block);

  /// Rows added so far.
  std::int64_t rows() const;

  /// The sketch-and-solve solution for the rows so far, with its error bars; more may be added afterwards. Status
  /// `preview`, or `non_finite_input` with the row named. Throws `ShapeError` while there are fewer rows than columns.
  LeastSquaresStreamFit<T> finish();

 private:
  class Implementation;
  std::unique_ptr<Implementation> implementation_;
};

extern template class LeastSquaresStream<float>;
extern template class LeastSquaresStream<double>;

/// Takes the next rows of A and of B.
template <class T>
using RowBlockVisitor = std::function<void(const AnyMatrixView<T>& a_block, MatrixView<const T> b_block)>;

/// A stream that can be read again: `for_each_block(visit)` hands all rows to `visit`, in order, the same ones at each
/// call; how they are cut into blocks may differ.
template <class T>
struct RowBlockSource {
  std::int64_t cols = 0;
  std::int64_t vectors = 1;
  std::function<void(const RowBlockVisitor<T>& visit)> for_each_block = nullptr;
};

/// Solves min ||A X - B|| over a source to full backward accuracy, as `least_squares` does by sketch-and-precondition,
/// each pass over A one reading of the source, each block used once for both halves of a fused product.
///
/// A first pass takes B, a second the sketch; 17 to 45 more follow. Memory grows with the rows, if not with m n: B and
/// the residuals are held, 2 m k entries, and up to 3 m k while B comes in; besides them 2 d n and one block. A is
/// never held, so there is no direct method to fall back to; where two sketches fail the status is
/// `accuracy_not_reached`. `options.method` is automatic, sketch_and_precondition or sketch_and_solve; ridge and
/// weights are not for streams.
///
/// Throws `ShapeError` for a block that does not fit and for a source whose number of rows changes, `Error` if B or
/// sampled rows of A (one in 64) change, `InvalidOption` for an option out of range, and what the source throws. A NaN
/// or an infinity is a status that names its row.
CROQUIS_API LeastSquaresFit<float> least_squares_stream(const RowBlockSource<float>& source,
                                                        const LeastSquaresOptions& options = {});
CROQUIS_API LeastSquaresFit<double> least_squares_stream(const RowBlockSource<double>& source,
                                                         const LeastSquaresOptions& options = {});

}  // namespace croquis
