#include <croquis/sketch/any_sketch.hpp>

#include <algorithm>
#include <cassert>
#include <vector>

#include "sketch/check_sketch.hpp"

namespace croquis {
namespace {

template <class... F>
struct Overloaded : F... {
  using F::operator()...;
};
template <class... F>
Overloaded(F...) -> Overloaded<F...>;

struct FamilyName {
  SketchFamily family;
  const char* name;
};
// In the order of the enumeration. The one list of families: names, options of the command and tests go by it.
constexpr FamilyName family_names[] = {{SketchFamily::gaussian, "gaussian"},
                                       {SketchFamily::rademacher, "rademacher"},
                                       {SketchFamily::uniform, "uniform"},
                                       {SketchFamily::sparse_sign, "sparse-sign"},
                                       {SketchFamily::count_sketch, "count-sketch"},
                                       {SketchFamily::srht, "srht"},
                                       {SketchFamily::srtt, "srtt"},
                                       {SketchFamily::hashed_rht, "hashed-rht"},
                                       {SketchFamily::row_sampling, "row-sampling"}};

std::vector<SketchFamily> families_of_this_build() {
  std::vector<SketchFamily> families;
  for (const FamilyName& entry : family_names)
    if (entry.family != SketchFamily::srtt || has_trigonometric_transforms()) families.push_back(entry.family);
  return families;
}

std::string fields(std::int64_t rows, std::int64_t cols) {
  return "{rows=" + std::to_string(rows) + ", cols=" + std::to_string(cols);
}
std::string seed_field(std::uint64_t seed) { return ", seed=" + std::to_string(seed) + "}"; }

}  // namespace

std::int64_t AnySketch::nonzeros() const {
  return std::visit(Overloaded{[](const auto& s) { return s.rows; }, [](const SparseSign& s) { return s.nonzeros; },
                               [](const RowSampling&) { return std::int64_t{1}; }},
                    storage_);
}

SketchFamily AnySketch::family() const {
  return std::visit(
      Overloaded{
          [](const Gaussian&) { return SketchFamily::gaussian; },
          [](const Rademacher&) { return SketchFamily::rademacher; },
          [](const Uniform&) { return SketchFamily::uniform; },
          [](const SparseSign& s) { return s.nonzeros == 1 ? SketchFamily::count_sketch : SketchFamily::sparse_sign; },
          [](const Srht&) { return SketchFamily::srht; }, [](const Srtt&) { return SketchFamily::srtt; },
          [](const HashedRht&) { return SketchFamily::hashed_rht; },
          [](const RowSampling&) { return SketchFamily::row_sampling; }},
      storage_);
}

std::string to_string(SketchFamily family) {
  for (const FamilyName& entry : family_names)
    if (entry.family == family) return entry.name;
  assert(false && "a family without a name");
  return {};
}

std::span<const SketchFamily> all_sketch_families() {
  static const std::vector<SketchFamily> families = families_of_this_build();
  return families;
}

std::optional<SketchFamily> sketch_family_named(std::string_view name) {
  for (const FamilyName& entry : family_names)
    if (entry.name == name) return entry.family;
  return std::nullopt;
}

std::string to_string(const AnySketch& s) {
  return std::visit(
      Overloaded{[](const Gaussian& g) { return "Gaussian" + fields(g.rows, g.cols) + seed_field(g.seed); },
                 [](const Rademacher& g) { return "Rademacher" + fields(g.rows, g.cols) + seed_field(g.seed); },
                 [](const Uniform& g) { return "Uniform" + fields(g.rows, g.cols) + seed_field(g.seed); },
                 [](const SparseSign& g) {
                   return "SparseSign" + fields(g.rows, g.cols) + ", nonzeros=" + std::to_string(g.nonzeros) +
                          seed_field(g.seed);
                 },
                 [](const Srht& g) { return "Srht" + fields(g.rows, g.cols) + seed_field(g.seed); },
                 [](const Srtt& g) {
                   const bool dct = g.transform == TrigonometricTransform::dct;
                   return "Srtt" + fields(g.rows, g.cols) + ", transform=" + (dct ? "dct" : "hartley") +
                          seed_field(g.seed);
                 },
                 [](const HashedRht& g) {
                   return "HashedRht" + fields(g.rows, g.cols) + ", nonzeros=" + std::to_string(g.nonzeros) +
                          seed_field(g.seed);
                 },
                 [](const RowSampling& g) {
                   const bool with = g.replacement == Replacement::with;
                   return "RowSampling" + fields(g.rows, g.cols) + ", replacement=" + (with ? "with" : "without") +
                          seed_field(g.seed);
                 }},
      s.storage());
}

AnySketch make_sketch(SketchFamily family, std::int64_t rows, std::int64_t cols, std::uint64_t seed) {
  const auto make = [&]() -> AnySketch {
    switch (family) {
      case SketchFamily::gaussian:
        return Gaussian{.rows = rows, .cols = cols, .seed = seed};
      case SketchFamily::rademacher:
        return Rademacher{.rows = rows, .cols = cols, .seed = seed};
      case SketchFamily::uniform:
        return Uniform{.rows = rows, .cols = cols, .seed = seed};
      case SketchFamily::sparse_sign:
        return SparseSign{.rows = rows, .cols = cols, .nonzeros = std::clamp<std::int64_t>(rows, 1, 8), .seed = seed};
      case SketchFamily::count_sketch:
        return CountSketch{.rows = rows, .cols = cols, .seed = seed};
      case SketchFamily::srht:
        return Srht{.rows = rows, .cols = cols, .seed = seed};
      case SketchFamily::srtt:
        return Srtt{.rows = rows, .cols = cols, .seed = seed};
      case SketchFamily::hashed_rht:
        return HashedRht{.rows = rows, .cols = cols, .seed = seed};
      case SketchFamily::row_sampling:
        break;
    }
    return RowSampling::uniform(rows, cols, seed);
  };
  const AnySketch s = make();
  check_sketch(s);
  return s;
}

}  // namespace croquis
