// Lanczos recurrences from several random vectors at once, and their quadrature rules.
#pragma once

#include <cstdint>
#include <vector>

#include <croquis/solvers/spectral_density.hpp>

#include "solvers/spectrum/counted_products.hpp"

namespace croquis {

class LanczosQuadrature {
 public:
  /// From the random vectors first, ..., first + count - 1 of the seed, with memory for `most_steps` steps of each.
  LanczosQuadrature(CountedProducts& a, std::uint64_t seed, std::int64_t first, std::int64_t count,
                    std::int64_t most_steps);

  /// One step of each recurrence that has not ended in an invariant subspace. False if a product is not finite.
  [[nodiscard]] bool advance();
  bool all_have_ended() const { return active_.empty(); }

  /// The rules of the first `steps` steps, or of all there are.
  std::vector<SpectralRule> rules(std::int64_t steps) const;

 private:
  // A V = V T + beta_last v_next e_last^T, T tridiagonal.
  struct Recurrence {
    Matrix<double> basis;
    std::vector<double> alpha;
    std::vector<double> beta;  // beta[j] couples j and j + 1
    double norm = 0;           // of A, from below
    double asymmetry = 0;
    bool ended = false;
  };
  static void orthogonalize(Recurrence& of, double* w);

  CountedProducts& a_;
  std::vector<Recurrence> recurrences_;
  std::vector<std::size_t> active_;
  std::int64_t steps_ = 0;
};

}  // namespace croquis
