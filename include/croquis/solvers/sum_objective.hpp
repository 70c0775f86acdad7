// Sums over data as objectives, evaluated in parallel.
#pragma once

#include <cstdint>
#include <functional>
#include <span>

#include <croquis/export.hpp>
#include <croquis/solvers/objective.hpp>

namespace croquis {

/// f(x) = scale sum_i f_i(x) + ridge / 2 ||x||^2, i = 0, ..., terms - 1.
///
/// Callables are given a run of terms, first <= i < end, and *add* to their last argument, which holds what earlier
/// runs of the same chunk left there. They are called on several threads at once, each with an output of its own, and
/// must not start parallel work of this library.
struct SumOfTerms {
  std::int64_t unknowns = 0;  ///< n
  std::int64_t terms = 0;
  double scale = 1;  ///< finite; 1 / terms for a mean
  double ridge = 0;  ///< finite
  /// Returns the sum of f_i(x) over the run, and adds the gradients of these f_i to g.
  std::function<double(std::int64_t first, std::int64_t end, std::span<const double> x, std::span<double> g)>
      value_and_gradient = nullptr;
  /// Adds to HV the products of the Hessians of these f_i with V, both n x k and column-major.
  std::function<void(std::int64_t first, std::int64_t end, std::span<const double> x, MatrixView<const double> v,
                     MatrixView<double> hv)>
      hessian_times = nullptr;
};

/// The sum as an objective for `minimize` and its kin; without `hessian_times`, products are differences of gradients.
///
/// Terms are cut into at most 64 chunks that depend on n and `terms` alone, and the chunks' sums are added in their
/// order: the same bits for any number of threads. Memory: n numbers for each chunk (n k for products), 256 MiB at most
/// or one chunk's. Throws `InvalidOption` without `value_and_gradient`, for a negative size and for a scale or a ridge
/// that is not finite; what the callables throw goes to the caller.
CROQUIS_API Objective sum_objective(SumOfTerms sum);

}  // namespace croquis
