#include "sketch/check_sketch.hpp"

#include <cassert>
#include <string>

#include <croquis/errors.hpp>

namespace croquis {
namespace {

// Random counters hold 56 bits of row index, and a power of two above `cols` must fit in 64 bits.
constexpr std::int64_t most_rows = std::int64_t{1} << 56;
constexpr std::int64_t most_cols = std::int64_t{1} << 62;
// A sparse-sign entry is drawn as 31 bits of row and one of sign.
constexpr std::int64_t most_sparse_rows = (std::int64_t{1} << 31) - 1;
// FFTW's lengths are 32-bit.
constexpr std::int64_t most_transform_length = (std::int64_t{1} << 31) - 1;

void check_range(const char* name, std::int64_t value, std::int64_t least, std::int64_t most, const char* because) {
  if (value < least || value > most)
    throw InvalidOption(std::string(name) + " = " + std::to_string(value) + " is outside [" + std::to_string(least) +
                        ", " + std::to_string(most) + "]" + because);
}

struct Check {
  void operator()(const Gaussian& s) const {
    check_range("Gaussian::cols", s.cols, 0, most_cols, "");
    check_range("Gaussian::rows", s.rows, 1, most_rows, "");
  }
  void operator()(const Rademacher& s) const {
    check_range("Rademacher::cols", s.cols, 0, most_cols, "");
    check_range("Rademacher::rows", s.rows, 1, most_rows, "");
  }
  void operator()(const Uniform& s) const {
    check_range("Uniform::cols", s.cols, 0, most_cols, "");
    check_range("Uniform::rows", s.rows, 1, most_rows, "");
  }
  void operator()(const SparseSign& s) const {
    check_range("SparseSign::cols", s.cols, 0, most_cols, "");
    check_range("SparseSign::rows", s.rows, 1, most_sparse_rows, "");
    check_range("SparseSign::nonzeros", s.nonzeros, 1, s.rows, ": at least 1, at most SparseSign::rows");
  }
  void operator()(const Srht& s) const {
    check_range("Srht::cols", s.cols, 0, most_cols, "");
    check_range("Srht::rows", s.rows, 1, most_sketch_rows(SketchFamily::srht, s.cols),
                ": at most the smallest power of two >= Srht::cols");
  }
  void operator()(const Srtt& s) const {
    check_range("Srtt::cols", s.cols, 1, most_transform_length, "");
    check_range("Srtt::rows", s.rows, 1, s.cols, ": at most Srtt::cols");
    if (!has_trigonometric_transforms())
      throw InvalidOption("Srtt needs FFTW, and this croquis was built without; Srht works without");
  }
  void operator()(const HashedRht& s) const {
    check_range("HashedRht::cols", s.cols, 0, most_cols, "");
    check_range("HashedRht::rows", s.rows, 1, most_sparse_rows, "");
    check_range("HashedRht::nonzeros", s.nonzeros, 1, s.rows, ": at least 1, at most HashedRht::rows");
  }
  void operator()(const RowSampling& s) const {
    check_range("RowSampling::rows", s.rows, 1, most_rows, "");
    check_range("RowSampling::cols", s.cols, 1, most_cols, "");
    if (static_cast<std::int64_t>(s.sampled().size()) != s.rows)
      throw InvalidOption("RowSampling::rows = " + std::to_string(s.rows) + " but " +
                          std::to_string(s.sampled().size()) + " rows were drawn: make another instead of changing it");
    for (const std::int64_t row : s.sampled())
      if (row >= s.cols)
        throw InvalidOption("RowSampling::cols = " + std::to_string(s.cols) + " but row " + std::to_string(row) +
                            " was drawn: make another instead of changing it");
  }
};

}  // namespace

std::int64_t most_sketch_rows(SketchFamily family, std::int64_t cols) {
  switch (family) {
    case SketchFamily::gaussian:
    case SketchFamily::rademacher:
    case SketchFamily::uniform:
      return most_rows;
    case SketchFamily::sparse_sign:
    case SketchFamily::count_sketch:
    case SketchFamily::hashed_rht:
      return most_sparse_rows;
    case SketchFamily::srht:
      return hadamard_order(cols);
    case SketchFamily::srtt:
    case SketchFamily::row_sampling:
      return cols;
  }
  assert(false && "a family without a limit");
  return 0;
}

void check_sketch(const AnySketch& s) { std::visit(Check{}, s.storage()); }

}  // namespace croquis
