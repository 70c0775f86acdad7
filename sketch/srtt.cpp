#include <croquis/sketch/srtt.hpp>

#include <algorithm>
#include <cmath>
#include <memory>
#include <numbers>

#include "linalg/memory.hpp"
#include "linalg/parallel.hpp"
#include "linalg/transforms/column_transform.hpp"
#include "sketch/entries.hpp"
#include "sketch/multiply_sketch.hpp"
#include "sketch/panels.hpp"
#include "sketch/sampling.hpp"
#include "sketch/strip_kernels.hpp"

namespace croquis {
namespace {

// cos(2 pi numerator / denominator), 0 <= numerator < denominator: the angle is brought under an eighth of a turn in
// integers, so that the result is accurate however large they are.
double cos_turns(std::uint64_t numerator, std::uint64_t denominator) {
  if (2 * numerator > denominator) numerator = denominator - numerator;
  bool negative = false;
  if (4 * numerator > denominator) {
    // cos(pi - x) = -cos x; in half-units, so that an odd denominator stays exact
    negative = true;
    numerator = denominator - 2 * numerator;
  } else {
    numerator = 2 * numerator;
  }
  const double turn = std::numbers::pi / static_cast<double>(denominator);
  const double value = 4 * numerator <= denominator
                           ? std::cos(turn * static_cast<double>(numerator))
                           : std::sin(turn / 2 * static_cast<double>(denominator - 2 * numerator));
  return negative ? -value : value;
}

// sqrt(m) C(k, j)
double transform_entry(TrigonometricTransform transform, std::uint64_t m, std::uint64_t k, std::uint64_t j) {
  if (transform == TrigonometricTransform::dct) {
    if (k == 0) return 1;
    return std::numbers::sqrt2 * cos_turns(k * (2 * j + 1) % (4 * m), 4 * m);
  }
  // cos x + sin x = sqrt(2) cos(x - pi / 4), and 7 m / 8 m of a turn is -pi / 4.
  return std::numbers::sqrt2 * cos_turns((8 * (k * j % m) + 7 * m) % (8 * m), 8 * m);
}

}  // namespace

template <class T>
EntryFiller<T> entries_of(const Srtt& s) {
  const auto sample =
      std::make_shared<const std::vector<std::int64_t>>(sample_without_replacement(s.seed, s.cols, s.rows));
  return [s, sample](std::int64_t first_row, std::int64_t first_col, MatrixView<T> out) {
    const double scale = 1 / std::sqrt(static_cast<double>(s.rows));
    const auto m = static_cast<std::uint64_t>(s.cols);
    Workspace<double> signs(out.cols);
    draw_column_signs(s.seed, first_col, out.cols, signs.data());
    for (std::int64_t i = 0; i < out.rows; ++i) {
      const auto k = static_cast<std::uint64_t>((*sample)[static_cast<std::size_t>(first_row + i)]);
      for (std::int64_t j = 0; j < out.cols; ++j)
        out(i, j) = static_cast<T>(scale * signs[j] *
                                   transform_entry(s.transform, m, k, static_cast<std::uint64_t>(first_col + j)));
    }
  };
}

namespace {

// Flops, or what takes the time of one, for a product with the k x n rows of A: by panels, 2 d k n and the cosines of
// the panels; by zero-padded transforms of all m rows, measured for lengths of 2^14 to 2^17.
bool transform_is_cheaper(const Srtt& s, std::int64_t k, std::int64_t n) {
  constexpr double flops_per_entry = 800;
  constexpr double flops_per_level = 12;
  const auto m = static_cast<double>(s.cols);
  const double panels =
      static_cast<double>(s.rows) * static_cast<double>(k) * (2 * static_cast<double>(n) + flops_per_entry);
  return flops_per_level * m * std::log2(m + 1) * static_cast<double>(n) < panels;
}

// to(:, j) = from(:, j) for a row-major strip. Blocks of rows are packed, asked for ahead, so long that each column
// takes some pages at a time: shorter pieces of columns far apart are written at the latency of memory.
template <class T>
void copy_columns(MatrixView<const T> from, MatrixView<T> to) {
  constexpr std::int64_t width = narrow_strip<T>;
  constexpr std::int64_t rows_at_once = 1024;
  Workspace<T> packed(rows_at_once * width);
  for (std::int64_t first = 0; first < from.rows; first += rows_at_once) {
    const std::int64_t count = std::min(rows_at_once, from.rows - first);
    pack_rows(from, first, count, width, packed.data());
    for (std::int64_t j = 0; j < from.cols; ++j) {
      T* column = to.data + j * to.leading_dimension + first;
      for (std::int64_t i = 0; i < count; ++i) column[i] = packed[i * width + j];
    }
  }
}

// Columns get their signs on the way into the transform, of whose result only the sampled entries are worked out. A
// strip of columns of a row-major A is copied first, so that a transform has its column in the second-level
// cache. Workspaces are used again, since fresh memory costs as much as a pass over it.
template <class T>
void multiply_by_transform(const Srtt& s, std::int64_t first_row, MatrixView<const T> a, Update update,
                           MatrixView<T> out) {
  constexpr std::int64_t most_parts = 32;
  const bool copied = a.layout == Layout::row_major;
  const std::int64_t width = copied ? narrow_strip<T> : 1;
  const ColumnTransform<T> transform(s.transform, s.cols);
  const auto sample = sample_without_replacement(s.seed, s.cols, s.rows);
  Workspace<T> signs(a.rows);
  draw_column_signs(s.seed, first_row, a.rows, signs.data());
  const T scale = static_cast<T>(std::sqrt(static_cast<double>(s.cols) / static_cast<double>(s.rows)));
  const Partition parts(a.cols, most_parts, width);
  for_each_tile(parts.count, [&](std::int64_t part) {
    Workspace<T> memory(copied ? a.rows * width : 0);
    Workspace<T> work(transform.workspace_size());
    for (std::int64_t first = parts.begin(part); first < parts.end(part); first += width) {
      auto columns = a.block(0, first, a.rows, std::min(width, parts.end(part) - first));
      if (copied) {
        const auto copy = column_major(memory.data(), a.rows, columns.cols);
        copy_columns<T>(columns, copy);
        columns = copy;
      }
      for (std::int64_t j = 0; j < columns.cols; ++j) {
        const T* column = columns.data + j * columns.leading_dimension;
        if (a.rows < s.cols) std::fill_n(work.data(), work.size(), T(0));
        for (std::int64_t i = 0; i < a.rows; ++i) work[transform.place(first_row + i)] = signs[i] * column[i];
        transform.execute(work.data());
        for (std::int64_t i = 0; i < s.rows; ++i) {
          const T value = scale * transform.value(work.data(), sample[static_cast<std::size_t>(i)]);
          T& to = out(i, first + j);
          to = update == Update::add ? to + value : value;
        }
      }
    }
  });
}

}  // namespace

template <class T>
void multiply_sketch(const Srtt& s, std::int64_t first_row, const AnyMatrixView<T>& a, Update update,
                     MatrixView<T> out) {
  const auto* dense = std::get_if<MatrixView<const T>>(&a.storage());
  if (dense != nullptr && transform_is_cheaper(s, a.rows(), a.cols())) {
    multiply_by_transform<T>(s, first_row, *dense, update, out);
  } else {
    multiply_by_panels(entries_of<T>(s), first_row, a, update, out);
  }
}

#define CROQUIS_INSTANTIATE(T)                     \
  template EntryFiller<T> entries_of(const Srtt&); \
  template void multiply_sketch(const Srtt&, std::int64_t, const AnyMatrixView<T>&, Update, MatrixView<T>);
CROQUIS_INSTANTIATE(float)
CROQUIS_INSTANTIATE(double)
#undef CROQUIS_INSTANTIATE

}  // namespace croquis
