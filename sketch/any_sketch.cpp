#include <croquis/sketch/any_sketch.hpp>

#include <algorithm>
#include <array>

#include "sketch/check_sketch.hpp"

namespace croquis {
namespace {

template <class... F>
struct Overloaded : F... {
  using F::operator()...;
};
template <class... F>
Overloaded(F...) -> Overloaded<F...>;

std::string fields(std::int64_t rows, std::int64_t cols) {
  return "{rows=" + std::to_string(rows) + ", cols=" + std::to_string(cols);
}
std::string seed_field(std::uint64_t seed) { return ", seed=" + std::to_string(seed) + "}"; }

}  // namespace

std::int64_t AnySketch::nonzeros() const {
  const auto* sparse = std::get_if<SparseSign>(&storage_);
  return sparse != nullptr ? sparse->nonzeros : rows();
}

SketchFamily AnySketch::family() const {
  return std::visit(
      Overloaded{
          [](const Gaussian&) { return SketchFamily::gaussian; },
          [](const SparseSign& s) { return s.nonzeros == 1 ? SketchFamily::count_sketch : SketchFamily::sparse_sign; },
          [](const Srht&) { return SketchFamily::srht; }, [](const Srtt&) { return SketchFamily::srtt; }},
      storage_);
}

std::string to_string(SketchFamily family) {
  constexpr std::array names = {"gaussian", "sparse-sign", "count-sketch", "srht", "srtt"};
  return names[static_cast<std::size_t>(family)];
}

std::string to_string(const AnySketch& s) {
  return std::visit(
      Overloaded{[](const Gaussian& g) { return "Gaussian" + fields(g.rows, g.cols) + seed_field(g.seed); },
                 [](const SparseSign& g) {
                   return "SparseSign" + fields(g.rows, g.cols) + ", nonzeros=" + std::to_string(g.nonzeros) +
                          seed_field(g.seed);
                 },
                 [](const Srht& g) { return "Srht" + fields(g.rows, g.cols) + seed_field(g.seed); },
                 [](const Srtt& g) {
                   const bool dct = g.transform == TrigonometricTransform::dct;
                   return "Srtt" + fields(g.rows, g.cols) + ", transform=" + (dct ? "dct" : "hartley") +
                          seed_field(g.seed);
                 }},
      s.storage());
}

AnySketch make_sketch(SketchFamily family, std::int64_t rows, std::int64_t cols, std::uint64_t seed) {
  const auto make = [&]() -> AnySketch {
    switch (family) {
      case SketchFamily::gaussian:
        return Gaussian{.rows = rows, .cols = cols, .seed = seed};
      case SketchFamily::sparse_sign:
        return SparseSign{.rows = rows, .cols = cols, .nonzeros = std::clamp<std::int64_t>(rows, 1, 8), .seed = seed};
      case SketchFamily::count_sketch:
        return CountSketch{.rows = rows, .cols = cols, .seed = seed};
      case SketchFamily::srht:
        return Srht{.rows = rows, .cols = cols, .seed = seed};
      case SketchFamily::srtt:
        break;
    }
    return Srtt{.rows = rows, .cols = cols, .seed = seed};
  };
  const AnySketch s = make();
  check_sketch(s);
  return s;
}

}  // namespace croquis
