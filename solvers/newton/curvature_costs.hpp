// What preconditioners of A^T D A + mu I cost, estimated from the shape of A.
#pragma once

#include <cstdint>

#include <croquis/linalg/any_matrix_view.hpp>

namespace croquis {

/// Seconds on two cores of today: only their ratios matter. `size` is the number of columns, with the one of ones if
/// there is an intercept; `vectors` go through each product at a time.
class CurvatureCosts {
 public:
  CurvatureCosts(const AnyMatrixView<double>& a, std::int64_t size, std::int64_t vectors);

  double product() const { return product_; }
  double gram() const { return gram_; }
  /// A triangle from a sketch of d rows.
  double sketch(std::int64_t d) const;
  /// A factor of rank d from a sketch of as many rows.
  double low_rank(std::int64_t d) const;
  /// One use of that, beyond what a product costs anyway.
  double low_rank_solve(std::int64_t d) const;

 private:
  double n_;
  double product_;
  double gram_;
  double reads_of_a_sketch_;
};

}  // namespace croquis
