#include "solvers/spectrum/lanczos_quadrature.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "linalg/blas.hpp"
#include "linalg/parallel.hpp"
#include "linalg/symmetric_eigen.hpp"
#include "solvers/spectrum/block_basis.hpp"
#include "solvers/spectrum/sphere_vectors.hpp"

namespace croquis {
namespace {

constexpr double roundoff = std::numeric_limits<double>::epsilon() / 2;
// What is left of a product below this many roundoffs of A's norm is rounding error.
constexpr double negligible_roundoffs = 100;

}  // namespace

LanczosQuadrature::LanczosQuadrature(CountedProducts& a, std::uint64_t seed, std::int64_t first, std::int64_t count,
                                     std::int64_t most_steps)
    : a_(a) {
  recurrences_.resize(static_cast<std::size_t>(count));
  for (std::size_t v = 0; v < recurrences_.size(); ++v) {
    // One column more, for the vector that the next step multiplies.
    recurrences_[v].basis = Matrix<double>::uninitialized(a.size(), most_steps + 1);
    fill_sphere_vectors(seed, first + static_cast<std::int64_t>(v),
                        recurrences_[v].basis.view().block(0, 0, a.size(), 1));
    active_.push_back(v);
  }
}

void LanczosQuadrature::orthogonalize(Recurrence& of, double* w) {
  const std::int64_t n = of.basis.rows();
  const auto j = static_cast<std::int64_t>(of.alpha.size());
  of.norm = std::max(of.norm, norm2(n, w));
  const Matrix<double> h = project_out(of.basis.view().block(0, 0, n, j + 1), column_major(w, n, 1));
  for (std::int64_t i = 0; i < j; ++i) {
    const double expected = i == j - 1 ? of.beta.back() : 0;
    of.asymmetry = std::max(of.asymmetry, std::abs(h(i, 0) - expected));
  }
  of.alpha.push_back(h(j, 0));
  const double beta = norm2(n, w);
  of.ended = beta <= negligible_roundoffs * roundoff * of.norm || j + 1 == n;
  of.beta.push_back(of.ended ? 0 : beta);
  if (of.ended) return;
  double* const next = of.basis.data() + (j + 1) * n;
  for (std::int64_t i = 0; i < n; ++i) next[i] = w[i] / beta;
}

bool LanczosQuadrature::advance() {
  const std::int64_t n = a_.size();
  const auto count = static_cast<std::int64_t>(active_.size());
  auto x = Matrix<double>::uninitialized(n, count);
  auto w = Matrix<double>::uninitialized(n, count);
  for (std::int64_t k = 0; k < count; ++k)
    std::copy_n(recurrences_[active_[static_cast<std::size_t>(k)]].basis.data() + steps_ * n, n, x.data() + k * n);
  if (!a_.multiply(x.view(), w.view())) return false;
  for_each_task(count, [&](std::int64_t k) {
    orthogonalize(recurrences_[active_[static_cast<std::size_t>(k)]], w.data() + k * n);
  });
  ++steps_;
  double norm = 0;
  double asymmetry = 0;
  for (const Recurrence& each : recurrences_) {
    norm = std::max(norm, each.norm);
    asymmetry = std::max(asymmetry, each.asymmetry);
  }
  if (asymmetry > most_asymmetry * norm) fail_as_not_symmetric(asymmetry, norm);
  std::erase_if(active_, [&](std::size_t v) { return recurrences_[v].ended; });
  return true;
}

std::vector<SpectralRule> LanczosQuadrature::rules(std::int64_t steps) const {
  std::vector<SpectralRule> result(recurrences_.size());
  for_each_task(static_cast<std::int64_t>(recurrences_.size()), [&](std::int64_t v) {
    const Recurrence& of = recurrences_[static_cast<std::size_t>(v)];
    const std::int64_t s = std::min(steps, static_cast<std::int64_t>(of.alpha.size()));
    Matrix<double> t(s, s);
    for (std::int64_t j = 0; j < s; ++j) {
      t(j, j) = of.alpha[static_cast<std::size_t>(j)];
      if (j + 1 < s) t(j, j + 1) = of.beta[static_cast<std::size_t>(j)];
    }
    SymmetricEigen eigen = symmetric_eigen(std::move(t));
    SpectralRule& rule = result[static_cast<std::size_t>(v)];
    for (std::int64_t j = 0; j < s; ++j) {
      rule.weights.push_back(eigen.vectors(0, j) * eigen.vectors(0, j));
      rule.radii.push_back(of.beta[static_cast<std::size_t>(s - 1)] * std::abs(eigen.vectors(s - 1, j)));
    }
    rule.nodes = std::move(eigen.values);
  });
  return result;
}

}  // namespace croquis
