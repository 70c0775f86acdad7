// A square operator whose products are counted and looked at.
#pragma once

#include <cstdint>

#include <croquis/linalg/linear_operator.hpp>

namespace croquis {

/// Refers to the operator, which must outlive it.
class CountedProducts {
 public:
  /// Throws `ShapeError` unless A is square and `InvalidOption` if it has no `multiply`.
  explicit CountedProducts(const LinearOperator<double>& a);

  std::int64_t size() const { return a_.rows; }
  std::int64_t products() const { return products_; }
  /// Y := A X. False if Y holds a NaN or an infinity.
  [[nodiscard]] bool multiply(MatrixView<const double> x, MatrixView<double> y);

 private:
  const LinearOperator<double>& a_;
  std::int64_t products_ = 0;
};

/// What a report says where a product was not finite.
inline constexpr char non_finite_product[] = "not computed: A has a product that is not finite";

/// Throws the `InvalidOption` for an operator that is not symmetric: `difference` is that of the Lanczos matrix from
/// its transpose, `norm` the size of A.
[[noreturn]] void fail_as_not_symmetric(double difference, double norm);

/// Above this, relative to the size of A, the Lanczos matrix of an operator is not symmetric: room for products by
/// differences.
inline constexpr double most_asymmetry = 1e-6;

}  // namespace croquis
