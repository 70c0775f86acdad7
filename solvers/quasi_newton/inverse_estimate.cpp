#include <croquis/solvers/inverse_estimate.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <utility>

#include <croquis/errors.hpp>

#include "linalg/blas.hpp"
#include "linalg/check.hpp"
#include "linalg/finite.hpp"
#include "linalg/gram.hpp"
#include "solvers/conclude.hpp"
#include "solvers/nonlinear/step_space.hpp"
#include "solvers/option_checks.hpp"
#include "solvers/probes.hpp"
#include "solvers/quasi_newton/explicit_inverse.hpp"
#include "solvers/quasi_newton/factored_inverse.hpp"
#include "solvers/quasi_newton/randomized_bfgs_options.hpp"

namespace croquis {
namespace {

constexpr double most_asymmetry = 1e-6;
// Once B is near H^-1, ||R||_F below this, conditioned directions shrink the error e^2.5 times within so many times
// n / tau updates.
constexpr double near = 0.5;
constexpr std::int64_t patience = 5;

void check_arguments(const LinearOperator<double>& h, const InverseEstimateOptions& options) {
  if (h.rows != h.cols)
    throw ShapeError("H is " + shape_text(h.rows, h.cols) + ": a symmetric matrix has as many rows as columns");
  if (h.rows < 1) throw ShapeError("H is 0 x 0");
  if (!h.multiply) throw InvalidOption("H has no multiply");
  check_tolerance("tolerance", options.tolerance);
  check_at_least("iteration_limit", options.iteration_limit, 0);
  check_at_least("directions", options.directions, 0);
  check_at_least("nonzeros", options.nonzeros, 1);
}

class Estimation {
 public:
  Estimation(const LinearOperator<double>& h, const InverseEstimateOptions& options)
      : h_(h),
        options_(options),
        n_(h.rows),
        drawn_(std::min(n_, options.directions > 0 ? options.directions : rounded_root(n_))),
        sequence_(options.family, options.nonzeros, n_, drawn_, options.seed) {
    result_.error_estimate = std::numeric_limits<double>::quiet_NaN();
  }

  InverseEstimate run() {
    iterate();
    if (factored_) {
      result_.factor = factored_->factor();
      result_.inverse = gram<double>(result_.factor.view().transposed());
      copy_upper_triangle_below(result_.inverse);
    } else if (explicit_) {
      result_.inverse = explicit_->matrix();
    }
    return std::move(result_);
  }

 private:
  const InverseHessian& inverse() const {
    if (factored_) return *factored_;
    return *explicit_;
  }
  double wanted() const { return options_.tolerance * std::sqrt(static_cast<double>(n_)); }

  Matrix<double> products(const Matrix<double>& s) {
    Matrix<double> hs = Matrix<double>::uninitialized(n_, s.cols());
    h_.multiply(s.view(), hs.view());
    result_.products += s.cols();
    return hs;
  }

  void end(Status status, const std::string& what) {
    result_.status = status;
    result_.message = what + ": |I - H B| about " + scientific(result_.error_estimate) + " after " +
                      std::to_string(result_.products) + " products";
  }

  void iterate() {
    std::int64_t confirm_from = 0;
    double best = std::numeric_limits<double>::infinity();
    std::int64_t best_at = 0;
    for (std::int64_t k = 0;; ++k) {
      const DrawnBlock drawn = sequence_.next();
      Directions directions;
      Matrix<double> hs;
      if (k == 0) {
        hs = start(drawn, directions);
      } else {
        directions = inverse().draw(drawn);
        hs = products(directions.s);
      }
      CurvatureBlock block = curvature_block(directions, hs);
      if (!block.finite) return end(Status::non_finite_input, "H has a product that is not finite");
      if (block.asymmetry > most_asymmetry) return end(Status::accuracy_not_reached, "H is not symmetric");
      if (!block.positive) return end(Status::accuracy_not_reached, "H is not positive definite to working accuracy");

      const double error = error_on(directions, hs);
      if (error <= wanted() && k >= confirm_from) {
        measure();
        if (result_.error_estimate <= wanted()) return end(Status::converged, "converged");
        confirm_from = k + n_ / drawn_ + 1;  // the block was not typical: not before others have been seen
      }
      if (error < best / 2) {
        best = error;
        best_at = k;
      }
      if (options_.conditioned && best < near && k - best_at > patience * (n_ / drawn_ + 1)) {
        measure();
        if (result_.error_estimate <= wanted()) return end(Status::converged, "converged");
        return end(Status::stalled, "rounding errors allow no better");
      }
      if (k == options_.iteration_limit) {
        measure();
        return end(Status::iteration_limit, "the iteration limit was reached");
      }
      if (factored_) {
        factored_->update(std::move(block));
      } else {
        explicit_->update(std::move(block));
      }
      ++result_.iterations;
      result_.history.push_back({.iteration = result_.iterations, .products = result_.products, .error = error});
      if (options_.on_iteration && !options_.on_iteration(result_.history.back())) {
        measure();
        return end(Status::cancelled, "cancelled by the callback");
      }
    }
  }

