// How fast is S A? Beside a copy of A's memory (nothing that reads A can be much faster) or, for a Gaussian S, beside
// the matrix product of the same shape.
#include <croquis/sketch/apply.hpp>

#include <cstring>
#include <memory>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include <croquis/linalg/transforms.hpp>

#include "linalg/blas.hpp"
#include "linalg/parallel.hpp"
#include "perf/paired_timing.hpp"

namespace croquis::perf {
namespace {

struct Shape {
  std::int64_t rows, cols, sketch_rows;
};
constexpr Shape dense_shape{1 << 17, 500, 1000};
constexpr Shape sparse_shape{1000000, 1000, 1000};
constexpr std::int64_t entries_per_row = 10;

Shape reduced(const Shape& shape, bool quick) {
  return quick ? Shape{shape.rows / 32, shape.cols / 5, shape.sketch_rows / 5} : shape;
}

struct Family {
  std::string name;
  AnySketch (*make)(const Shape& shape);
  bool time_on_sparse = false;
};

std::vector<Family> families() {
  std::vector<Family> result = {
      {"count_sketch",
       [](const Shape& s) -> AnySketch {
         return CountSketch{s.sketch_rows, s.rows, 7};
       },
       true},
      {"sparse_sign4",
       [](const Shape& s) -> AnySketch {
         return SparseSign{s.sketch_rows, s.rows, 4, 7};
       }},
      {"sparse_sign8",
       [](const Shape& s) -> AnySketch {
         return SparseSign{s.sketch_rows, s.rows, 8, 7};
       },
       true},
      {"srht",
       [](const Shape& s) -> AnySketch {
         return Srht{s.sketch_rows, s.rows, 7};
       }},
      {"gaussian",
       [](const Shape& s) -> AnySketch {
         return Gaussian{s.sketch_rows, s.rows, 7};
       },
       true},
  };
  if (has_trigonometric_transforms()) {
    result.push_back({"srtt_dct", [](const Shape& s) -> AnySketch {
                        return Srtt{.rows = s.sketch_rows, .cols = s.rows, .seed = 7};
                      }});
  }
  return result;
}

std::string size_text(const Shape& s) {
  return std::to_string(s.rows) + "x" + std::to_string(s.cols) + " d" + std::to_string(s.sketch_rows);
}

void parallel_copy(const Matrix<double>& from, Matrix<double>& to) {
  const Partition parts(from.view().size(), 64, 4096);
  for_each_tile(parts.count, [&](std::int64_t part) {
    std::memcpy(to.data() + parts.begin(part), from.data() + parts.begin(part), sizeof(double) * parts.length(part));
  });
}

// S A beside a copy of A or, for the Gaussian, beside dgemm with the entries of S already in memory.
Case dense_case(const Family& family, Layout layout) {
  const bool gaussian = family.name == "gaussian";
  const std::string layout_name = layout == Layout::column_major ? " col " : " row ";
  return {.name = family.name + layout_name + size_text(dense_shape),
          .reference = gaussian ? "dgemm" : "memcpy",
          .make = [=](bool quick) -> Contest {
            const Shape shape = reduced(dense_shape, quick);
            struct Data {
              AnySketch s;
              Matrix<double> a, out, other;
            };
            const auto d = std::make_shared<Data>(Data{family.make(shape),
                                                       Matrix<double>::uninitialized(shape.rows, shape.cols, layout),
                                                       Matrix<double>(shape.sketch_rows, shape.cols),
                                                       {}});
            fill(Gaussian{shape.rows, shape.cols, 1}, d->a.view());
            if (!gaussian) {
              d->other = Matrix<double>(shape.rows, shape.cols, layout);
              return {.prepare_ours = {},
                      .ours = [d] { apply(d->s, d->a, d->out); },
                      .prepare_reference = {},
                      .reference = [d] { parallel_copy(d->a, d->other); },
                      .findings = {}};
            }
            d->other = Matrix<double>(shape.sketch_rows, shape.rows);
            fill(d->s, d->other.view());
            return {.prepare_ours = {},
                    .ours = [d] { apply(d->s, d->a, d->out); },
                    .prepare_reference = {},
                    .reference = [d] { multiply<double>(1, d->other.view(), d->a.view(), 0, d->out.view()); },
                    .findings = {}};
          }};
}

// The sum of an array's 64-bit words, that is, one read of it.
std::uint64_t read_all(const void* memory, std::int64_t words) {
  const auto* word = static_cast<const std::uint64_t*>(memory);
  const Partition parts(words, 64, 4096);
  std::vector<std::uint64_t> sums(parts.count);
  for_each_tile(parts.count, [&](std::int64_t part) {
    sums[part] = std::accumulate(word + parts.begin(part), word + parts.end(part), std::uint64_t{0});
  });
  return std::accumulate(sums.begin(), sums.end(), std::uint64_t{0});
}

// rows x cols with equally many entries in each row, one at a scrambled place in each of equal ranges of columns.
SparseMatrix<double> scattered(std::int64_t rows, std::int64_t cols, std::int64_t nonzeros) {
  const std::int64_t per_row = nonzeros / rows, range = cols / per_row;
  std::vector<std::int64_t> start(rows + 1), column(rows * per_row);
  std::vector<double> value(rows * per_row);
  for (std::int64_t i = 0; i <= rows; ++i) start[i] = i * per_row;
  for (std::int64_t k = 0; k < rows * per_row; ++k) {
    const auto scrambled = static_cast<std::int64_t>((static_cast<std::uint64_t>(k) * 0x9e3779b97f4a7c15u) >> 33);
    column[k] = k % per_row * range + scrambled % range;
    value[k] = static_cast<double>(1 + scrambled % 1000);
  }
  return {rows, cols, std::move(start), std::move(column), std::move(value)};
}

// S A for a sparse A by rows or by columns, beside one read of its arrays.
Case sparse_case(const Family& family, bool by_rows) {
  return {.name = family.name + (by_rows ? " csr " : " csc ") + size_text(sparse_shape) + " nnz" +
                  std::to_string(entries_per_row),
          .reference = "read",
          .make = [=](bool quick) -> Contest {
            const Shape shape = reduced(sparse_shape, quick);
            struct Data {
              AnySketch s;
              SparseMatrix<double> stored;
              Matrix<double> out;
              std::uint64_t sum = 0;
            };
            const std::int64_t nonzeros = shape.rows * entries_per_row;
            const auto d = std::make_shared<Data>(Data{
                family.make(shape),
                by_rows ? scattered(shape.rows, shape.cols, nonzeros) : scattered(shape.cols, shape.rows, nonzeros),
                Matrix<double>(shape.sketch_rows, shape.cols)});
            const AnyMatrixView<double> stored = d->stored.view();
            return {.prepare_ours = {},
                    .ours = [d, a = by_rows ? stored : stored.transposed()] { apply(d->s, a, d->out); },
                    .prepare_reference = {},
                    .reference =
                        [d] {
                          const auto view = d->stored.view();
                          d->sum = read_all(view.column, view.nonzeros()) + read_all(view.value, view.nonzeros());
                        },
                    .findings = {}};
          }};
}

}  // namespace
}  // namespace croquis::perf

int main(int argc, char** argv) {
  using namespace croquis;
  std::vector<perf::Case> cases;
  for (const perf::Family& family : perf::families()) {
    cases.push_back(perf::dense_case(family, Layout::column_major));
    cases.push_back(perf::dense_case(family, Layout::row_major));
    if (!family.time_on_sparse) continue;
    cases.push_back(perf::sparse_case(family, true));
    cases.push_back(perf::sparse_case(family, false));
  }
  return perf::run_cases(argc, argv, "S A, beside a copy of A (dgemm for the Gaussian, one read for a sparse A)",
                         cases);
}
