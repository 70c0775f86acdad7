#include <croquis/sketch/distortion.hpp>

#include <algorithm>
#include <limits>
#include <utility>

#include <croquis/sketch/apply.hpp>

#include "linalg/check.hpp"
#include "linalg/finite.hpp"
#include "linalg/gram.hpp"
#include "sketch/check_sketch.hpp"
#include "sketch/distortion_of_gram.hpp"
#include "sketch/range_basis.hpp"

namespace croquis {

Distortion distortion_of_gram(Matrix<double> gram, std::int64_t sketch_rows) {
  const std::int64_t rank = gram.rows();
  const ExtremeSingularValues values = singular_values_of_gram(std::move(gram));
  // Fewer rows than dimensions: some direction is lost.
  const double smallest = sketch_rows < rank ? 0 : values.smallest;
  return {.smallest = smallest, .largest = values.largest, .distortion = std::max(1 - smallest, values.largest - 1)};
}

Distortion measure_distortion(const AnySketch& s, const AnyMatrixView<double>& a) {
  check_sketch(s);
  check_view(a, "A");
  if (a.rows() != s.cols() || a.rows() < a.cols())
    throw ShapeError("A is " + shape_text(a.rows(), a.cols()) + " but must have " + std::to_string(s.cols()) +
                     " rows, the columns of S, and no more columns than rows");
  if (!all_finite(a)) {
    constexpr double nan = std::numeric_limits<double>::quiet_NaN();
    return {.smallest = nan, .largest = nan, .distortion = nan};
  }
  const Matrix<double> q = range_basis(a);
  if (q.cols() == 0) return {.smallest = 1, .largest = 1, .distortion = 0};
  return distortion_of_gram(gram<double>((s * q).view()), s.rows());
}

}  // namespace croquis
