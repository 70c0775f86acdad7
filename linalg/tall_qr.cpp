#include "linalg/tall_qr.hpp"

#include <algorithm>
#include <bit>

#include "linalg/blocked_qr.hpp"
#include "linalg/copy.hpp"
#include "linalg/parallel.hpp"

namespace croquis {
namespace {

// A chunk this many times taller than wide loses little to the factorization of the stacked triangles.
constexpr std::int64_t least_aspect = 6;
constexpr std::int64_t least_chunk_rows = 512;
constexpr std::int64_t most_chunks = 16;

// A power of two, so that the chunks keep any usual number of threads equally busy.
std::int64_t chunk_count(std::int64_t rows, std::int64_t cols) {
  const std::int64_t fitting = rows / std::max(least_chunk_rows, least_aspect * cols);
  return static_cast<std::int64_t>(
      std::bit_floor(static_cast<std::uint64_t>(std::clamp<std::int64_t>(fitting, 1, most_chunks))));
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
    blocked_qr<T>(a, b, Tasks::tiled);
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
    blocked_qr<T>(rows, rows_b, Tasks::in_turn);
    copy_upper_triangle<T>(rows.block(0, 0, n, n), stacked.view().block(chunk * n, 0, n, n));
    copy_serial<T>(rows_b.block(0, 0, n, b.cols), stacked_b.view().block(chunk * n, 0, n, b.cols));
  });
  return tall_qr<T>(stacked.view(), stacked_b.view());
}

template TallQr<float> tall_qr<float>(MatrixView<float>, MatrixView<float>);
template TallQr<double> tall_qr<double>(MatrixView<double>, MatrixView<double>);

}  // namespace croquis
