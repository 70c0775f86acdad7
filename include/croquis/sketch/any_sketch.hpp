// One value that holds an operator of any family.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include <croquis/export.hpp>
#include <croquis/sketch/gaussian.hpp>
#include <croquis/sketch/hashed_rht.hpp>
#include <croquis/sketch/rademacher.hpp>
#include <croquis/sketch/row_sampling.hpp>
#include <croquis/sketch/sparse_sign.hpp>
#include <croquis/sketch/srht.hpp>
#include <croquis/sketch/srtt.hpp>
#include <croquis/sketch/uniform.hpp>

namespace croquis {

/// The families of sketching operators. `count_sketch` is `sparse_sign` with one nonzero per column.
enum class SketchFamily {
  gaussian,
  rademacher,
  uniform,
  sparse_sign,
  count_sketch,
  srht,
  srtt,
  hashed_rht,
  row_sampling
};

/// A sketching operator of any family; every operator converts to it. Two are equal if the operators are.
class AnySketch {
 public:
  using Storage = std::variant<Gaussian, Rademacher, Uniform, SparseSign, Srht, Srtt, HashedRht, RowSampling>;

  AnySketch(const Gaussian& s) : storage_(s) {}
  AnySketch(const Rademacher& s) : storage_(s) {}
  AnySketch(const Uniform& s) : storage_(s) {}
  AnySketch(const SparseSign& s) : storage_(s) {}
  AnySketch(const CountSketch& s) : storage_(SparseSign(s)) {}
  AnySketch(const Srht& s) : storage_(s) {}
  AnySketch(const Srtt& s) : storage_(s) {}
  AnySketch(const HashedRht& s) : storage_(s) {}
  AnySketch(const RowSampling& s) : storage_(s) {}

  std::int64_t rows() const {
    return std::visit([](const auto& s) { return s.rows; }, storage_);
  }
  std::int64_t cols() const {
    return std::visit([](const auto& s) { return s.cols; }, storage_);
  }
  std::uint64_t seed() const {
    return std::visit([](const auto& s) { return s.seed; }, storage_);
  }
  /// Entries per column of S: `SparseSign::nonzeros`, or `rows()` for the dense families; at most one for
  /// `RowSampling`.
  CROQUIS_API std::int64_t nonzeros() const;
  CROQUIS_API SketchFamily family() const;

  const Storage& storage() const { return storage_; }
  bool operator==(const AnySketch&) const = default;

 private:
  Storage storage_;
};

/// "gaussian", "rademacher", "uniform", "sparse-sign", "count-sketch", "srht", "srtt", "hashed-rht" or "row-sampling".
CROQUIS_API std::string to_string(SketchFamily family);
/// Every family of this build, in the order of the enumeration: all, but for srtt, which needs FFTW.
CROQUIS_API std::span<const SketchFamily> all_sketch_families();
/// The family that `to_string` calls `name`; nothing if there is none.
CROQUIS_API std::optional<SketchFamily> sketch_family_named(std::string_view name);
/// The most rows that an operator of the family with `cols` columns can have.
CROQUIS_API std::int64_t most_sketch_rows(SketchFamily family, std::int64_t cols);

/// One line such as `SparseSign{rows=2000, cols=100000, nonzeros=8, seed=42}`.
CROQUIS_API std::string to_string(const AnySketch& s);

/// The operator of a family with its defaults (8 nonzeros, 1 for hashed-rht, DCT) and the given shape and seed. For
/// sparse-sign the number of nonzeros is at most `rows`; row-sampling is uniform, without replacement. Throws
/// `InvalidOption` if the family cannot have that shape.
CROQUIS_API AnySketch make_sketch(SketchFamily family, std::int64_t rows, std::int64_t cols, std::uint64_t seed);

}  // namespace croquis
