// The trace of an operator from a few products.
#pragma once

#include <cstdint>
#include <string>

#include <croquis/export.hpp>
#include <croquis/linalg/linear_operator.hpp>
#include <croquis/solvers/status.hpp>

namespace croquis {

enum class TraceMethod {
  hutchinson,       ///< the mean of n w^T A w over random unit vectors w: for spectra that do not fall
  hutch_plus_plus,  ///< two thirds of the products for the trace on a subspace, a third for the mean on the rest
  xtrace            ///< exchangeable: every test vector also serves the subspace of all the others
};

/// "hutchinson", "hutch++" or "xtrace".
CROQUIS_API std::string to_string(TraceMethod method);

/// Options of `estimate_trace`. `products`, or one or both of the tolerances, are given.
struct TraceOptions {
  TraceMethod method = TraceMethod::xtrace;
  /// Vectors to multiply by A: at least 6, of which a method that needs pairs may leave out one or two. From n on the
  /// trace is computed exactly, by n unit vectors.
  std::int64_t products = 0;
  /// Error bars to reach, relative to the estimate and absolutely: the products are doubled, from 24 on, until the
  /// error bar is below the larger of the two, or until they would be n: then n more compute the trace exactly.
  double tolerance = 0;
  double absolute_tolerance = 0;
  std::int64_t product_limit = 10000;  ///< with a tolerance
  double confidence = 0.9;             ///< of the error bar, in (0, 1)
  /// Of the random vectors. Same seed, same bits.
  std::uint64_t seed = 0;
};

struct [[nodiscard]] TraceEstimate {
  Status status = Status::converged;  ///< or iteration_limit (of the products), non_finite_input
  std::string message;                ///< one sentence
  double trace = 0;
  /// |trace - tr A| is at most this with probability `confidence`, nearly; rounding included.
  double error_bar = 0;
  double confidence = 0;
  std::int64_t products = 0;  ///< vectors multiplied by A

  bool solved() const { return status == Status::converged; }
};

/// Estimates tr A.
///
/// | argument | shape | |
/// |---|---|---|
/// | A | n x n | `multiply` alone is called; need not be symmetric |
///
/// The estimates are unbiased. Hutchinson's error falls like 1 / sqrt(products); the other two first take the trace on
/// the range of A times random vectors, exactly, and estimate only what is left, so that their error falls at least
/// like 1 / products for positive semidefinite A and as fast as the eigenvalues if these fall faster. XTrace needs the
/// fewest products. Test vectors are uniform on spheres, which leaves the multiples of the identity without error.
///
/// The error bar is Student's, from the scatter of the test vectors' own estimates; those of XTrace depend on each
/// other, and their covariance is estimated as well, without bias. It held in 85 to 94 % of the trials at 90 %, least
/// often where eigenvalues fall like a staircase whose step the basis has just reached. With a tolerance, which looks
/// several times and stops at a short bar, it held in 82 to 89 %.
///
/// Cost: the products, and for k of them O(n k^2) flops and memory for 3 n k numbers (XTrace and Hutch++). The result
/// depends on the number of threads only if the operator's products do. Throws `ShapeError` if A is not square,
/// `InvalidOption` for options out of range; exceptions from `multiply` go through. A product with NaN or infinity is a
/// status. Sources: Epperly, Tropp and Webber, arXiv 2301.07825; Meyer, Musco, Musco and Woodruff, arXiv 2010.09649;
/// Hutchinson, Commun. Stat. Simul. 18, 1989.
CROQUIS_API TraceEstimate estimate_trace(const LinearOperator<double>& a, const TraceOptions& options);

}  // namespace croquis
