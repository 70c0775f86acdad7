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
// Sums over fewer rows take as long to clear, to add and to get memory for as to make. So that a matrix with few rows
// still has tasks for many threads, its blocks have fewer columns: down to so many, which packing does not yet slow.
constexpr std::int64_t least_chunk_rows = 1024;
constexpr std::int64_t least_block_cols = 256;
constexpr std::int64_t least_tasks = 16;
constexpr std::int64_t partial_bytes = std::int64_t{64} << 20;
std::int64_t rounded_up(std::int64_t size, std::int64_t granule) { return (size + granule - 1) / granule * granule; }

// The upper triangle of A^T A, and A^T V, in square blocks of columns i of A times columns j of A or V, each as the
// strips that `add_panel_products` adds to, one for each panel of its rows; one set of blocks for each chunk of a block
// of rows of A and V.
template <class From, class T>
class GramSums {
 public:
  // For A with `cols` and V with `vectors` columns, by blocks of at most `rows` rows.
  GramSums(std::int64_t rows, std::int64_t cols, std::int64_t vectors, const From* scale)
      : n_(cols),
        vectors_(vectors),
        scale_(scale),
        tile_(gram_tile<T>()),
        cols_(block_cols(rows, cols, tile_)),
        pairs_(all_pairs()),
        chunks_(Partition(rows, chunks_wanted(rows), slab_rows).count),
        sums_(chunks_ * pairs_count() * cols_ * cols_),
        slabs_((cols_ + tile_.width) * slab_rows),
        ones_(static_cast<std::size_t>(cols_), From(1)) {
    for_each_tile(chunks_ * pairs_count(),
                  [&](std::int64_t task) { std::fill_n(sums_.data() + task * cols_ * cols_, cols_ * cols_, T(0)); });
  }

  // Chunk by chunk, so that threads share what they read.
  void add(MatrixView<const From> a, MatrixView<const From> v) {
    const Partition chunks(a.rows, chunks_, slab_rows);
    for_each_tile(chunks.count * pairs_count(), [&](std::int64_t task) {
      const std::int64_t chunk = task / pairs_count();
      const std::int64_t first = chunks.begin(chunk);
      add(a.block(first, 0, chunks.length(chunk), n_), v.block(first, 0, chunks.length(chunk), vectors_), chunk,
          task % pairs_count());
    });
  }

  // The sums over the chunks, in their order.
  GramAndProduct<T> result() {
    GramAndProduct<T> total{Matrix<T>(n_, n_), Matrix<T>(n_, vectors_)};
    for_each_tile(pairs_count(), [&](std::int64_t pair) { add_to(pair, total); });
    return total;
  }

 private:
  // Columns i * cols_ and following of A, and those from j * cols_ of V or of A.
  struct Pair {
    std::int64_t i, j;
    bool of_vectors;
  };

  static std::int64_t chunks_with_enough_rows(std::int64_t rows) {
    return std::clamp<std::int64_t>(rows / least_chunk_rows, 1, most_chunks);
  }

  static std::int64_t block_cols(std::int64_t rows, std::int64_t n, const GramTile& tile) {
    const std::int64_t most = slab_bytes / (slab_rows * static_cast<std::int64_t>(sizeof(T)));
    std::int64_t blocks = (n + most - 1) / most;
    while (blocks * (blocks + 1) / 2 * chunks_with_enough_rows(rows) < least_tasks &&
           n >= (blocks + 1) * least_block_cols)
      ++blocks;
    return rounded_up((n + blocks - 1) / blocks, tile.width);
  }

  std::vector<Pair> all_pairs() const {
    std::vector<Pair> pairs;
    for (std::int64_t j = 0; j * cols_ < n_; ++j)
      for (std::int64_t i = 0; i <= j; ++i) pairs.push_back({i, j, false});
    for (std::int64_t j = 0; j * cols_ < vectors_; ++j)
      for (std::int64_t i = 0; i * cols_ < n_; ++i) pairs.push_back({i, j, true});
    return pairs;
  }

  std::int64_t pairs_count() const { return static_cast<std::int64_t>(pairs_.size()); }

  std::int64_t chunks_wanted(std::int64_t rows) const {
    const std::int64_t fitting = partial_bytes / (pairs_count() * cols_ * cols_ * static_cast<std::int64_t>(sizeof(T)));
    return std::max<std::int64_t>(
        1, std::min({(wanted_tasks + pairs_count() - 1) / pairs_count(), chunks_with_enough_rows(rows), fitting}));
  }

  T* sums(std::int64_t chunk, std::int64_t pair) {
    return sums_.data() + (chunk * pairs_count() + pair) * cols_ * cols_;
  }

