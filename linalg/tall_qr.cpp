#include "linalg/tall_qr.hpp"

#include <algorithm>
#include <bit>
#include <functional>

#include "linalg/blas.hpp"
#include "linalg/copy.hpp"
#include "linalg/memory.hpp"
#include "linalg/parallel.hpp"

namespace croquis {
namespace {

// A chunk this many times taller than wide loses little to the factorization of the stacked triangles.
constexpr std::int64_t least_aspect = 6;
constexpr std::int64_t least_chunk_rows = 512;
constexpr std::int64_t most_chunks = 16;
constexpr std::int64_t panel_width = 64;
constexpr std::int64_t strip_granule = 32;

// A power of two, so that the chunks keep any usual number of threads equally busy.
std::int64_t chunk_count(std::int64_t rows, std::int64_t cols) {
  const std::int64_t fitting = rows / std::max(least_chunk_rows, least_aspect * cols);
  return static_cast<std::int64_t>(
      std::bit_floor(static_cast<std::uint64_t>(std::clamp<std::int64_t>(fitting, 1, most_chunks))));
}

// Runs body over the strips of an update: in turn inside a tile, or as tiles of their own.
using StripRunner = void (*)(std::int64_t count, const std::function<void(std::int64_t)>& body);

void run_in_turn(std::int64_t count, const std::function<void(std::int64_t)>& body) {
  for (std::int64_t strip = 0; strip < count; ++strip) body(strip);
}

// C := (I - V T V^T)^T C for the reflectors of one panel.
template <class T>
void apply_reflectors(MatrixView<const T> v, const T* t, MatrixView<T> c) {
  Workspace<T> workspace(c.cols * v.cols);
  T* const work = workspace.data();
  const blas_int m = to_blas_int(c.rows, "rows");
  const blas_int n = to_blas_int(c.cols, "columns");
  const blas_int k = to_blas_int(v.cols, "panel width");
  const blas_int ldv = to_blas_int(v.leading_dimension, "leading dimension");
  const blas_int ldt = panel_width;
  const blas_int ldc = to_blas_int(c.leading_dimension, "leading dimension");
  if constexpr (std::is_same_v<T, double>) {
    dlarfb_("L", "T", "F", "C", &m, &n, &k, v.data, &ldv, t, &ldt, c.data, &ldc, work, &n, 1, 1, 1, 1);
  } else {
    slarfb_("L", "T", "F", "C", &m, &n, &k, v.data, &ldv, t, &ldt, c.data, &ldc, work, &n, 1, 1, 1, 1);
  }
}

// Blocked Householder QR of A; B becomes Q^T B. R is left in A's upper triangle. Each panel of columns is factored by
// the calling thread, recursively so that most of its work is products; then its reflectors are applied to strips of
// the columns that follow.
template <class T>
void factor_in_place(MatrixView<T> a, MatrixView<T> b, std::int64_t most_strips, StripRunner run) {
  Workspace<T> t(panel_width * panel_width);
  const blas_int lda = to_blas_int(a.leading_dimension, "leading dimension");
  const blas_int ldt = panel_width;
  const std::int64_t steps = std::min(a.rows, a.cols);
  for (std::int64_t j = 0; j < steps; j += panel_width) {
    const std::int64_t width = std::min(panel_width, steps - j);
    const std::int64_t rows = a.rows - j;
    const auto panel = a.block(j, j, rows, width);
    const blas_int m = to_blas_int(rows, "rows");
    const blas_int n = to_blas_int(width, "panel width");
    blas_int info = 0;
    if constexpr (std::is_same_v<T, double>) {
      dgeqrt3_(&m, &n, panel.data, &lda, t.data(), &ldt, &info);
    } else {
      sgeqrt3_(&m, &n, panel.data, &lda, t.data(), &ldt, &info);
    }
    const auto update = [&](MatrixView<T> c) {
      const Partition strips(c.cols, most_strips, strip_granule);
      run(strips.count, [&](std::int64_t strip) {
        apply_reflectors<T>(panel, t.data(), c.block(0, strips.begin(strip), rows, strips.length(strip)));
      });
    };
    update(a.block(j, j + width, rows, a.cols - j - width));
    update(b.block(j, 0, rows, b.cols));
  }
}

template <class T>
void copy_upper_triangle(MatrixView<const T> from, MatrixView<T> to) {
  for (std::int64_t j = 0; j < to.cols; ++j) {
    const std::int64_t stored = std::min(j + 1, to.rows);
    std::copy_n(from.data + j * from.leading_dimension, stored, to.data + j * to.leading_dimension);
    std::fill_n(to.data + j * to.leading_dimension + stored, to.rows - stored, T(0));
  }
}

}  // namespace

template <class T>
TallQr<T> tall_qr(MatrixView<T> a, MatrixView<T> b) {
  const std::int64_t n = a.cols;
  const Partition chunks(a.rows, chunk_count(a.rows, n));
  if (chunks.count <= 1) {
    const SingleThreadedBlas single_threaded_blas;
    factor_in_place<T>(a, b, most_chunks, for_each_tile);
    TallQr<T> result{Matrix<T>(n, n), Matrix<T>(n, b.cols)};
    copy_upper_triangle<T>(a.block(0, 0, n, n), result.r.view());
    copy_serial<T>(b.block(0, 0, n, b.cols), result.qtb.view());
    return result;
  }
  auto stacked = Matrix<T>::uninitialized(chunks.count * n, n);
  auto stacked_b = Matrix<T>::uninitialized(chunks.count * n, b.cols);
  for_each_tile(chunks.count, [&](std::int64_t chunk) {
    const std::int64_t first = chunks.begin(chunk);
    const auto rows = a.block(first, 0, chunks.length(chunk), n);
    const auto rows_b = b.block(first, 0, chunks.length(chunk), b.cols);
    factor_in_place<T>(rows, rows_b, 1, run_in_turn);
    copy_upper_triangle<T>(rows.block(0, 0, n, n), stacked.view().block(chunk * n, 0, n, n));
    copy_serial<T>(rows_b.block(0, 0, n, b.cols), stacked_b.view().block(chunk * n, 0, n, b.cols));
  });
  return tall_qr<T>(stacked.view(), stacked_b.view());
}

template TallQr<float> tall_qr<float>(MatrixView<float>, MatrixView<float>);
template TallQr<double> tall_qr<double>(MatrixView<double>, MatrixView<double>);

}  // namespace croquis
