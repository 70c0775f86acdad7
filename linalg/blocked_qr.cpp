#include "linalg/blocked_qr.hpp"

#include <algorithm>
#include <type_traits>

#include "linalg/blas.hpp"
#include "linalg/memory.hpp"
#include "linalg/parallel.hpp"
#include "linalg/reflector_kernels.hpp"

namespace croquis {
namespace {

constexpr std::int64_t panel_width = 64;
// Panels this narrow are left to LAPACK.
constexpr std::int64_t leaf_width = 8;
// Columns updated at once: the sums of V^T C take a quarter of the second-level cache.
constexpr std::int64_t strip_width = 48;
constexpr std::int64_t most_strips = 32;
// Of a smaller panel and what it updates, waking a thread would take longer than the work.
constexpr std::int64_t least_entries_of_task = 32768;
static_assert(strip_width >= panel_width / 2, "a corner of T shares the memory of a strip's sums");

// The rows of a column to the next, an odd number of cache lines: the columns of V are read side by side.
template <class T>
std::int64_t spread_leading_dimension(std::int64_t rows) {
  constexpr std::int64_t line = 64 / static_cast<std::int64_t>(sizeof(T));
  return ((rows + line - 1) / line | 1) * line;
}

template <class T>
struct UpdateWorkspace {
  static std::int64_t product_size() { return panel_width * strip_width; }
  static std::int64_t size() {
    return product_size() + lane_sums_bytes(product_size()) / static_cast<std::int64_t>(sizeof(T));
  }
};

// The reflectors I - V T V^T of one panel. V is a copy with its ones and zeros.
template <class T>
class BlockReflector {
 public:
  BlockReflector(std::int64_t rows, std::int64_t most_width)
      : leading_(spread_leading_dimension<T>(rows)), v_(leading_ * most_width), t_(panel_width * most_width) {}

  // The QR of a panel, in place.
  void factor(MatrixView<T> panel, WorkspacePool<T>& pool) {
    rows_ = panel.rows;
    width_ = panel.cols;
    auto memory = pool.borrow();
    factor_columns(panel, 0, width_, memory.data());
  }

  // C := (I - V T V^T)^T C.
  void apply(MatrixView<T> c, WorkspacePool<T>& pool) const {
    auto memory = pool.borrow();
    apply_columns(0, width_, c, memory.data());
  }

 private:
  MatrixView<const T> v(std::int64_t first, std::int64_t width) const {
    return {v_.data() + first * leading_ + first, rows_ - first, width, leading_, Layout::column_major};
  }
  T* t(std::int64_t i, std::int64_t j) { return t_.data() + i + j * panel_width; }
  const T* t(std::int64_t i, std::int64_t j) const { return t_.data() + i + j * panel_width; }

  // By halves, so that all but the narrowest updates are products of the kernels.
  void factor_columns(MatrixView<T> panel, std::int64_t first, std::int64_t width, T* workspace) {
    if (width <= leaf_width) return factor_leaf(panel, first, width);
    const std::int64_t left = (width / 2 + leaf_width - 1) / leaf_width * leaf_width;
    const std::int64_t right = width - left;
    factor_columns(panel, first, left, workspace);
    const std::int64_t next = first + left;
    apply_columns(first, left, panel.block(first, next, rows_ - first, right), workspace);
    factor_columns(panel, next, right, workspace);
    // The corner of T: -T_1 V_1^T V_2 T_2, where V_2 begins `left` rows further down.
    auto v_left = v(first, left).block(left, 0, rows_ - next, left);
    T* const corner = workspace;
    tall_inner_products(v_left, v(next, right), workspace + UpdateWorkspace<T>::product_size(), corner);
    multiply_by_t("L", "N", T(-1), first, corner, left, right);
    multiply_by_t("R", "N", T(1), next, corner, left, right);
    for (std::int64_t j = 0; j < right; ++j) std::copy_n(corner + j * left, left, t(first, next + j));
  }

  void factor_leaf(MatrixView<T> panel, std::int64_t first, std::int64_t width) {
    const auto columns = panel.block(first, first, rows_ - first, width);
    const blas_int m = to_blas_int(columns.rows, "rows");
    const blas_int n = to_blas_int(width, "panel width");
    const blas_int lda = to_blas_int(columns.leading_dimension, "leading dimension");
    const blas_int ldt = panel_width;
    blas_int info = 0;
    if constexpr (std::is_same_v<T, double>) {
      dgeqrt3_(&m, &n, columns.data, &lda, t(first, first), &ldt, &info);
    } else {
      sgeqrt3_(&m, &n, columns.data, &lda, t(first, first), &ldt, &info);
    }
    for (std::int64_t j = 0; j < width; ++j) {
      const T* const from = columns.data + j * columns.leading_dimension;
      T* const to = v_.data() + (first + j) * leading_;
      std::fill_n(to, first + j, T(0));
      to[first + j] = 1;
      std::copy(from + j + 1, from + columns.rows, to + first + j + 1);
    }
  }

