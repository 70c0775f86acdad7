#include "linalg/products.hpp"

#include <algorithm>
#include <type_traits>

#include "linalg/copy.hpp"
#include "linalg/memory.hpp"
#include "linalg/parallel.hpp"
#include "linalg/plain_tile.hpp"
#include "linalg/transposed_product.hpp"
#include "linalg/vector_block.hpp"

namespace croquis {
namespace {

// A block of rows is read from memory by the first product and from a cache by the second. By rows a small one is best,
// which the second-level cache holds beside the vectors. By columns a block has a run of memory in each column, and
// runs of less than 2 KiB cost more in prefetches that do not come in time than a second read from the third-level
// cache does.
constexpr std::int64_t block_bytes = 512 << 10;
constexpr std::int64_t least_rows_by_columns = 256;
// Of a wide matrix, so that the blocks of all threads stay in the third-level cache.
constexpr std::int64_t most_block_bytes = 4 << 20;
constexpr std::int64_t most_rows = 1024;
// Of a product with many vectors, whose blocks share the packed vectors among more rows.
constexpr std::int64_t wide_block_rows = 768;
// Enough chunks for many threads; fewer where the partial sums of G would take more than this.
constexpr std::int64_t most_chunks = 64;
constexpr std::int64_t partial_bytes = 64 << 20;

template <class T>
std::int64_t rows_per_block(std::int64_t cols, Layout layout) {
  const std::int64_t row_bytes = std::max<std::int64_t>(1, cols) * static_cast<std::int64_t>(sizeof(T));
  const std::int64_t fitting = block_bytes / row_bytes / 8 * 8;
  if (layout == Layout::row_major) return std::clamp<std::int64_t>(fitting, 8, most_rows);
  const std::int64_t least = std::clamp<std::int64_t>(most_block_bytes / row_bytes / 8 * 8, 64, least_rows_by_columns);
  return std::clamp<std::int64_t>(fitting, least, most_rows);
}

// A chunk of a sparse matrix has this many entries for each entry of its partial sum, and enough of them that waking a
// thread for it pays.
constexpr std::int64_t entries_per_sum = 8;
constexpr std::int64_t least_entries = 16384;

template <class T>
Partition row_chunks(std::int64_t rows, std::int64_t gradient_entries, std::int64_t most) {
  const std::int64_t fitting =
      partial_bytes / static_cast<std::int64_t>(sizeof(T)) / std::max<std::int64_t>(1, gradient_entries);
  return Partition(rows, std::min(most, std::clamp<std::int64_t>(fitting, 4, most_chunks)), 256);
}

// Where the second product finds a block of rows: memory, or the cache that the first has left it in, so that the next
// block can come from memory meanwhile.
enum class Rows { in_memory, in_cache };

// One block of rows of a dense matrix: t += A x and g += A^T t, all blocks of vectors in the layout it says.
template <class T>
struct DenseRows {
  static constexpr Layout vector_layout = Layout::column_major;
  MatrixView<const T> a;
  mutable WorkspacePool<T> packed{transposed_product_workspace<T>()};

  std::int64_t block_rows(std::int64_t vectors) const {
    return bound_by_arithmetic(vectors) ? wide_block_rows : rows_per_block<T>(a.cols, a.layout);
  }
  std::int64_t most_chunks(std::int64_t) const { return croquis::most_chunks; }

  void add_product(std::int64_t first, MatrixView<const T> x, MatrixView<T> t) const {
    const auto rows = a.block(first, 0, t.rows, a.cols);
    if (bound_by_arithmetic(x.cols)) {
      croquis::add_transposed_product<T>(rows.transposed(), x, t, packed.borrow().data());
    } else if (a.layout == Layout::column_major) {
      add_combination(a.cols, t.rows, t.cols, rows.data, a.leading_dimension, nullptr, x.data, x.leading_dimension,
                      t.data, t.leading_dimension);
    } else {
      add_dot_products(t.rows, a.cols, t.cols, rows.data, a.leading_dimension, nullptr, x.data, x.leading_dimension,
                       t.data, t.leading_dimension);
    }
  }

