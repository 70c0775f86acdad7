// Orthonormal vectors, one appended after another.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <croquis/linalg/matrix.hpp>

namespace croquis {

/// Q with orthonormal columns and R, upper triangular, with Q R = [v_0, v_1, ...] for the vectors appended.
///
/// By two rounds of classical Gram-Schmidt, which leave Q orthonormal to roundoff. On the calling thread, in one order.
class OrthogonalBasis {
 public:
  explicit OrthogonalBasis(std::int64_t length) : length_(length) {}

  std::int64_t length() const { return length_; }
  std::int64_t size() const { return static_cast<std::int64_t>(columns_.size()); }
  const std::vector<double>& column(std::int64_t k) const { return columns_[static_cast<std::size_t>(k)]; }

  /// The part of v orthogonal to Q; `coefficients` := Q^T v, `size` of them.
  std::vector<double> remainder(std::span<const double> v, std::vector<double>& coefficients) const;
  /// Appends v; false, with nothing changed, if all but `tolerance` of it lies in the span.
  bool append(std::span<const double> v, double tolerance);

  /// Q^T v
  std::vector<double> coordinates(std::span<const double> v) const;
  /// Q y
  std::vector<double> combine(std::span<const double> y) const;
  /// R, with zeros below.
  Matrix<double> triangle() const;

 private:
  std::int64_t length_;
  std::vector<std::vector<double>> columns_;
  std::vector<std::vector<double>> triangle_;  // column k has k + 1 entries
};

}  // namespace croquis