  void apply_columns(std::int64_t first, std::int64_t width, MatrixView<T> c, T* workspace) const {
    const MatrixView<const T> reflectors = v(first, width);
    T* const w = workspace;
    for (std::int64_t j = 0; j < c.cols; j += strip_width) {
      const auto strip = c.block(0, j, c.rows, std::min(strip_width, c.cols - j));
      tall_inner_products(reflectors, strip, workspace + UpdateWorkspace<T>::product_size(), w);
      multiply_by_t("L", "T", T(1), first, w, width, strip.cols);
      subtract_tall_product(reflectors, w, strip);
    }
  }

  // W (rows x cols) times the triangle of T at `first`, from the left or the right.
  void multiply_by_t(const char* side, const char* transpose, T factor, std::int64_t first, T* w, std::int64_t rows,
                     std::int64_t cols) const {
    const blas_int m = to_blas_int(rows, "rows");
    const blas_int n = to_blas_int(cols, "columns");
    const blas_int ldt = panel_width;
    if constexpr (std::is_same_v<T, double>) {
      dtrmm_(side, "U", transpose, "N", &m, &n, &factor, t(first, first), &ldt, w, &m, 1, 1, 1, 1);
    } else {
      strmm_(side, "U", transpose, "N", &m, &n, &factor, t(first, first), &ldt, w, &m, 1, 1, 1, 1);
    }
  }

  std::int64_t leading_;
  std::int64_t rows_ = 0;
  std::int64_t width_ = 0;
  Workspace<T> v_;
  Workspace<T> t_;
};

}  // namespace

template <class T>
void blocked_qr(MatrixView<T> a, MatrixView<T> b, Tasks tasks) {
  const std::int64_t steps = std::min(a.rows, a.cols);
  if (steps == 0) return;
  const SingleThreadedBlas single_threaded_blas;
  WorkspacePool<T> pool(UpdateWorkspace<T>::size());
  // A narrow matrix has one panel, and new memory for more costs page faults.
  const std::int64_t first_width = std::min(panel_width, steps);
  BlockReflector<T> current(a.rows, first_width), next(steps > first_width ? a.rows : 0, first_width);
  current.factor(a.block(0, 0, a.rows, first_width), pool);
  for (std::int64_t j = 0; j < steps; j += panel_width) {
    const std::int64_t rows = a.rows - j;
    const std::int64_t width = std::min(panel_width, steps - j);
    const std::int64_t next_width = std::min(panel_width, steps - j - width);
    const auto following = a.block(j, j + width, rows, next_width);
    const auto rest = a.block(j, j + width + next_width, rows, a.cols - j - width - next_width);
    const auto right = b.block(j, 0, rows, b.cols);
    const Partition rest_strips(rest.cols, most_strips, strip_width);
    const Partition right_strips(right.cols, most_strips, strip_width);
    // The panel that follows is the first task, and the longest.
    const auto task = [&](std::int64_t index) {
      if (index == 0) {
        current.apply(following, pool);
        if (next_width > 0) next.factor(following.block(width, 0, rows - width, next_width), pool);
      } else if (index <= rest_strips.count) {
        const std::int64_t strip = index - 1;
        current.apply(rest.block(0, rest_strips.begin(strip), rows, rest_strips.length(strip)), pool);
      } else {
        const std::int64_t strip = index - 1 - rest_strips.count;
        current.apply(right.block(0, right_strips.begin(strip), rows, right_strips.length(strip)), pool);
      }
    };
    const std::int64_t count = 1 + rest_strips.count + right_strips.count;
    if (tasks == Tasks::tiled && rows * (a.cols - j + b.cols) >= least_entries_of_task) {
      for_each_tile(count, task);
    } else {
      for (std::int64_t index = 0; index < count; ++index) task(index);
    }
    std::swap(current, next);
  }
}

template void blocked_qr<float>(MatrixView<float>, MatrixView<float>, Tasks);
template void blocked_qr<double>(MatrixView<double>, MatrixView<double>, Tasks);

}  // namespace croquis
