// The products that an estimate of a trace is made from.
#pragma once

#include <cstdint>

#include <croquis/solvers/trace_estimate.hpp>

#include "solvers/spectrum/counted_products.hpp"
#include "solvers/spectrum/exchangeable_trace.hpp"

namespace croquis {

/// The products that an estimate of tr A stands on. They can be added to: no product is made twice.
///
/// Q spans the range of A times random vectors (XTrace: the test vectors themselves; Hutch++: others; Hutchinson:
/// none). The trace on it, tr Q^T A Q, is exact. A test vector w estimates the rest by d u^T A u / u^T u, where u is
/// what is left of w after projecting out the basis and d the dimension of its complement: u is uniform on a sphere
/// there. XTrace leaves out of the basis, for each w, the one direction that w itself has put there.
class TraceSamples {
 public:
  TraceSamples(CountedProducts& a, TraceMethod method, std::uint64_t seed);

  /// Multiplies until `products` products (or one or two fewer, which would not make another vector) are used. False if
  /// one is not finite.
  [[nodiscard]] bool extend(std::int64_t products);

  /// The estimate of tr A, and its standard error.
  StudentMean mean() const;
  std::int64_t tests() const { return products_.tests.cols(); }
  /// How large rounding errors of their mean may be.
  double rounding() const;

 private:
  bool add_tests(std::int64_t count);
  bool add_to_basis(MatrixView<const double> images);

  CountedProducts& a_;
  TraceMethod method_;
  std::uint64_t seed_;
  std::int64_t sketched_ = 0;  // vectors of Hutch++'s basis
  TraceProducts products_;
};

}  // namespace croquis
