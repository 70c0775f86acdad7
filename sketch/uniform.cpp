#include <croquis/sketch/uniform.hpp>

#include <cmath>

#include "sketch/entries.hpp"
#include "sketch/multiply_sketch.hpp"
#include "sketch/panels.hpp"
#include "sketch/uniforms.hpp"

namespace croquis {

template <class T>
EntryFiller<T> entries_of(const Uniform& s) {
  return [s](std::int64_t first_row, std::int64_t first_col, MatrixView<T> out) {
    fill_uniforms(s.seed, std::sqrt(3 / static_cast<double>(s.rows)), first_row, first_col, out);
  };
}

template <class T>
void multiply_sketch(const Uniform& s, std::int64_t first_row, const AnyMatrixView<T>& a, Update update,
                     MatrixView<T> out) {
  multiply_by_panels(entries_of<T>(s), first_row, a, update, out);
}

#define CROQUIS_INSTANTIATE(T)                        \
  template EntryFiller<T> entries_of(const Uniform&); \
  template void multiply_sketch(const Uniform&, std::int64_t, const AnyMatrixView<T>&, Update, MatrixView<T>);
CROQUIS_INSTANTIATE(float)
CROQUIS_INSTANTIATE(double)
#undef CROQUIS_INSTANTIATE

}  // namespace croquis
