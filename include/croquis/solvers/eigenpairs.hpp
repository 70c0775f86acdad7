// The extreme eigenvalues and eigenvectors of a symmetric operator.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <croquis/export.hpp>
#include <croquis/linalg/linear_operator.hpp>
#include <croquis/solvers/status.hpp>

namespace croquis {

/// Which end of the spectrum.
enum class SpectrumEnd {
  largest,           ///< the largest eigenvalues, descending
  smallest,          ///< the smallest ones, ascending
  largest_magnitude  ///< the largest absolute values, descending
};

/// "largest", "smallest" or "largest-magnitude".
CROQUIS_API std::string to_string(SpectrumEnd end);

struct EigenpairOptions {
  SpectrumEnd which = SpectrumEnd::largest;
  /// Residual norms ||A x - lambda x|| to reach, relative to ||A||_2; from 1e-13 to below 1. The error of an eigenvalue
  /// apart from the others is of the order of the square.
  double tolerance = 1e-8;
  /// Vectors that are multiplied at once. One needs the fewest products; several cost about as much as one where A is
  /// read from memory.
  std::int64_t block = 4;
  /// Vectors in memory, at least 2 (k + block) or n; 0: 400, as far as there are so many or 256 MiB hold them, but at
  /// least 2 k + 12 block.
  std::int64_t space = 0;
  /// Of the search; the residuals that are reported take k more.
  std::int64_t product_limit = 10000;
  /// Whether to search once more, among vectors orthogonal to those found, for eigenvalues that were missed: copies of
  /// multiple ones, as a rule.
  bool verify = true;
  /// Of the random vectors. Same seed, same bits.
  std::uint64_t seed = 0;
};

/// Eigenpairs, in the order of `SpectrumEnd`, and how good they are. The accuracy is recomputed from the operator.
struct [[nodiscard]] Eigenpairs {
  Status status = Status::converged;   ///< or iteration_limit (of the products), accuracy_not_reached, non_finite_input
  std::string message;                 ///< one sentence
  std::vector<double> eigenvalues;     ///< k of them, or fewer if not solved
  Matrix<double> eigenvectors;         ///< n x k, orthonormal columns
  std::vector<double> residual_norms;  ///< ||A x - lambda x||
  /// Estimates from above of the distances to eigenvalues of A: the residual norm, or the square of all residuals over
  /// the distance to the eigenvalues that were not asked for, if that is less and the distance above tolerance ||A||;
  /// and rounding. Of eigenvalues closer than tolerance ||A|| to each other a better one may be missing.
  std::vector<double> error_bounds;
  double norm_estimate = 0;  ///< of ||A||_2, from below
  /// The eigenvalue that would follow, as far as it was approximated; NaN if k = n or nothing is known.
  double next_eigenvalue = 0;
  bool verified = false;      ///< no eigenvalue was missed, but for a probability of 10^-3
  std::int64_t products = 0;  ///< vectors multiplied by A
  std::int64_t restarts = 0;

  bool solved() const { return status == Status::converged; }
};

/// Finds k extreme eigenpairs A x = lambda x by the block Lanczos method with full reorthogonalization and thick
/// restarts.
///
/// | argument | shape | |
/// |---|---|---|
/// | A | n x n, symmetric | `multiply` alone is called, with blocks of up to max(k, `block`) columns |
/// | k | 1 to n | |
///
/// A pair counts as converged once its residual is below tolerance ||A||. Since a Krylov space of a few vectors holds
/// no more copies of an eigenvalue than it was started from, the search then goes on from new random vectors orthogonal
/// to those found, until a missed eigenvalue would have shown with probability 1 - 10^-3, or until the eigenvalue that
/// follows has converged as well; whatever is found there joins the others. `verify = false` leaves that out.
///
/// An operator that is not symmetric is found out by its own products: `InvalidOption` where the Lanczos matrix differs
/// from its transpose by more than 1e-6 of its size (or ten tolerances).
///
/// Cost: the products, 8 n `space` flops for each, and memory for n (`space` + 5 `block` + 4 k) numbers. The result
/// depends on the number of threads only if the operator's products do. Throws `ShapeError` if A is not square,
/// `InvalidOption` for options out of range; exceptions from `multiply` go through. A product with NaN or infinity is a
/// status. Sources: Golub and Underwood 1977 (block Lanczos); Wu and Simon, SIAM J. Matrix Anal. Appl. 22, 2000 (thick
/// restart); Li and Li, Linear Algebra Appl. 395, 2005 (quadratic bounds).
CROQUIS_API Eigenpairs top_eigenpairs(const LinearOperator<double>& a, std::int64_t k,
                                      const EigenpairOptions& options = {});

}  // namespace croquis