  void add_transposed_product(std::int64_t first, MatrixView<const T> t, MatrixView<T> g, Rows from) const {
    const auto rows = a.block(first, 0, t.rows, a.cols);
    const bool more = from == Rows::in_cache && first + t.rows < a.rows;
    const T* const next = more ? a.block(first + t.rows, 0, 1, a.cols).data : nullptr;
    if (bound_by_arithmetic(t.cols)) {
      croquis::add_transposed_product<T>(rows, t, g, packed.borrow().data());
    } else if (a.layout == Layout::column_major) {
      add_dot_products(a.cols, t.rows, t.cols, rows.data, a.leading_dimension, next, t.data, t.leading_dimension,
                       g.data, g.leading_dimension);
    } else {
      add_combination(t.rows, a.cols, t.cols, rows.data, a.leading_dimension, next, t.data, t.leading_dimension, g.data,
                      g.leading_dimension);
    }
  }
};

// The same for rows of a CSR matrix, and blocks of vectors by rows.
template <class T, class Index>
struct SparseRows {
  static constexpr Layout vector_layout = Layout::row_major;
  CsrView<T, Index> a;

  std::int64_t block_rows(std::int64_t) const { return 256; }
  std::int64_t most_chunks(std::int64_t gradient_entries) const {
    const std::int64_t entries = a.nonzeros();
    return std::max<std::int64_t>(
        1,
        std::min(entries / least_entries, entries / (entries_per_sum * std::max<std::int64_t>(1, gradient_entries))));
  }

  void add_product(std::int64_t first, MatrixView<const T> x, MatrixView<T> t) const {
    for_vectors(t.cols, [&]<class Group>(std::int64_t v, Group) {
      for (std::int64_t i = 0; i < t.rows; ++i) {
        Group sum{};
        for (Index k = a.row_start[first + i]; k < a.row_start[first + i + 1]; ++k)
          sum += a.value[k] * *reinterpret_cast<const Group*>(x.data + a.column[k] * x.leading_dimension + v);
        *reinterpret_cast<Group*>(t.data + i * t.leading_dimension + v) += sum;
      }
    });
  }

  // G := A^T f(A X), row after row, with nothing kept in between. X and G by rows; f(row, vector, t) changes the t it
  // gets, of one row and the vectors from that one on.
  template <class Between>
  void normal_product(MatrixView<const T> x, MatrixView<T> g, const Between& between) const {
    set_zero(g);
    // Kept apart from what the stores to G may alias.
    const T* const value = a.value;
    const Index* const column = a.column;
    const Index* const row_start = a.row_start;
    const std::int64_t rows = a.rows, x_row = x.leading_dimension, g_row = g.leading_dimension;
    for_vectors(x.cols, [=]<class Group>(std::int64_t v, Group) {
      constexpr std::int64_t width = sizeof(Group) / sizeof(T);
      const T* const from = x.data + v;
      T* const to = g.data + v;
      Index begin = row_start[0];
      for (std::int64_t i = 0; i < rows; ++i) {
        const Index end = row_start[i + 1];
        Group sum{};
        for (Index k = begin; k < end; ++k) sum += value[k] * *reinterpret_cast<const Group*>(from + column[k] * x_row);
        T t[width];
        *reinterpret_cast<Group*>(t) = sum;
        between(i, v, row_major(t, 1, width));
        const Group factor = *reinterpret_cast<const Group*>(t);
        for (Index k = begin; k < end; ++k) *reinterpret_cast<Group*>(to + column[k] * g_row) += value[k] * factor;
        begin = end;
      }
    });
  }

  void add_transposed_product(std::int64_t first, MatrixView<const T> t, MatrixView<T> g, Rows) const {
    for_vectors(t.cols, [&]<class Group>(std::int64_t v, Group) {
      for (std::int64_t i = 0; i < t.rows; ++i) {
        const Group factor = *reinterpret_cast<const Group*>(t.data + i * t.leading_dimension + v);
        for (Index k = a.row_start[first + i]; k < a.row_start[first + i + 1]; ++k)
          *reinterpret_cast<Group*>(g.data + a.column[k] * g.leading_dimension + v) += a.value[k] * factor;
      }
    });
  }

