#include "linalg/finite.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>

#include "linalg/parallel.hpp"
#include "linalg/plain_tile.hpp"

namespace croquis {
namespace {

// Enough of them that waking a thread pays.
constexpr std::int64_t least_entries_of_part = 32768;

template <class T>
bool all_finite_in(const T* first, std::int64_t runs, std::int64_t run_length, std::int64_t stride) {
  if (run_length == 0) return true;
  const Partition parts(runs, std::clamp<std::int64_t>(runs * run_length / least_entries_of_part, 1, 64));
  std::atomic<bool> finite = true;
  for_each_plain_tile(parts.count, [&](std::int64_t part) {
    for (std::int64_t run = parts.begin(part); run < parts.end(part) && finite; ++run)
      if (!all_finite_serial(first + run * stride, run_length)) finite = false;
  });
  return finite;
}

}  // namespace

// x - x is zero exactly for finite x, so the sum of the differences is zero or not a number: a sum for each lane of a
// vector, which the compiler may not make of a single one.
template <class T>
bool all_finite_serial(const T* x, std::int64_t count) {
  constexpr std::int64_t lanes = 16;
  T sum[lanes] = {};
  std::int64_t i = 0;
  for (; i + lanes <= count; i += lanes)
    for (std::int64_t k = 0; k < lanes; ++k) sum[k] += x[i + k] - x[i + k];
  for (; i < count; ++i) sum[0] += x[i] - x[i];
  T total = 0;
  for (std::int64_t k = 0; k < lanes; ++k) total += sum[k];
  return total == T(0);
}

template <class T>
bool all_finite(const AnyMatrixView<T>& a) {
  return std::visit(
      [](const auto& view) {
        if constexpr (requires { view.layout; }) {
          return view.layout == Layout::column_major
                     ? all_finite_in(view.data, view.cols, view.rows, view.leading_dimension)
                     : all_finite_in(view.data, view.rows, view.cols, view.leading_dimension);
        } else if constexpr (requires { view.row_start; }) {
          return view.nonzeros() == 0 || all_finite_serial(view.value + view.row_start[0], view.nonzeros());
        } else {
          return view.nonzeros() == 0 || all_finite_serial(view.value + view.column_start[0], view.nonzeros());
        }
      },
      a.storage());
}

template bool all_finite_serial(const float*, std::int64_t);
template bool all_finite_serial(const double*, std::int64_t);
template bool all_finite<float>(const AnyMatrixView<float>&);
template bool all_finite<double>(const AnyMatrixView<double>&);

}  // namespace croquis
