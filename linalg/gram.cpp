#include "linalg/gram.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <vector>

#include "linalg/blas.hpp"
#include "linalg/memory.hpp"
#include "linalg/parallel.hpp"

namespace croquis {
namespace {

constexpr std::int64_t block_cols = 128;
constexpr std::int64_t wanted_tasks = 64;
constexpr std::int64_t most_chunks = 16;
constexpr std::int64_t partial_bytes = std::int64_t{64} << 20;
// Rows that a product takes at once: two blocks of columns of them fit the second-level cache.
constexpr std::int64_t rows_at_once = 512;

struct Pair {
  std::int64_t i, j;
};

// The blocks of the upper triangle.
std::vector<Pair> upper_blocks(std::int64_t blocks) {
  std::vector<Pair> pairs;
  for (std::int64_t j = 0; j < blocks; ++j)
    for (std::int64_t i = 0; i <= j; ++i) pairs.push_back({i, j});
  return pairs;
}

}  // namespace

template <class T>
Matrix<T> gram(MatrixView<const T> a) {
  const std::int64_t n = a.cols;
  Matrix<T> result(n, n);
  const std::vector<Pair> pairs = upper_blocks((n + block_cols - 1) / block_cols);
  if (pairs.empty()) return result;
  const auto count = static_cast<std::int64_t>(pairs.size());
  const std::int64_t block_entries = block_cols * block_cols;
  const std::int64_t fitting = partial_bytes / (count * block_entries * static_cast<std::int64_t>(sizeof(T)));
  const std::int64_t chunks_wanted = std::min({(wanted_tasks + count - 1) / count, most_chunks, fitting});
  const Partition chunks(a.rows, std::max<std::int64_t>(1, chunks_wanted), rows_at_once);
  Workspace<T> partial(chunks.count * count * block_entries);
  const auto columns_of = [&](std::int64_t block) { return std::min(block_cols, n - block * block_cols); };
  const auto partial_of = [&](std::int64_t chunk, std::int64_t pair) {
    const auto [i, j] = pairs[static_cast<std::size_t>(pair)];
    return column_major(partial.data() + (chunk * count + pair) * block_entries, columns_of(i), columns_of(j));
  };
  // Chunk by chunk, so that threads share what they read.
  for_each_tile(chunks.count * count, [&](std::int64_t task) {
    const std::int64_t chunk = task / count;
    const auto [i, j] = pairs[static_cast<std::size_t>(task % count)];
    const MatrixView<T> sum = partial_of(chunk, task % count);
    T beta = 0;
    for (std::int64_t row = chunks.begin(chunk); row < chunks.end(chunk); row += rows_at_once, beta = 1) {
      const std::int64_t rows = std::min(rows_at_once, chunks.end(chunk) - row);
      const auto left = a.block(row, i * block_cols, rows, sum.rows);
      if (i == j) {
        multiply_by_own_transpose<T>(left, beta, sum);
      } else {
        multiply<T>(1, left.transposed(), a.block(row, j * block_cols, rows, sum.cols), beta, sum);
      }
    }
  });
  if (a.rows == 0) return result;
  for_each_tile(count, [&](std::int64_t pair) {
    const auto [i, j] = pairs[static_cast<std::size_t>(pair)];
    for (std::int64_t col = 0; col < columns_of(j); ++col) {
      const std::int64_t rows = i == j ? col + 1 : columns_of(i);
      T* const to = &result(i * block_cols, j * block_cols + col);
      for (std::int64_t chunk = 0; chunk < chunks.count; ++chunk) {
        const T* const from = partial_of(chunk, pair).data + col * columns_of(i);
        for (std::int64_t row = 0; row < rows; ++row) to[row] += from[row];
      }
    }
  });
  return result;
}

template Matrix<float> gram(MatrixView<const float>);
template Matrix<double> gram(MatrixView<const double>);

ExtremeSingularValues singular_values_of_gram(Matrix<double> g) {
  const blas_int n = to_blas_int(g.rows(), "rows");
  if (n == 0) return {};
  std::vector<double> squares(static_cast<std::size_t>(n));
  Workspace<double> work(std::int64_t{66} * n);
  const blas_int size = to_blas_int(work.size(), "workspace");
  blas_int info = 0;
  const SingleThreadedBlas single_threaded_blas;
  dsyev_("N", "U", &n, g.data(), &n, squares.data(), work.data(), &size, &info, 1, 1);
  if (info != 0) throw std::runtime_error("the eigenvalues of a Gram matrix did not converge");
  const double largest = std::max(0.0, squares.back());
  const double rounding = static_cast<double>(n) * std::numeric_limits<double>::epsilon() / 2 * largest;
  return {.largest = std::sqrt(largest), .smallest = squares.front() > rounding ? std::sqrt(squares.front()) : 0};
}

}  // namespace croquis
