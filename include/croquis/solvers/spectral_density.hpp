// How the eigenvalues of a symmetric operator are distributed.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include <croquis/export.hpp>
#include <croquis/linalg/linear_operator.hpp>
#include <croquis/solvers/status.hpp>

namespace croquis {

struct SpectralDensityOptions {
  /// Random vectors. Two or more give error bars; their error falls like 1 / sqrt(n vectors).
  std::int64_t vectors = 10;
  /// Lanczos steps from each vector: the resolution is about 2 / steps of the spectrum's width. n if that is less.
  std::int64_t steps = 80;
  /// If positive: stop at the number of steps, up to `steps`, and vectors, doubled up to `vector_limit`, that bring
  /// `cumulative_error` below this; the status says whether they did. In (0, 1).
  double tolerance = 0;
  std::int64_t vector_limit = 160;
  double confidence = 0.9;  ///< of the error bars, in (0, 1)
  /// Of the random vectors. Same seed, same bits.
  std::uint64_t seed = 0;
};

/// The spectral measure of one random vector, as a quadrature rule: sum_i weights[i] f(nodes[i]) for v^T f(A) v.
struct SpectralRule {
  std::vector<double> nodes;    ///< ascending
  std::vector<double> weights;  ///< not negative, adding up to one
  std::vector<double> radii;    ///< an eigenvalue of A is within this of the node
};

/// A number that was estimated, with the ends of its error bar.
struct SpectralEstimate {
  double value = 0;
  double low = 0;
  double high = 0;
};

/// The distribution of the eigenvalues, as averages over random vectors.
struct [[nodiscard]] SpectralDensity {
  Status status = Status::converged;       ///< or accuracy_not_reached (of the tolerance), non_finite_input
  std::string message;                     ///< one sentence
  std::int64_t dimension = 0;              ///< n
  std::vector<SpectralRule> rules;         ///< one for each random vector
  std::vector<SpectralRule> coarse_rules;  ///< of half as many steps, to tell errors by
  double confidence = 0;
  /// The largest distance of `cumulative` from either end of its bar: a bound of Kolmogorov and Smirnov's kind.
  double cumulative_error = 0;
  std::int64_t products = 0;  ///< vectors multiplied by A

  bool solved() const { return status == Status::converged; }

  /// The least and the largest node.
  CROQUIS_API double lowest() const;
  CROQUIS_API double highest() const;

  /// The part of the eigenvalues that are at most x. The bar holds the mean over the vectors of what their quadrature
  /// rules allow (Chebyshev, Markov and Stieltjes: the rule's own value, give or take the weights of the nodes beside
  /// x; a node whose radius is under a hundredth of its distance from the others stands for an eigenvalue and is
  /// certain) and Student's error bar for the vectors. An x within roundoff of an eigenvalue counts as on either side
  /// of it.
  CROQUIS_API SpectralEstimate cumulative(double x) const;

  /// tr f(A), such as log det A with f = log, or an effective dimension with f(t) = t / (t + ridge). The bar holds the
  /// scatter over the vectors and the difference from the coarse rules. f must be smooth between the nodes to gain from
  /// steps, and finite at them.
  CROQUIS_API SpectralEstimate trace_of(const std::function<double(double)>& f) const;

  /// The density at each x, of integral one: the rules smoothed by a Gaussian of standard deviation `width`, or of what
  /// the rules resolve if that is 0. Throws `InvalidOption` for a width that is negative or not finite.
  CROQUIS_API std::vector<double> density(std::span<const double> x, double width = 0) const;
  /// The density of the logarithm of the eigenvalues at each log(x), x > 0, smoothed on that scale, for spectra over
  /// orders of magnitude. Nodes that are no larger than their radius, which the rules cannot tell from zero, are left
  /// out: the integral over log(x) is the weight of the others. Throws as `density`.
  CROQUIS_API std::vector<double> logarithmic_density(std::span<const double> x, double width = 0) const;
};

/// Estimates the distribution of the eigenvalues of A by stochastic Lanczos quadrature.
///
/// | argument | shape | |
/// |---|---|---|
/// | A | n x n, symmetric | `multiply` alone is called, with blocks of up to `vectors` columns |
///
/// Each random unit vector v is the start of a Lanczos recurrence, reorthogonalized in full so that no eigenvalue shows
/// twice; the eigenvalues of its tridiagonal matrix and the squares of the first components of the eigenvectors are the
/// Gaussian quadrature rule of the measure f -> v^T f(A) v, whose mean is tr f(A) / n.
///
/// Cost: `vectors` times `steps` products, 4 n `steps` flops for each, and memory for n `steps` numbers for each
/// vector, but of no more vectors at once than fit 512 MiB. The result depends on the number of threads only if the
/// operator's products do. Throws `ShapeError` if A is not square, `InvalidOption` for options out of range and for an
/// operator that is not symmetric: whose products give a Lanczos matrix that differs from its transpose by more than
/// 1e-6 of its size; exceptions from `multiply` go through. A product with NaN or infinity is a status. Sources: Golub
/// and Welsch, Math. Comp. 23, 1969; Ubaru, Chen and Saad, SIAM J. Matrix Anal. Appl. 38, 2017.
CROQUIS_API SpectralDensity spectral_density(const LinearOperator<double>& a,
                                             const SpectralDensityOptions& options = {});

}  // namespace croquis
