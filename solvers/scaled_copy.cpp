#include "solvers/scaled_copy.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

#include <croquis/sketch/apply.hpp>

#include "linalg/copy.hpp"
#include "linalg/parallel.hpp"
#include "solvers/column_scaling.hpp"

namespace croquis {
namespace {

// Multiplies A by the power of two whose negative exponent it returns.
template <class T>
int center(MatrixView<T> a) {
  const std::vector<int> exponents = column_exponents<T>(a);
  int lowest = std::numeric_limits<int>::max();
  int highest = std::numeric_limits<int>::min();
  for (const int exponent : exponents) {
    if (exponent == zero_column_exponent) continue;
    lowest = std::min(lowest, exponent);
    highest = std::max(highest, exponent);
  }
  if (lowest > highest) return 0;
  const int scaling = (lowest + highest) / 2;
  const Partition parts(a.cols, 64);
  for_each_tile(parts.count, [&](std::int64_t part) {
    for (std::int64_t j = parts.begin(part); j < parts.end(part); ++j)
      for (std::int64_t i = 0; i < a.rows; ++i) a(i, j) = std::ldexp(a(i, j), -scaling);
  });
  return scaling;
}

}  // namespace

template <class T>
ScaledCopy<T>::ScaledCopy(Matrix<T> entries, std::int64_t sketched_rows, int exponent)
    : StoredMatrix<T>(std::as_const(entries).view()),
      entries_(std::move(entries)),
      sketched_rows_(sketched_rows),
      scaling_(center<T>(entries_.view())),
      exponent_(exponent + scaling_) {}

template <class T>
void ScaledCopy<T>::sketch(const AnySketch& s, MatrixView<T> out) const {
  const std::int64_t n = this->cols();
  const std::int64_t exact = this->rows() - sketched_rows_;
  apply(s, entries_.view().block(0, 0, sketched_rows_, n), out.block(0, 0, s.rows(), n));
  copy<T>(entries_.view().block(sketched_rows_, 0, exact, n), out.block(s.rows(), 0, exact, n));
}

template class ScaledCopy<float>;
template class ScaledCopy<double>;

}  // namespace croquis
