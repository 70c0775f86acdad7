#include <croquis/sketch/gaussian.hpp>

#include "sketch/entries.hpp"
#include "sketch/multiply_sketch.hpp"
#include "sketch/normals.hpp"
#include "sketch/panels.hpp"

namespace croquis {

template <class T>
EntryFiller<T> entries_of(const Gaussian& s) {
  return [s](std::int64_t first_row, std::int64_t first_col, MatrixView<T> out) {
    fill_normals(s.seed, 1 / static_cast<double>(s.rows), first_row, first_col, out);
  };
}

template <class T>
void multiply_sketch(const Gaussian& s, std::int64_t first_row, const AnyMatrixView<T>& a, Update update,
                     MatrixView<T> out) {
  multiply_by_panels(entries_of<T>(s), first_row, a, update, out);
}

#define CROQUIS_INSTANTIATE(T)                         \
  template EntryFiller<T> entries_of(const Gaussian&); \
  template void multiply_sketch(const Gaussian&, std::int64_t, const AnyMatrixView<T>&, Update, MatrixView<T>);
CROQUIS_INSTANTIATE(float)
CROQUIS_INSTANTIATE(double)
#undef CROQUIS_INSTANTIATE

}  // namespace croquis
