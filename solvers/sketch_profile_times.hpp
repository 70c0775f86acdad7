// The seconds in a profile of sketches: measured on the matrix at hand.
#pragma once

#include <functional>
#include <vector>

#include "solvers/cost_model.hpp"

namespace croquis {

/// Seconds that a call takes: the least of the runs that a tenth of a second allows, three at least unless one alone
/// takes a second. What disturbs a run only ever adds to it.
double least_seconds(const std::function<void()>& call);

/// B = A x + noise, m x 1: x normal in columns scaled to norms near one, the noise as large as A x. `scale` is that of
/// the columns.
Matrix<double> noisy_right_hand_side(const AnyMatrixView<double>& a, const std::vector<double>& scale,
                                     std::uint64_t seed);

/// Seconds of applying S to A, and of the QR of S A as a solve does it.
struct SketchSeconds {
  double sketch = 0;
  double factor = 0;
};
SketchSeconds time_sketch(const AnyMatrixView<double>& a, const AnySketch& sketch);

/// What the columns of A are scaled by, and the seconds of one iteration.
struct IterationSeconds {
  bool in_range = false;  ///< false: the scale of the columns is out of the sketch's range, and nothing was timed
  std::vector<double> scale;
  double seconds = 0;
};
/// Times one pass over A, two triangular solves and the estimate of the error for `vectors` right-hand sides,
/// preconditioned by S A.
IterationSeconds time_iteration(const AnyMatrixView<double>& a, const AnySketch& sketch, std::int64_t vectors);

}  // namespace croquis