  std::int64_t right_cols(const Pair& pair) const {
    return std::min(cols_, (pair.of_vectors ? vectors_ : n_) - pair.j * cols_);
  }

  // Packs the columns of block j that a slab of rows has, then meets them with those of block i panel by panel. In a
  // block of the diagonal the panels are the same, and what lies below the diagonal is left out.
  void add(MatrixView<const From> a, MatrixView<const From> v, std::int64_t chunk, std::int64_t number) {
    const Pair& pair = pairs_[static_cast<std::size_t>(number)];
    const bool diagonal = pair.i == pair.j && !pair.of_vectors;
    const std::int64_t left_cols = std::min(cols_, n_ - pair.i * cols_);
    // In a block of the diagonal all columns of a panel, since panels are also what it is multiplied with.
    const std::int64_t strips = rounded_up(right_cols(pair), diagonal ? tile_.width : tile_.strip) / tile_.strip;
    T* const out = sums(chunk, number);
    auto memory = slabs_.borrow();
    T* const right = memory.data();
    T* const single = right + cols_ * slab_rows;
    for (std::int64_t row = 0; row < a.rows; row += slab_rows) {
      const std::int64_t depth = std::min(slab_rows, a.rows - row);
      pack_panels((pair.of_vectors ? v : a).block(row, pair.j * cols_, depth, right_cols(pair)),
                  pair.of_vectors ? ones_.data() : scale_ + pair.j * cols_, right);
      for (std::int64_t first = 0; first < left_cols; first += tile_.width) {
        T* const tiles = out + first * cols_;
        if (diagonal) {
          const std::int64_t below = first / tile_.strip;
          add_panel_products(right + first * depth, right + first * depth, depth, strips - below,
                             tiles + below * tile_.width * tile_.strip, tile_.width);
        } else {
          const std::int64_t column = pair.i * cols_ + first;
          pack_panels(a.block(row, column, depth, std::min(tile_.width, left_cols - first)), scale_ + column, single);
          add_panel_products(single, right, depth, strips, tiles, tile_.width);
        }
      }
    }
  }

  void add_to(std::int64_t number, GramAndProduct<T>& total) {
    const Pair& pair = pairs_[static_cast<std::size_t>(number)];
    const std::int64_t rows = std::min(cols_, n_ - pair.i * cols_);
    Matrix<T>& result = pair.of_vectors ? total.product : total.gram;
    for (std::int64_t col = 0; col < right_cols(pair); ++col) {
      const std::int64_t used = pair.i == pair.j && !pair.of_vectors ? col + 1 : rows;
      T* const to = &result(pair.i * cols_, pair.j * cols_ + col);
      for (std::int64_t chunk = 0; chunk < chunks_; ++chunk) {
        const T* const from = sums(chunk, number) + col * tile_.width;
        for (std::int64_t row = 0; row < used; ++row)
          to[row] += from[row / tile_.width * tile_.width * cols_ + row % tile_.width];
      }
    }
  }

  std::int64_t n_;
  std::int64_t vectors_;
  const From* scale_;
  GramTile tile_;
  std::int64_t cols_;  // of a block
  std::vector<Pair> pairs_;
  std::int64_t chunks_;
  Workspace<T> sums_;
  WorkspacePool<T> slabs_;
  std::vector<From> ones_;
};

template <class From, class T>
Matrix<T> scaled_gram(MatrixView<const From> a, const From* scale) {
  if (a.rows == 0 || a.cols == 0) return Matrix<T>(a.cols, a.cols);
  GramSums<From, T> sums(a.rows, a.cols, 0, scale);
  sums.add(a, a.block(0, 0, a.rows, 0));
  return sums.result().gram;
}

}  // namespace

template <class T>
GramAndProduct<T> gram_and_product(std::int64_t block_rows, std::int64_t cols, std::int64_t vectors,
                                   std::int64_t blocks,
                                   const std::function<RowBlock<T>(std::int64_t block)>& block_of_rows) {
  if (cols == 0 || blocks == 0) return {Matrix<T>(cols, cols), Matrix<T>(cols, vectors)};
  const std::vector<T> ones(static_cast<std::size_t>(cols), T(1));
  GramSums<T, T> sums(block_rows, cols, vectors, ones.data());
  for (std::int64_t block = 0; block < blocks; ++block) {
    const RowBlock<T> rows = block_of_rows(block);
    sums.add(rows.a, rows.v);
  }
  return sums.result();
}

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

template GramAndProduct<float> gram_and_product(std::int64_t, std::int64_t, std::int64_t, std::int64_t,
                                                const std::function<RowBlock<float>(std::int64_t)>&);
template GramAndProduct<double> gram_and_product(std::int64_t, std::int64_t, std::int64_t, std::int64_t,
                                                 const std::function<RowBlock<double>(std::int64_t)>&);
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
