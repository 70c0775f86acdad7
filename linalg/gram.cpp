#include "linalg/gram.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <vector>

#include "linalg/blas.hpp"
#include "linalg/gram_kernels.hpp"
#include "linalg/memory.hpp"
#include "linalg/parallel.hpp"

namespace croquis {
namespace {

constexpr std::int64_t wanted_tasks = 64;
constexpr std::int64_t most_chunks = 16;
constexpr std::int64_t partial_bytes = std::int64_t{64} << 20;
std::int64_t rounded_up(std::int64_t size, std::int64_t granule) { return (size + granule - 1) / granule * granule; }

// The upper triangle of A^T A in square blocks of columns i times columns j, each as the strips that
// `add_panel_products` adds to, one for each panel of its rows; one set of blocks for each chunk of rows of A.
template <class From, class T>
class GramSums {
 public:
  GramSums(MatrixView<const From> a, const From* scale)
      : a_(a),
        scale_(scale),
        tile_(gram_tile<T>()),
        cols_(block_cols(a.cols, tile_)),
        pairs_(upper_blocks()),
        chunks_(a.rows, chunks_wanted(), slab_rows),
        sums_(chunks_.count * pairs_count() * cols_ * cols_),
        slabs_((cols_ + tile_.width) * slab_rows) {}

  std::int64_t pairs_count() const { return static_cast<std::int64_t>(pairs_.size()); }

  // Chunk by chunk, so that threads share what they read.
  void compute() {
    for_each_tile(chunks_.count * pairs_count(),
                  [&](std::int64_t task) { add(task / pairs_count(), task % pairs_count()); });
  }

  // The sum over the chunks of block `pair`, in their order, onto `result`.
  void add_to(std::int64_t pair, Matrix<T>& result) {
    const auto [i, j] = pairs_[static_cast<std::size_t>(pair)];
    const std::int64_t rows = std::min(cols_, a_.cols - i * cols_);
    for (std::int64_t col = 0; col < std::min(cols_, a_.cols - j * cols_); ++col) {
      const std::int64_t used = i == j ? col + 1 : rows;
      T* const to = &result(i * cols_, j * cols_ + col);
      for (std::int64_t chunk = 0; chunk < chunks_.count; ++chunk) {
        const T* const from = sums(chunk, pair) + col * tile_.width;
        for (std::int64_t row = 0; row < used; ++row)
          to[row] += from[row / tile_.width * tile_.width * cols_ + row % tile_.width];
      }
    }
  }

 private:
  struct Pair {
    std::int64_t i, j;
  };

  static std::int64_t block_cols(std::int64_t n, const GramTile& tile) {
    const std::int64_t most = slab_bytes / (slab_rows * static_cast<std::int64_t>(sizeof(T)));
    const std::int64_t blocks = (n + most - 1) / most;
    return rounded_up((n + blocks - 1) / blocks, tile.width);
  }

  std::vector<Pair> upper_blocks() const {
    std::vector<Pair> pairs;
    for (std::int64_t j = 0; j * cols_ < a_.cols; ++j)
      for (std::int64_t i = 0; i <= j; ++i) pairs.push_back({i, j});
    return pairs;
  }

  std::int64_t chunks_wanted() const {
    const std::int64_t fitting = partial_bytes / (pairs_count() * cols_ * cols_ * static_cast<std::int64_t>(sizeof(T)));
    return std::max<std::int64_t>(1,
                                  std::min({(wanted_tasks + pairs_count() - 1) / pairs_count(), most_chunks, fitting}));
  }

  T* sums(std::int64_t chunk, std::int64_t pair) {
    return sums_.data() + (chunk * pairs_count() + pair) * cols_ * cols_;
  }

  // Packs the columns of block j that a slab of rows has, then meets them with those of block i panel by panel. In a
  // block of the diagonal the panels are the same, and what lies below the diagonal is left out.
  void add(std::int64_t chunk, std::int64_t pair) {
    const auto [i, j] = pairs_[static_cast<std::size_t>(pair)];
    const std::int64_t left_cols = std::min(cols_, a_.cols - i * cols_);
    const std::int64_t right_cols = std::min(cols_, a_.cols - j * cols_);
    const std::int64_t strips = rounded_up(right_cols, tile_.width) / tile_.strip;
    T* const out = sums(chunk, pair);
    std::fill_n(out, cols_ * cols_, T(0));
    auto memory = slabs_.borrow();
    T* const right = memory.data();
    T* const single = right + cols_ * slab_rows;
    for (std::int64_t row = chunks_.begin(chunk); row < chunks_.end(chunk); row += slab_rows) {
      const std::int64_t depth = std::min(slab_rows, chunks_.end(chunk) - row);
      pack_panels(a_.block(row, j * cols_, depth, right_cols), scale_ + j * cols_, right);
      for (std::int64_t first = 0; first < left_cols; first += tile_.width) {
        T* const tiles = out + first * cols_;
        if (i == j) {
          const std::int64_t below = first / tile_.strip;
          add_panel_products(right + first * depth, right + first * depth, depth, strips - below,
                             tiles + below * tile_.width * tile_.strip, tile_.width);
        } else {
          const std::int64_t column = i * cols_ + first;
          pack_panels(a_.block(row, column, depth, std::min(tile_.width, left_cols - first)), scale_ + column, single);
          add_panel_products(single, right, depth, strips, tiles, tile_.width);
        }
      }
    }
  }

  MatrixView<const From> a_;
  const From* scale_;
  GramTile tile_;
  std::int64_t cols_;  // of a block
  std::vector<Pair> pairs_;
  Partition chunks_;
  Workspace<T> sums_;
  WorkspacePool<T> slabs_;
};

template <class From, class T>
Matrix<T> scaled_gram(MatrixView<const From> a, const From* scale) {
  Matrix<T> result(a.cols, a.cols);
  if (a.rows == 0 || a.cols == 0) return result;
  GramSums<From, T> sums(a, scale);
  sums.compute();
  for_each_tile(sums.pairs_count(), [&](std::int64_t pair) { sums.add_to(pair, result); });
  return result;
}

}  // namespace

template <class T>
Matrix<T> gram(MatrixView<const T> a, const std::vector<T>& scale) {
  return scaled_gram<T, T>(a, scale.data());
}

template <class T>
Matrix<T> gram(MatrixView<const T> a) {
  return gram<T>(a, std::vector<T>(static_cast<std::size_t>(a.cols), T(1)));
}

Matrix<float> gram_in_float(MatrixView<const float> a, const std::vector<float>& scale) {
  return scaled_gram<float, float>(a, scale.data());
}
Matrix<float> gram_in_float(MatrixView<const double> a, const std::vector<double>& scale) {
  return scaled_gram<double, float>(a, scale.data());
}

template Matrix<float> gram(MatrixView<const float>, const std::vector<float>&);
template Matrix<double> gram(MatrixView<const double>, const std::vector<double>&);
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