  // B = gamma I with the gamma that brings gamma H S nearest to S, which becomes the first block.
  Matrix<double> start(const DrawnBlock& drawn, Directions& directions) {
    directions.s = draw_directions(drawn.family, n_, drawn.first, drawn.count, drawn.seed);
    directions.coordinates = Matrix<double>(n_, 0);
    Matrix<double> hs = products(directions.s);
    const std::int64_t count = n_ * drawn.count;
    double inner = 0;
    for (std::int64_t i = 0; i < count; ++i) inner += directions.s.data()[i] * hs.data()[i];
    const double size = norm2(count, hs.data());
    const double gamma = inner / size / size;
    const std::vector<double> diagonal(static_cast<std::size_t>(n_), gamma > 0 && std::isfinite(gamma) ? gamma : 1);
    if (options_.conditioned) {
      factored_ = std::make_unique<FactoredInverse>(diagonal);
      // S = L V, as later blocks are.
      directions.coordinates = directions.s;
      const double root = std::sqrt(diagonal.front());
      for (double& entry : directions.s.entries()) entry *= root;
      for (double& entry : hs.entries()) entry *= root;
    } else {
      explicit_ = std::make_unique<ExplicitInverse>(diagonal);
    }
    return hs;
  }

  // From random directions that B has not seen, E V V^T = (tau / n) I: ||(B H - I) V||_F, or ||(L^T H L - I) V||_F.
  double error_on(const Directions& directions, const Matrix<double>& hs) const {
    Directions image = inverse().multiply(hs.view());
    Matrix<double>& difference = factored_ ? image.coordinates : image.s;
    const Matrix<double>& expected = factored_ ? directions.coordinates : directions.s;
    const std::int64_t count = n_ * hs.cols();
    for (std::int64_t i = 0; i < count; ++i) difference.data()[i] -= expected.data()[i];
    return norm2(count, difference.data()) * std::sqrt(static_cast<double>(n_) / static_cast<double>(hs.cols()));
  }

  // ||(I - H B) W||_F for ten Gaussian vectors.
  void measure() {
    const std::uint64_t seed = ~options_.seed - static_cast<std::uint64_t>(measured_++);
    const Matrix<double> w = standard_normals<double>(n_, probe_count, seed);
    Matrix<double> hbw = products(inverse().multiply(w.view()).s);
    for (std::int64_t i = 0; i < n_ * probe_count; ++i) hbw.data()[i] -= w.data()[i];
    result_.error_estimate = norm2(n_ * probe_count, hbw.data()) / std::sqrt(static_cast<double>(probe_count));
  }

  const LinearOperator<double>& h_;
  const InverseEstimateOptions& options_;
  std::int64_t n_;
  std::int64_t drawn_;
  BlockSequence sequence_;
  InverseEstimate result_;
  std::unique_ptr<FactoredInverse> factored_;  // one of the two
  std::unique_ptr<ExplicitInverse> explicit_;
  std::int64_t measured_ = 0;
};

}  // namespace

InverseEstimate estimate_inverse(const LinearOperator<double>& h, const InverseEstimateOptions& options) {
  check_arguments(h, options);
  return Estimation(h, options).run();
}

}  // namespace croquis
