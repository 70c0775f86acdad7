#include <croquis/sketch/srht.hpp>

#include <bit>
#include <cmath>
#include <memory>

#include "linalg/memory.hpp"
#include "sketch/check_sketch.hpp"
#include "sketch/entries.hpp"
#include "sketch/multiply_sketch.hpp"
#include "sketch/panels.hpp"
#include "sketch/sampling.hpp"

namespace croquis {

template <class T>
EntryFiller<T> entries_of(const Srht& s) {
  const auto sample = std::make_shared<const std::vector<std::int64_t>>(
      sample_without_replacement(s.seed, hadamard_order(s.cols), s.rows));
  return [s, sample](std::int64_t first_row, std::int64_t first_col, MatrixView<T> out) {
    const T scale = static_cast<T>(1 / std::sqrt(static_cast<double>(s.rows)));
    Workspace<T> signs(out.cols);
    draw_column_signs(s.seed, first_col, out.cols, signs.data());
    for (std::int64_t i = 0; i < out.rows; ++i) {
      const auto r = static_cast<std::uint64_t>((*sample)[static_cast<std::size_t>(first_row + i)]);
      for (std::int64_t j = 0; j < out.cols; ++j) {
        const bool odd = std::popcount(r & static_cast<std::uint64_t>(first_col + j)) % 2 != 0;
        out(i, j) = scale * (odd ? -signs[j] : signs[j]);
      }
    }
  };
}

template <class T>
void multiply_sketch(const Srht& s, std::int64_t first_row, const AnyMatrixView<T>& a, Update update,
                     MatrixView<T> out) {
  multiply_by_panels(entries_of<T>(s), first_row, a, update, out);
}

#define CROQUIS_INSTANTIATE(T)                     \
  template EntryFiller<T> entries_of(const Srht&); \
  template void multiply_sketch(const Srht&, std::int64_t, const AnyMatrixView<T>&, Update, MatrixView<T>);
CROQUIS_INSTANTIATE(float)
CROQUIS_INSTANTIATE(double)
#undef CROQUIS_INSTANTIATE

}  // namespace croquis
