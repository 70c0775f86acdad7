#include "sketch/sketch_sum.hpp"

#include <atomic>

#include <croquis/sketch/apply.hpp>

#include "linalg/finite.hpp"
#include "linalg/parallel.hpp"
#include "sketch/sparse_sign_draws.hpp"
#include "sketch/strips.hpp"

namespace croquis {
namespace {

// Of S, for tiles that stay in cache.
constexpr std::int64_t most_tile_rows = std::int64_t{1} << 16;

}  // namespace

template <class T>
SketchSum<T>::SketchSum(const AnySketch& s, std::int64_t cols, std::int64_t vectors)
    : s_(s), cols_(cols), vectors_(vectors) {}

template <class T>
bool SketchSum<T>::add(std::int64_t first_row, const AnyMatrixView<T>& a, MatrixView<const T> b) {
  if (!goes_to_tiles(a)) return add_to_rest(first_row, a, b);
  return add_to_tiles(std::get<SparseSign>(s_.storage()), first_row, std::get<MatrixView<const T>>(a.storage()), b);
}

template <class T>
bool SketchSum<T>::goes_to_tiles(const AnyMatrixView<T>& a) const {
  return cols_ > 0 && std::holds_alternative<SparseSign>(s_.storage()) && a.is_dense() && s_.rows() <= most_tile_rows;
}

template <class T>
bool SketchSum<T>::add_to_tiles(const SparseSign& s, std::int64_t first_row, MatrixView<const T> a,
                                MatrixView<const T> b) {
  const std::int64_t width = strip_width_for<T>(s, a, s.rows);
  if (a_ && a_->width() != width) {
    rest_of_a_ = sa();
    a_.reset();
  }
  if (!a_) a_.emplace(s, cols_, width);
  if (!b_) b_.emplace(s, vectors_, line_width<T>);
  const Workspace<std::uint32_t> table = draw_table(s, first_row, a.rows);
  const std::int64_t tasks_of_a = a_->tasks(a.rows);
  std::atomic<bool> finite = true;
  for_each_tile(tasks_of_a + b_->tasks(a.rows), [&](std::int64_t task) {
    const bool good = task < tasks_of_a ? a_->add(task, a, table.data()) : b_->add(task - tasks_of_a, b, table.data());
    if (!good) finite = false;
  });
  return finite;
}

// An entry that is not finite leaves its mark in the sketch, which is looked through where it is shorter than the
// block.
template <class T>
bool SketchSum<T>::add_to_rest(std::int64_t first_row, const AnyMatrixView<T>& a, MatrixView<const T> b) {
  if (rest_of_a_.rows() == 0) rest_of_a_ = Matrix<T>(s_.rows(), cols_);
  if (rest_of_b_.rows() == 0) rest_of_b_ = Matrix<T>(s_.rows(), vectors_);
  accumulate(s_, first_row, a, rest_of_a_.view());
  accumulate(s_, first_row, b, rest_of_b_.view());
  return all_finite<T>(b) && (a.rows() > s_.rows() ? all_finite<T>(rest_of_a_.view()) : all_finite<T>(a));
}

template <class T>
Matrix<T> SketchSum<T>::total(const std::optional<TileSum<T>>& tiles, const Matrix<T>& rest, std::int64_t cols) const {
  Matrix<T> result = rest.rows() > 0 ? rest : Matrix<T>(s_.rows(), cols);
  if (tiles) tiles->write(result.view());
  return result;
}

template class SketchSum<float>;
template class SketchSum<double>;

}  // namespace croquis