 private:
  // Two neighbours in memory.
  typedef T Pair __attribute__((vector_size(2 * sizeof(T)), aligned(alignof(T)), may_alias));

  // An entry of A meets two vectors at once where there are two: its index and value are read for both.
  template <class Body>
  static void for_vectors(std::int64_t vectors, const Body& body) {
    std::int64_t v = 0;
    for (; v + 2 <= vectors; v += 2) body(v, Pair());
    if (v < vectors) body(v, T());
  }
};

// A new block of vectors, or one in new memory.
template <class T>
MatrixView<T> block_of(T* data, std::int64_t rows, std::int64_t cols, Layout layout) {
  return layout == Layout::column_major ? column_major(data, rows, cols) : row_major(data, rows, cols);
}

// Runs body(first_row, t, g) over the blocks of all chunks: t is a zeroed rows x k block, g the chunk's n x k sum, both
// in the given layout. Then G = the sum of the chunks' g in order, unless G is empty. Data movement is the body's; this
// adds one write and one read of chunks * n * k.
template <class T, class Body>
void for_each_row_block(std::int64_t rows, std::int64_t block_rows, std::int64_t most, std::int64_t vectors,
                        Layout layout, MatrixView<T> g, const Body& body) {
  if (vectors == 0) return;
  const Partition chunks = row_chunks<T>(rows, g.rows * vectors, most);
  const std::int64_t sum_entries = g.rows * vectors;
  Workspace<T> sums(chunks.count * sum_entries);
  for_each_plain_tile(chunks.count, [&](std::int64_t chunk) {
    T* sum = sums.data() + chunk * sum_entries;
    std::fill_n(sum, sum_entries, T(0));
    Workspace<T> products(block_rows * vectors);
    const std::int64_t end = chunks.end(chunk);
    for (std::int64_t first = chunks.begin(chunk); first < end; first += block_rows) {
      const std::int64_t count = std::min(block_rows, end - first);
      std::fill_n(products.data(), count * vectors, T(0));
      body(first, block_of(products.data(), count, vectors, layout), block_of(sum, g.rows, vectors, layout));
    }
  });
  if (g.rows == 0) return;
  if (chunks.count == 0) return set_zero(g);
  for (std::int64_t chunk = 1; chunk < chunks.count; ++chunk)
    for (std::int64_t j = 0; j < sum_entries; ++j) sums[j] += sums[chunk * sum_entries + j];
  copy_serial<T>(block_of<const T>(sums.data(), g.rows, vectors, layout), g);
}

// Blocks of vectors in the layout that they are read in.
template <class T>
struct InLayout {
  Matrix<T> turned;
  MatrixView<const T> view;
  InLayout(MatrixView<const T> x, Layout layout) : view(x) {
    if (x.layout == layout) return;
    if (x.cols == 1 && x.row_stride() == 1) {
      view = row_major(x.data, x.rows, 1);
    } else {
      turned = Matrix<T>::uninitialized(x.rows, x.cols, layout);
      copy<T>(x, turned.view());
      view = turned.view();
    }
  }
};

template <class T>
DenseRows<T> rows_of(const MatrixView<const T>& a) {
  return {.a = a};
}
template <class T, class Index>
SparseRows<T, Index> rows_of(const CsrView<T, Index>& a) {
  return {a};
}

// The same for the vectors that are written.
template <class T>
struct OutLayout {
  MatrixView<T> target;
  Matrix<T> turned;
  MatrixView<T> view;
  OutLayout(MatrixView<T> g, Layout layout) : target(g), view(g) {
    if (g.layout == layout) return;
    if (g.cols == 1 && g.row_stride() == 1) {
      view = row_major(g.data, g.rows, 1);
    } else {
      turned = Matrix<T>::uninitialized(g.rows, g.cols, layout);
      view = turned.view();
    }
  }
  void finish() const {
    if (turned.rows() > 0) copy<T>(turned.view(), target);
  }
};

// Calls body(source, first_row, x, t, g) for the blocks of a matrix stored by rows (`for_each_row_block`), with X in
// their layout, or by_columns(view) for one stored by columns.
template <class T, class Body, class ByColumns>
void over_rows(const AnyMatrixView<T>& a, MatrixView<const T> x, MatrixView<T> g, const Body& body,
               const ByColumns& by_columns) {
  std::visit(
      [&](const auto& view) {
        if constexpr (requires { rows_of(view); }) {
          const auto source = rows_of(view);
          const InLayout<T> vectors(x, source.vector_layout);
          for_each_row_block<T>(view.rows, source.block_rows(x.cols), source.most_chunks(g.rows), x.cols,
                                source.vector_layout, g, [&](std::int64_t first, MatrixView<T> t, MatrixView<T> sum) {
                                  body(source, first, vectors.view, t, sum);
                                });
        } else {
          by_columns(view);
        }
      },
      a.storage());
}

// G = A^T f(A X); f(first_row, first_vector, t) changes a block t of A X in place.
template <class T, class Between>
void product_and_back(const AnyMatrixView<T>& a, MatrixView<const T> x, MatrixView<T> g, const Between& between) {
  const bool in_one_piece = std::visit(
      [&]<class View>(const View& view) {
        if constexpr (requires { view.row_start; }) {
          const auto source = rows_of(view);
          // No division for a small matrix: there are many passes over it.
          const bool small = view.rows > 0 && view.nonzeros() < least_entries;
          if (x.cols == 0 ||
              (!small && row_chunks<T>(view.rows, g.rows * x.cols, source.most_chunks(g.rows)).count != 1))
            return false;
          const InLayout<T> vectors(x, source.vector_layout);
          const OutLayout<T> sums(g, source.vector_layout);
          source.normal_product(vectors.view, sums.view, between);
          sums.finish();
          return true;
        }
        return false;
      },
      a.storage());
  if (in_one_piece) return;
  over_rows<T>(
      a, x, g,
      [&](const auto& source, std::int64_t first, MatrixView<const T> vectors, MatrixView<T> t, MatrixView<T> sum) {
        source.add_product(first, vectors, t);
        between(first, 0, t);
        source.add_transposed_product(first, t, sum, Rows::in_cache);
      },
      [&](const auto& view) {
        // By columns the product needs all of A x before the first entry of A^T (A x): two passes.
        Matrix<T> product = Matrix<T>::uninitialized(view.rows, x.cols);
        multiply_by<T>(view, x, product);
        between(0, 0, product.view());
        multiply_by_transpose<T>(view, product, g);
      });
}

// T := diag(scale) T, for the rows of T that begin at row `first` of A.
template <class T>
void scale_block(const T* scale, std::int64_t first, MatrixView<T> t) {
  for (std::int64_t v = 0; v < t.cols; ++v)
    for (std::int64_t i = 0; i < t.rows; ++i) t(i, v) *= scale[first + i];
}

}  // namespace

template <class T>
void multiply_by(const AnyMatrixView<T>& a, MatrixView<const T> x, MatrixView<T> y) {
  over_rows<T>(
      a, x, {},
      [&](const auto& source, std::int64_t first, MatrixView<const T> vectors, MatrixView<T> t, MatrixView<T>) {
        source.add_product(first, vectors, t);
        copy_serial<T>(t, y.block(first, 0, t.rows, t.cols));
      },
      [&](const auto& view) { multiply_by_transpose<T>(transposed(view), x, y); });
}

template <class T>
void multiply_by_transpose(const AnyMatrixView<T>& a, MatrixView<const T> y, MatrixView<T> x) {
  over_rows<T>(
      a, y, x,
      [&](const auto& source, std::int64_t first, MatrixView<const T> vectors, MatrixView<T> t, MatrixView<T> g) {
        source.add_transposed_product(first, vectors.block(first, 0, t.rows, t.cols), g, Rows::in_memory);
      },
      [&](const auto& view) { multiply_by<T>(transposed(view), y, x); });
}

template <class T>
void normal_product(const AnyMatrixView<T>& a, MatrixView<const T> x, MatrixView<T> g, const T* row_scale) {
  // Twice, because squares of the factors may leave the range of T.
  if (row_scale == nullptr) return product_and_back<T>(a, x, g, [](std::int64_t, std::int64_t, MatrixView<T>) {});
  product_and_back<T>(a, x, g, [&](std::int64_t first, std::int64_t, MatrixView<T> t) {
    scale_block(row_scale, first, t);
    scale_block(row_scale, first, t);
  });
}

template <class T>
void residual_and_gradient(const AnyMatrixView<T>& a, MatrixView<const T> x, MatrixView<const T> b, MatrixView<T> r,
                           MatrixView<T> g, const T* row_scale) {
  // r = b - t for t = D (A x); t becomes D r.
  const std::int64_t b_row = b.row_stride(), b_column = b.column_stride();
  const std::int64_t r_row = r.row_stride(), r_column = r.column_stride();
  const auto subtract_from_b = [=](std::int64_t first, std::int64_t vector, MatrixView<T> t) {
    const T* const b_block = b.data + first * b_row + vector * b_column;
    T* const r_block = r.data + first * r_row + vector * r_column;
    for (std::int64_t v = 0; v < t.cols; ++v)
      for (std::int64_t i = 0; i < t.rows; ++i)
        r_block[i * r_row + v * r_column] = t(i, v) = b_block[i * b_row + v * b_column] - t(i, v);
  };
  if (row_scale == nullptr) return product_and_back<T>(a, x, g, subtract_from_b);
  product_and_back<T>(a, x, g, [&](std::int64_t first, std::int64_t vector, MatrixView<T> t) {
    scale_block(row_scale, first, t);
    subtract_from_b(first, vector, t);
    scale_block(row_scale, first, t);
  });
}

template <class T>
void transformed_product(const AnyMatrixView<T>& a, MatrixView<const T> x, MatrixView<T> g,
                         const RowTransform<T>& transform) {
  over_rows<T>(
      a, x, g,
      [&](const auto& source, std::int64_t first, MatrixView<const T> vectors, MatrixView<T> t, MatrixView<T> sum) {
        source.add_product(first, vectors, t);
        transform(first, t);
        source.add_transposed_product(first, t, sum, Rows::in_cache);
      },
      [&](const auto& view) {
        Matrix<T> product = Matrix<T>::uninitialized(view.rows, x.cols);
        multiply_by<T>(view, x, product);
        const Partition parts(view.rows, most_chunks, 256);
        for_each_tile(parts.count, [&](std::int64_t part) {
          transform(parts.begin(part), product.view().block(parts.begin(part), 0, parts.length(part), x.cols));
        });
        multiply_by_transpose<T>(view, product, g);
      });
}

#define CROQUIS_INSTANTIATE(T)                                                                              \
  template void multiply_by<T>(const AnyMatrixView<T>&, MatrixView<const T>, MatrixView<T>);                \
  template void multiply_by_transpose<T>(const AnyMatrixView<T>&, MatrixView<const T>, MatrixView<T>);      \
  template void normal_product<T>(const AnyMatrixView<T>&, MatrixView<const T>, MatrixView<T>, const T*);   \
  template void residual_and_gradient<T>(const AnyMatrixView<T>&, MatrixView<const T>, MatrixView<const T>, \
                                         MatrixView<T>, MatrixView<T>, const T*);                           \
  template void transformed_product<T>(const AnyMatrixView<T>&, MatrixView<const T>, MatrixView<T>,         \
                                       const RowTransform<T>&);
CROQUIS_INSTANTIATE(float)
CROQUIS_INSTANTIATE(double)
#undef CROQUIS_INSTANTIATE

}  // namespace croquis
