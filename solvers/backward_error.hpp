// How far the data would have to move for a computed x to be the exact least-squares solution.
#pragma once

#include <map>
#include <memory>
#include <utility>

#include "solvers/factorization.hpp"

namespace croquis {

/// How closely a backward error is wanted: within the factor of two that the estimate promises, or as any upper bound
/// that a few products with C and C^T give.
enum class Closeness { factor_of_two, upper_bound };

/// The sketched Karlson-Walden estimate of the relative backward error (Epperly, Meier, Nakatsukasa, arXiv 2406.03468,
/// section 3): with C the factor of A D (or of its sketch), z = D^-1 x, r = b - A x, theta = ||C||_F / ||b||,
///
///     mu = theta^2 ||r||^2 / (1 + theta^2 ||z||^2),
///     eta = theta / sqrt(1 + theta^2 ||z||^2) * ||(C^T C + mu I)^(-1/2) D A^T r|| / ||C||_F,
///
/// the least ||[E, theta f]||_F / ||C||_F with (A D + E) z = b + f solved exactly in the least-squares sense, within
/// sqrt(2) and the sketch's distortion. Only the part of A^T r in the range of C^T counts.
///
/// The norm of (C^T C + mu I)^(-1/2) C^T s is bracketed, by products with C and C^T, until the bracket is no wider than
/// a factor of two; its upper end is the estimate. Where that takes too many products, [C; sqrt(mu) I] is factored,
/// with mu rounded down to a power of four and the factor kept, so that iterates and right-hand sides share it. The
/// estimate is at most twice too large from either, never too small.
template <class T>
class BackwardError {
 public:
  /// Errors found to be at most `small` are not brought within that factor of two.
  explicit BackwardError(const Factorization<T>& factorization, double small = 0) : f_(factorization), small_(small) {}

  /// The estimate for vector v of a block, from s = N^T A^T r (rank entries) and the norms of r, z and b; b is not
  /// zero. Of an error found to be above `large` an upper bound.
  double estimate(std::int64_t v, const T* s, double residual_norm, double scaled_norm, double b_norm, double large,
                  Closeness closeness = Closeness::factor_of_two);

 private:
  struct Shift {
    int steps = 0;  ///< made to bracket norms
    std::unique_ptr<ShiftedFactor<T>> factor;
  };

  double shifted_norm(const Factorization<T>& f, const T* s, double root_mu, double unit, double large,
                      Closeness closeness);

  const Factorization<T>& f_;
  double small_;
  std::map<std::pair<const Factorization<T>*, int>, Shift> shifts_;
};

}  // namespace croquis
