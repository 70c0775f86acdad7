#include "perf/sketch_cases.hpp"

#include <memory>
#include <utility>
#include <vector>

#include <croquis/sketch/apply.hpp>

#include "linalg/blas.hpp"
#include "perf/bounds.hpp"

namespace croquis::perf {

SketchShape reduced(const SketchShape& shape, bool quick) {
  return quick ? SketchShape{shape.rows / 32, shape.cols / 5, shape.sketch_rows / 5} : shape;
}

template <class T>
std::string case_name(const std::string& name, Layout layout, const SketchShape& shape) {
  return name + (layout == Layout::column_major ? " col " : " row ") + std::to_string(shape.rows) + "x" +
         std::to_string(shape.cols) + " d" + std::to_string(shape.sketch_rows) + (sizeof(T) == 8 ? "" : " float");
}

namespace {

// Both sides write `out`; `other` is the reference's: a copy of A, or the entries of S.
template <class T>
struct Data {
  AnySketch s;
  Matrix<T> a, out, other;

  Data(const TimedSketch& sketch, const SketchShape& shape, Layout layout)
      : s(sketch.make(shape.sketch_rows, shape.rows)),
        a(Matrix<T>::uninitialized(shape.rows, shape.cols, layout)),
        out(shape.sketch_rows, shape.cols) {
    fill(Gaussian{shape.rows, shape.cols, 1}, a.view());
  }
};

}  // namespace

template <class T>
Case sketch_beside_copy(const TimedSketch& sketch, const SketchShape& shape, Layout layout) {
  return {.name = case_name<T>(sketch.name, layout, shape), .reference = "memcpy", .make = [=](bool quick) -> Contest {
            const auto d = std::make_shared<Data<T>>(sketch, reduced(shape, quick), layout);
            d->other = Matrix<T>(d->a.rows(), d->a.cols(), layout);
            return {.prepare_ours = {},
                    .ours = [d] { apply(d->s, d->a, d->out); },
                    .prepare_reference = {},
                    .reference = [d] { copy_memory(d->a, d->other); },
                    .findings = {}};
          }};
}

template <class T>
Case sketch_beside_product(const TimedSketch& sketch, const SketchShape& shape, Layout layout) {
  return {.name = case_name<T>(sketch.name, layout, shape), .reference = "gemm", .make = [=](bool quick) -> Contest {
            const auto d = std::make_shared<Data<T>>(sketch, reduced(shape, quick), layout);
            d->other = Matrix<T>(d->out.rows(), d->a.rows());
            fill(d->s, d->other.view());
            return {.prepare_ours = {},
                    .ours = [d] { apply(d->s, d->a, d->out); },
                    .prepare_reference = {},
                    .reference = [d] { multiply<T>(1, d->other.view(), d->a.view(), 0, d->out.view()); },
                    .findings = {}};
          }};
}

Case float_beside_double(const TimedSketch& sketch, const SketchShape& shape, Layout layout) {
  return {.name = case_name<float>(sketch.name, layout, shape) + " beside-double",
          .reference = "double",
          .make = [=](bool quick) -> Contest {
            const auto d = std::make_shared<Data<float>>(sketch, reduced(shape, quick), layout);
            const auto other = std::make_shared<Data<double>>(sketch, reduced(shape, quick), layout);
            return {.prepare_ours = {},
                    .ours = [d] { apply(d->s, d->a, d->out); },
                    .prepare_reference = {},
                    .reference = [other] { apply(other->s, other->a, other->out); },
                    .findings = {}};
          }};
}

SparseMatrix<double> scattered(std::int64_t rows, std::int64_t cols, std::int64_t nonzeros) {
  const std::int64_t per_row = nonzeros / rows, range = cols / per_row;
  std::vector<std::int64_t> start(static_cast<std::size_t>(rows + 1));
  std::vector<std::int64_t> column(static_cast<std::size_t>(rows * per_row));
  std::vector<double> value(column.size());
  for (std::int64_t i = 0; i <= rows; ++i) start[static_cast<std::size_t>(i)] = i * per_row;
  for (std::size_t k = 0; k < column.size(); ++k) {
    const auto scrambled = static_cast<std::int64_t>((static_cast<std::uint64_t>(k) * 0x9e3779b97f4a7c15u) >> 33);
    column[k] = static_cast<std::int64_t>(k) % per_row * range + scrambled % range;
    value[k] = static_cast<double>(1 + scrambled % 1000);
  }
  return {rows, cols, std::move(start), std::move(column), std::move(value)};
}

#define CROQUIS_INSTANTIATE(T)                                                         \
  template std::string case_name<T>(const std::string&, Layout, const SketchShape&);   \
  template Case sketch_beside_copy<T>(const TimedSketch&, const SketchShape&, Layout); \
  template Case sketch_beside_product<T>(const TimedSketch&, const SketchShape&, Layout);
CROQUIS_INSTANTIATE(float)
CROQUIS_INSTANTIATE(double)
#undef CROQUIS_INSTANTIATE

}  // namespace croquis::perf
