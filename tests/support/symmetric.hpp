// Symmetric operators whose spectra are known.
#pragma once

#include <cstdint>
#include <vector>

#include <croquis/linalg/linear_operator.hpp>

namespace croquis::test {

/// x -> diag(d) x.
inline LinearOperator<double> diagonal_operator(std::vector<double> d) {
  const auto n = static_cast<std::int64_t>(d.size());
  const auto multiply = [d = std::move(d)](MatrixView<const double> x, MatrixView<double> y) {
    for (std::int64_t j = 0; j < x.cols; ++j)
      for (std::int64_t i = 0; i < x.rows; ++i) y(i, j) = d[static_cast<std::size_t>(i)] * x(i, j);
  };
  return {n, n, multiply, multiply};
}

}  // namespace croquis::test
