#include "linalg/tall_qr.hpp"

#include <algorithm>

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
constexpr std::int64_t panel_width = 32;

std::int64_t chunk_count(std::int64_t rows, std::int64_t cols) {
  return std::clamp<std::int64_t>(rows / std::max(least_chunk_rows, least_aspect * cols), 1, most_chunks);
}

// C := (I - V T V^T)^T C for the reflectors of one panel.
template <class T>
void apply_reflectors(MatrixView<const T> v, const T* t, MatrixView<T> c, T* work) {
  if (c.cols == 0) return;
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

// Blocked Householder QR of A on the calling thread; B becomes Q^T B. R is left in A's upper triangle.
template <class T>
void factor_in_place(MatrixView<T> a, MatrixView<T> b) {
  Workspace<T> work(panel_width * std::max(a.cols, b.cols));
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
    apply_reflectors<T>(panel, t.data(), a.block(j, j + width, rows, a.cols - j - width), work.data());
    apply_reflectors<T>(panel, t.data(), b.block(j, 0, rows, b.cols), work.data());
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
    for_each_tile(1, [&](std::int64_t) { factor_in_place<T>(a, b); });
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
    factor_in_place<T>(rows, rows_b);
    copy_upper_triangle<T>(rows.block(0, 0, n, n), stacked.view().block(chunk * n, 0, n, n));
    copy_serial<T>(rows_b.block(0, 0, n, b.cols), stacked_b.view().block(chunk * n, 0, n, b.cols));
  });
  return tall_qr<T>(stacked.view(), stacked_b.view());
}

template TallQr<float> tall_qr<float>(MatrixView<float>, MatrixView<float>);
template TallQr<double> tall_qr<double>(MatrixView<double>, MatrixView<double>);

}  // namespace croquis
