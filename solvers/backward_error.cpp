#include "solvers/backward_error.hpp"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "linalg/blas.hpp"

namespace croquis {

namespace {

// After so many steps for one shift a factorization, which later points share, is as cheap: with a dense C one costs as
// much as 130 (n = 500) to 300 (n = 4000).
constexpr int most_steps = 100;
// The steps that an upper bound is worth.
constexpr int steps_of_upper_bound = 8;

// Bounds of ||(C^T C + mu I)^(-1/2) g||.
struct Bracket {
  double lower = 0;
  double upper = 0;

  void narrow(double new_lower, double new_upper) {
    lower = std::max(lower, new_lower);
    upper = std::min(upper, new_upper);
  }
};

// One step after the other of conjugate gradients on (C^T C + mu I) y = g. They bound the integral g^T y by quadrature:
// Gauss' rule from below, Gauss-Radau's from above, with a node at mu, below which there is no eigenvalue (Golub and
// Meurant, Matrices, Moments and Quadrature, 2010; in the form of Meurant and Tichy, Numer. Algorithms 62, 2013).
template <class T>
class Quadrature {
 public:
  Quadrature(const Factorization<T>& f, const std::vector<T>& g, double root_mu)
      : f_(f), mu_(root_mu * root_mu), residual_(g), direction_(g), rho_(square(g)), radau_step_(1 / mu_) {}

  // False if the step cannot be made.
  bool step(Bracket& bracket) {
    const std::vector<T> image = f_.product(direction_);
    const std::vector<T> back = f_.transposed_product(image.data());
    const double alpha = rho_ / (square(image) + mu_ * square(direction_));
    for (std::size_t i = 0; i < residual_.size(); ++i)
      residual_[i] = static_cast<T>(residual_[i] - alpha * (back[i] + mu_ * direction_[i]));
    gauss_ += alpha * rho_;
    const double rho_next = square(residual_);
    const double beta = rho_next / rho_;
    rho_ = rho_next;
    for (std::size_t i = 0; i < residual_.size(); ++i)
      direction_[i] = static_cast<T>(residual_[i] + beta * direction_[i]);
    // Gauss-Radau's steps are the longer, but for rounding errors.
    const double excess = std::max(0.0, radau_step_ - alpha);
    radau_step_ = excess / (mu_ * excess + beta);
    const double upper = gauss_ + radau_step_ * rho_;
    if (!std::isfinite(upper)) return false;
    bracket.narrow(std::sqrt(gauss_), std::sqrt(upper));
    return true;
  }

 private:
  static double square(const std::vector<T>& x) {
    const double norm = norm2(static_cast<std::int64_t>(x.size()), x.data());
    return norm * norm;
  }

  const Factorization<T>& f_;
  double mu_;
  std::vector<T> residual_, direction_;
  double rho_;
  double radau_step_;
  double gauss_ = 0;
};

}  // namespace

// ||(C^T C + mu I)^(-1/2) C^T s||: the components of s along the singular vectors shrink by
// sigma / sqrt(sigma^2 + mu).
template <class T>
double BackwardError<T>::shifted_norm(const Factorization<T>& f, const T* s, double root_mu, double unit, double large,
                                      Closeness closeness) {
  const double plain = norm2(f.rank, s);
  if (root_mu < f.largest_singular / f.condition / 4) return plain;
  std::vector<T> g = f.transposed_product(s);
  const auto entries = static_cast<std::int64_t>(g.size());
  const double gradient = norm2(entries, g.data());
  Bracket bracket{.lower = gradient / std::hypot(f.largest_singular, root_mu),
                  .upper = std::min(plain, gradient / root_mu)};
  const auto settled = [&] {
    return !(bracket.upper > 2 * bracket.lower) || bracket.upper * unit <= small_ || bracket.lower * unit > large;
  };
  if (settled()) return bracket.upper;

  const int exponent = static_cast<int>(std::floor(std::log2(root_mu)));
  Shift& shift = shifts_[{&f, exponent}];
  if (!shift.factor) {
    Quadrature<T> quadrature(f, g, root_mu);
    const bool bound = closeness == Closeness::upper_bound;
    const int last = bound ? shift.steps + steps_of_upper_bound : most_steps;
    while (shift.steps < last && quadrature.step(bracket)) {
      ++shift.steps;
      if (settled()) return bracket.upper;
    }
    if (bound) return bracket.upper;
    shift.factor = f.shifted(std::exp2(exponent));
  }
  shift.factor->solve_transposed(g);
  return norm2(entries, g.data());
}

template <class T>
double BackwardError<T>::estimate(std::int64_t v, const T* s, double residual_norm, double scaled_norm, double b_norm,
                                  double large, Closeness closeness) {
  const Factorization<T>& f = f_.of_vector(v);
  if (f.frobenius_norm == 0) return 0;
  const double theta = f.frobenius_norm / b_norm;
  const double weight = std::hypot(1.0, theta * scaled_norm);
  const double root_mu = theta * residual_norm / weight;
  const double unit = theta / weight / f.frobenius_norm;
  return unit * shifted_norm(f, s, root_mu, unit, large, closeness);
}

template class BackwardError<float>;
template class BackwardError<double>;

}  // namespace croquis
