#include <croquis/solvers/low_rank.hpp>

#include <algorithm>
#include <cmath>
#include <utility>

#include "linalg/blas.hpp"
#include "linalg/check.hpp"
#include "linalg/finite.hpp"
#include "linalg/products.hpp"
#include "sketch/range_basis.hpp"
#include "solvers/conclude.hpp"
#include "solvers/probes.hpp"
#include "solvers/thin_svd.hpp"

namespace croquis {
namespace {

constexpr std::int64_t first_rank = 16;

void check_options(const LowRankOptions& options) {
  if (options.rank < 0) throw InvalidOption("rank is " + std::to_string(options.rank) + " but must not be negative");
  if (!(options.tolerance >= 0 && options.tolerance < 1))
    throw InvalidOption("tolerance is " + scientific(options.tolerance) + " but must be in (0, 1)");
  if ((options.rank > 0) == (options.tolerance > 0))
    throw InvalidOption("one of rank and tolerance must be given, and not both");
  if (options.oversampling < 0)
    throw InvalidOption("oversampling is " + std::to_string(options.oversampling) + " but must not be negative");
  if (options.power_iterations < 0)
    throw InvalidOption("power_iterations is " + std::to_string(options.power_iterations) +
                        " but must not be negative");
}

template <class T>
struct Range {
  Matrix<T> q;
  Probes<T> probe;
  bool finite = true;
};

// Q with `cols` columns or fewer. The probes ride on the first pass.
template <class T>
Range<T> range_of(const AnyMatrixView<T>& a, std::int64_t cols, const LowRankOptions& options, LowRankReport& report) {
  const std::int64_t m = a.rows();
  const std::int64_t n = a.cols();
  const Matrix<T> omega = standard_normals<T>(n, cols + probe_count, options.seed);
  Matrix<T> product = Matrix<T>::uninitialized(m, cols + probe_count);
  multiply_by<T>(a, omega.view(), product.view());
  ++report.passes;
  Range<T> range;
  range.finite = all_finite<T>(product.view());
  if (!range.finite) return range;
  range.probe = {Matrix<T>(MatrixView<const T>(omega.view().block(0, cols, n, probe_count))),
                 Matrix<T>(MatrixView<const T>(product.view().block(0, cols, m, probe_count)))};
  range.q = range_basis<T>(AnyMatrixView<T>(product.view().block(0, 0, m, cols)));
  for (std::int64_t round = 0; round < options.power_iterations; ++round) {
    Matrix<T> turned = Matrix<T>::uninitialized(n, range.q.cols());
    multiply_by_transpose<T>(a, range.q.view(), turned.view());
    const Matrix<T> basis = range_basis<T>(turned);
    product = Matrix<T>::uninitialized(m, basis.cols());
    multiply_by<T>(a, basis.view(), product.view());
    range.q = range_basis<T>(product);
    report.passes += 2;
  }
  return range;
}

// Searches spaces of growing size until `attempt` (cols, result) has met the tolerance, or once if the rank is given.
template <class T, class Result, class Attempt>
Result search(const AnyMatrixView<T>& a, const LowRankOptions& options, const Attempt& attempt) {
  check_view(a, "A");
  check_options(options);
  const std::int64_t most = std::min(a.rows(), a.cols());
  std::int64_t wanted = options.rank > 0 ? options.rank : first_rank;
  Result result;
  for (;; wanted *= 2) {
    const std::int64_t cols = wanted >= most ? most : std::min(most, wanted + options.oversampling);
    const bool finite = attempt(cols, result);
    if (!finite) {
      const bool of_a = !all_finite<T>(a);
      result.status = of_a ? Status::non_finite_input : Status::accuracy_not_reached;
      result.message = of_a ? "not computed: A holds a NaN or an infinity"
                            : "not computed: products with A are out of the range of its type";
      return result;
    }
    const bool met = result.error_estimate <= options.tolerance * result.norm_estimate;
    if (options.rank == 0 && !met && cols < most) continue;
    result.status = options.rank > 0 || met ? Status::converged : Status::accuracy_not_reached;
    result.message = "relative error about " +
                     scientific(result.norm_estimate > 0 ? result.error_estimate / result.norm_estimate : 0) + " in " +
                     std::to_string(result.passes) + " passes over A";
    return result;
  }
}

// The number of triplets to keep. What is dropped adds its singular values to the error of the search space.
template <class T>
std::int64_t rank_to_keep(const std::vector<T>& s, const LowRankOptions& options, const LowRankReport& whole) {
  auto kept = static_cast<std::int64_t>(s.size());
  if (options.rank > 0) return std::min(kept, options.rank);
  double error = whole.error_estimate;
  while (kept > 0) {
    error = std::hypot(error, static_cast<double>(s[static_cast<std::size_t>(kept - 1)]));
    // A margin for the estimates, which the probes know to some 20 percent.
    if (error > 0.8 * options.tolerance * whole.norm_estimate) break;
    --kept;
  }
  return kept;
}

// U diag(s) V^T w for each column of `vectors`.
template <class T>
Matrix<T> apply_factors(const RandomizedSvd<T>& svd, const Matrix<T>& vectors) {
  Matrix<T> coordinates(svd.rank(), vectors.cols());
  multiply_by_transpose<T>(svd.v, vectors.view(), coordinates.view());
  for (std::int64_t p = 0; p < vectors.cols(); ++p)
    for (std::int64_t j = 0; j < svd.rank(); ++j) coordinates(j, p) *= svd.singular_values[static_cast<std::size_t>(j)];
  Matrix<T> result(svd.u.rows(), vectors.cols());
  multiply_by<T>(svd.u, coordinates.view(), result.view());
  return result;
}

template <class T>
RangeBasis<T> range(const AnyMatrixView<T>& a, const LowRankOptions& options) {
  return search<T, RangeBasis<T>>(a, options, [&](std::int64_t cols, RangeBasis<T>& result) {
    Range<T> found = range_of(a, cols, options, result);
    if (!found.finite) return false;
    result.q = std::move(found.q);
    // Q Q^T A w.
    Matrix<T> coordinates(result.q.cols(), probe_count);
    multiply_by_transpose<T>(result.q, found.probe.images.view(), coordinates.view());
    Matrix<T> projected(a.rows(), probe_count);
    multiply_by<T>(result.q, coordinates.view(), projected.view());
    found.probe.judge(std::move(projected), result);
    return true;
  });
}

template <class T>
RandomizedSvd<T> svd(const AnyMatrixView<T>& a, const LowRankOptions& options) {
  return search<T, RandomizedSvd<T>>(a, options, [&](std::int64_t cols, RandomizedSvd<T>& result) {
    const Range<T> found = range_of(a, cols, options, result);
    if (!found.finite) return false;
    Matrix<T> turned = Matrix<T>::uninitialized(a.cols(), found.q.cols());  // A^T Q
    multiply_by_transpose<T>(a, found.q.view(), turned.view());
    ++result.passes;
    ThinSvd<T> small = thin_svd<T>(turned.view());
    result.singular_values = std::move(small.s);
    result.v = std::move(small.u);
    result.u = Matrix<T>(a.rows(), result.rank());
    multiply_by<T>(found.q, small.w.view(), result.u.view());
    found.probe.judge(apply_factors(result, found.probe.vectors), result);
    const std::int64_t kept = rank_to_keep(result.singular_values, options, result);
    if (kept < result.rank()) {
      result.singular_values.resize(static_cast<std::size_t>(kept));
      result.u = Matrix<T>(MatrixView<const T>(result.u.view().block(0, 0, a.rows(), kept)));
      result.v = Matrix<T>(MatrixView<const T>(result.v.view().block(0, 0, a.cols(), kept)));
      found.probe.judge(apply_factors(result, found.probe.vectors), result);
    }
    return true;
  });
}

template <class T>
Matrix<T> solve(const RandomizedSvd<T>& svd, MatrixView<const T> b, std::int64_t k) {
  check_view(b, "B");
  check_shape(b.rows, b.cols, svd.u.rows(), b.cols, "B", "it needs a row for each row of U");
  if (k < 0 || k > svd.rank())
    throw InvalidOption("k is " + std::to_string(k) + " but must be from 0 to " + std::to_string(svd.rank()) +
                        ", the components there are");
  Matrix<T> coordinates(k, b.cols);
  multiply_by_transpose<T>(AnyMatrixView<T>(svd.u.view().block(0, 0, svd.u.rows(), k)), b, coordinates.view());
  for (std::int64_t c = 0; c < b.cols; ++c) {
    for (std::int64_t j = 0; j < k; ++j) {
      const T s = svd.singular_values[static_cast<std::size_t>(j)];
      coordinates(j, c) = s > 0 ? coordinates(j, c) / s : T(0);
    }
  }
  Matrix<T> x(svd.v.rows(), b.cols);
  multiply_by<T>(AnyMatrixView<T>(svd.v.view().block(0, 0, svd.v.rows(), k)), coordinates.view(), x.view());
  return x;
}

}  // namespace

RangeBasis<float> find_range(const AnyMatrixView<float>& a, const LowRankOptions& options) { return range(a, options); }
RangeBasis<double> find_range(const AnyMatrixView<double>& a, const LowRankOptions& options) {
  return range(a, options);
}
RandomizedSvd<float> randomized_svd(const AnyMatrixView<float>& a, const LowRankOptions& options) {
  return svd(a, options);
}
RandomizedSvd<double> randomized_svd(const AnyMatrixView<double>& a, const LowRankOptions& options) {
  return svd(a, options);
}
Matrix<float> truncated_least_squares(const RandomizedSvd<float>& svd, MatrixView<const float> b, std::int64_t k) {
  return solve(svd, b, k);
}
Matrix<double> truncated_least_squares(const RandomizedSvd<double>& svd, MatrixView<const double> b, std::int64_t k) {
  return solve(svd, b, k);
}

}  // namespace croquis
