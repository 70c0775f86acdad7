// The subsampled randomized trigonometric transform.
#pragma once

#include <cstdint>

#include <croquis/linalg/transforms.hpp>
#include <croquis/sketch/sketch_operator.hpp>

namespace croquis {

/// S = sqrt(m / d) R C D: D random signs, C an orthogonal trigonometric transform of order m = `cols` (any length),
/// R a sample of d of its m rows without replacement.
///
/// Costs O(m n log m) when applied to all m rows at once; a block of rows costs the smaller of that and the 2 d k n
/// flops of a product with its d x k block of S. 1 <= rows <= cols. Needs FFTW (`has_trigonometric_transforms()`);
/// throws `InvalidOption` without.
/// Sources: Avron, Maymounkov and Toledo, SIAM J. Sci. Comput. 2010 (Blendenpik); Woolfe et al. 2008.
struct Srtt {
  std::int64_t rows = 0;
  std::int64_t cols = 0;
  TrigonometricTransform transform = TrigonometricTransform::dct;
  std::uint64_t seed = 0;
  bool operator==(const Srtt&) const = default;
};

static_assert(SketchOperator<Srtt>);

}  // namespace croquis
