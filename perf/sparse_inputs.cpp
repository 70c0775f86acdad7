// How fast is S A for a sparse A, by rows (csr) and by columns (csc)? Beside one read of A's arrays or, for a Gaussian
// S, beside generating as many random numbers as S has entries.
#include <memory>

#include <croquis/sketch/apply.hpp>
#include <croquis/sketch/apply_sparse.hpp>

#include "linalg/parallel.hpp"
#include "perf/bounds.hpp"
#include "perf/sketch_cases.hpp"
#include "sketch/entries.hpp"

namespace croquis::perf {
namespace {

constexpr SketchShape shape{1000000, 1000, 1000};
constexpr std::int64_t entries_per_row = 10;

struct Data {
  AnySketch s;
  SparseMatrix<double> stored;
  AnyMatrixView<double> a;
  Matrix<double> out;
  std::uint64_t sum = 0;

  Data(const TimedSketch& sketch, const SketchShape& size, bool by_rows)
      : s(sketch.make(size.sketch_rows, size.rows)),
        stored(by_rows ? scattered(size.rows, size.cols, size.rows * entries_per_row)
                       : scattered(size.cols, size.rows, size.rows * entries_per_row)),
        a(stored),
        out(size.sketch_rows, size.cols) {
    if (!by_rows) a = a.transposed();
  }
};

std::string name_of(const TimedSketch& sketch, bool by_rows) {
  return sketch.name + (by_rows ? " csr " : " csc ") + std::to_string(shape.rows) + "x" + std::to_string(shape.cols) +
         " nnz" + std::to_string(entries_per_row) + " d" + std::to_string(shape.sketch_rows);
}

Case sketch_beside_read(const TimedSketch& sketch, bool by_rows) {
  return {.name = name_of(sketch, by_rows), .reference = "read", .make = [=](bool quick) -> Contest {
            const auto d = std::make_shared<Data>(sketch, reduced(shape, quick), by_rows);
            return {.prepare_ours = {},
                    .ours = [d] { apply(d->s, d->a, d->out); },
                    .prepare_reference = {},
                    .reference = [d] { d->sum = read_memory(d->stored); },
                    .findings = {}};
          }};
}

// The sketch of a wide A as a sparse matrix, which a dense one could not be.
Case sparse_result_beside_read(const std::string& name, std::int64_t nonzeros, bool by_rows) {
  constexpr SketchShape wide{100000, 10000, 20000};
  return {.name = name + "_sparse" + (by_rows ? " csr " : " csc ") + std::to_string(wide.rows) + "x" +
                  std::to_string(wide.cols) + " nnz" + std::to_string(entries_per_row) + " d" +
                  std::to_string(wide.sketch_rows),
          .reference = "read",
          .make = [=](bool quick) -> Contest {
            const SketchShape size = reduced(wide, quick);
            const std::int64_t entries = size.rows * entries_per_row;
            struct Wide {
              SparseSign s;
              SparseMatrix<double> stored, result;
              std::uint64_t sum = 0;
            };
            const auto d = std::make_shared<Wide>();
            d->s = SparseSign{size.sketch_rows, size.rows, nonzeros, 7};
            d->stored = by_rows ? scattered(size.rows, size.cols, entries) : scattered(size.cols, size.rows, entries);
            AnyMatrixView<double> a = d->stored;
            if (!by_rows) a = a.transposed();
            return {.prepare_ours = {},
                    .ours = [d, a] { d->result = apply_sparse(d->s, a); },
                    .prepare_reference = {},
                    .reference = [d] { d->sum = read_memory(d->stored); },
                    .findings = {}};
          }};
}

// All entries of a Gaussian S, a piece at a time, into memory that stays in cache.
void generate_entries(const Gaussian& s) {
  constexpr std::int64_t rows_at_once = 256, cols_at_once = 128;
  const Partition parts(s.cols, 256, cols_at_once);
  const auto fill_piece = entries_of<double>(s);
  for_each_tile(parts.count, [&](std::int64_t part) {
    Matrix<double> piece(rows_at_once, cols_at_once);
    for (std::int64_t j = parts.begin(part); j < parts.end(part); j += cols_at_once)
      for (std::int64_t i = 0; i < s.rows; i += rows_at_once)
        fill_piece(
            i, j,
            piece.view().block(0, 0, std::min(rows_at_once, s.rows - i), std::min(cols_at_once, parts.end(part) - j)));
  });
}

Case gaussian_beside_generation(bool by_rows) {
  const TimedSketch gaussian{"gaussian", [](std::int64_t rows, std::int64_t cols) -> AnySketch {
                               return Gaussian{rows, cols, 7};
                             }};
  return {.name = name_of(gaussian, by_rows), .reference = "generate", .make = [=](bool quick) -> Contest {
            const auto d = std::make_shared<Data>(gaussian, reduced(shape, quick), by_rows);
            return {.prepare_ours = {},
                    .ours = [d] { apply(d->s, d->a, d->out); },
                    .prepare_reference = {},
                    .reference = [d] { generate_entries(std::get<Gaussian>(d->s.storage())); },
                    .findings = {}};
          }};
}

}  // namespace
}  // namespace croquis::perf

int main(int argc, char** argv) {
  using namespace croquis;
  std::vector<perf::Case> cases;
  for (const auto& [name, nonzeros] : {std::pair{"count_sketch", 1}, {"sparse_sign8", 8}}) {
    const perf::TimedSketch sketch{name, [nonzeros = nonzeros](std::int64_t rows, std::int64_t cols) -> AnySketch {
                                     return SparseSign{rows, cols, nonzeros, 7};
                                   }};
    for (const bool by_rows : {true, false}) {
      cases.push_back(perf::sketch_beside_read(sketch, by_rows));
      cases.push_back(perf::sparse_result_beside_read(name, nonzeros, by_rows));
    }
  }
  for (const bool by_rows : {true, false}) cases.push_back(perf::gaussian_beside_generation(by_rows));
  return perf::run_cases(argc, argv, "S A for a sparse A, beside a read of A or generating S", cases);
}
