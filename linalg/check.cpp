#include "linalg/check.hpp"

#include <algorithm>
#include <limits>
#include <type_traits>
#include <vector>

#include "linalg/parallel.hpp"

namespace croquis {
namespace {

// The first k in [begin, end) with index[k] outside [0, size), or `end`. Sound arrays are only read, in parallel and
// without a branch: the top bit of index | (size - 1 - index) tells.
template <class Index>
std::int64_t first_outside(const Index* index, std::int64_t begin, std::int64_t end, std::int64_t size) {
  using Bits = std::make_unsigned_t<Index>;
  const auto last = static_cast<Bits>(std::min<std::int64_t>(size - 1, std::numeric_limits<Index>::max()));
  const Partition parts(end - begin, 64, 65536);
  std::vector<char> outside(static_cast<std::size_t>(parts.count), size <= 0);
  const auto check_part = [&](std::int64_t part) {
    Bits bits = 0;
    const Index* const stop = index + begin + parts.end(part);
    for (const Index* i = index + begin + parts.begin(part); i < stop; ++i)
      bits |= static_cast<Bits>(*i) | (last - static_cast<Bits>(*i));
    if (static_cast<Index>(bits) < 0) outside[static_cast<std::size_t>(part)] = 1;
  };
  for_each_tile(parts.count, check_part);
  const auto first = std::find(outside.begin(), outside.end(), 1) - outside.begin();
  if (first == parts.count) return end;
  std::int64_t k = begin + parts.begin(first);
  while (index[k] >= 0 && index[k] < size) ++k;
  return k;
}

// The first i in [0, count) with start[i + 1] < start[i], or `count`; start[0] is not negative. Branchless as above.
template <class Index>
std::int64_t first_decrease(const Index* start, std::int64_t count) {
  using Bits = std::make_unsigned_t<Index>;
  Bits bits = 0;
  for (std::int64_t i = 0; i < count; ++i)
    bits |= static_cast<Bits>(start[i + 1]) | (static_cast<Bits>(start[i + 1]) - static_cast<Bits>(start[i]));
  if (static_cast<Index>(bits) >= 0) return count;
  std::int64_t i = 0;
  while (start[i + 1] >= start[i]) ++i;
  return i;
}

template <class Index>
void check_compressed(std::int64_t outer, std::int64_t inner, const Index* start, const Index* index, const void* value,
                      bool indices_are_known, const std::string& name, const char* start_name, const char* index_name) {
  if (outer < 0 || inner < 0) throw ShapeError(name + ": negative shape " + shape_text(outer, inner));
  if (outer == 0 && start == nullptr) return;
  if (start == nullptr) throw ShapeError(name + ": " + start_name + " is null");
  if (indices_are_known) return;
  if (start[0] < 0) throw ShapeError(name + ": " + start_name + "[0] = " + std::to_string(start[0]) + " is negative");
  const std::int64_t i = first_decrease(start, outer);
  if (i < outer)
    throw ShapeError(name + ": " + start_name + "[" + std::to_string(i + 1) + "] = " + std::to_string(start[i + 1]) +
                     " is less than the entry before it, " + std::to_string(start[i]));
  if (start[outer] > start[0] && (index == nullptr || value == nullptr))
    throw ShapeError(name + ": " + index_name + " or value is null but there are stored entries");
  const std::int64_t k = first_outside(index, start[0], start[outer], inner);
  if (k < start[outer])
    throw ShapeError(name + ": " + index_name + "[" + std::to_string(k) + "] = " + std::to_string(index[k]) +
                     " is outside [0, " + std::to_string(inner) + ")");
}

}  // namespace

std::string shape_text(std::int64_t rows, std::int64_t cols) {
  return std::to_string(rows) + " x " + std::to_string(cols);
}

template <class T>
void check_view(const MatrixView<T>& a, const char* name) {
  if (a.rows < 0 || a.cols < 0) throw ShapeError(std::string(name) + ": negative shape " + shape_text(a.rows, a.cols));
  if (a.rows == 0 || a.cols == 0) return;
  const std::int64_t stored = a.layout == Layout::column_major ? a.rows : a.cols;
  const std::int64_t vectors = a.layout == Layout::column_major ? a.cols : a.rows;
  if (a.leading_dimension < stored)
    throw ShapeError(std::string(name) + ": leading dimension " + std::to_string(a.leading_dimension) +
                     " is less than " + std::to_string(stored) + ", the " +
                     (a.layout == Layout::column_major ? "rows of a column-major " : "columns of a row-major ") +
                     shape_text(a.rows, a.cols) + " matrix");
  const std::int64_t most = std::numeric_limits<std::int64_t>::max() / static_cast<std::int64_t>(sizeof(T));
  if (a.leading_dimension > most / vectors)
    throw ShapeError(std::string(name) + ": a " + shape_text(a.rows, a.cols) + " matrix with leading dimension " +
                     std::to_string(a.leading_dimension) + " is not addressable");
  if (a.data == nullptr)
    throw ShapeError(std::string(name) + ": data is null for a " + shape_text(a.rows, a.cols) + " matrix");
}

template <class T>
void check_view(const AnyMatrixView<T>& a, const char* name) {
  std::visit(
      [&](const auto& view) {
        if constexpr (requires { view.row_start; }) {
          check_compressed(view.rows, view.cols, view.row_start, view.column, view.value, a.indices_are_known(), name,
                           "row_start", "column");
        } else if constexpr (requires { view.column_start; }) {
          check_compressed(view.cols, view.rows, view.column_start, view.row, view.value, a.indices_are_known(), name,
                           "column_start", "row");
        } else {
          check_view(view, name);
        }
      },
      a.storage());
}

void check_shape(std::int64_t a_rows, std::int64_t a_cols, std::int64_t rows, std::int64_t cols, const char* name,
                 const char* because) {
  if (a_rows != rows || a_cols != cols)
    throw ShapeError(std::string(name) + " is " + shape_text(a_rows, a_cols) + " but must be " +
                     shape_text(rows, cols) + ": " + because);
}

template void check_view(const MatrixView<float>&, const char*);
template void check_view(const MatrixView<double>&, const char*);
template void check_view(const MatrixView<const float>&, const char*);
template void check_view(const MatrixView<const double>&, const char*);
template void check_view(const AnyMatrixView<float>&, const char*);
template void check_view(const AnyMatrixView<double>&, const char*);

}  // namespace croquis
