#include <croquis/solvers/eigenpairs.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "linalg/blas.hpp"
#include "linalg/check.hpp"
#include "linalg/products.hpp"
#include "linalg/symmetric_eigen.hpp"
#include "solvers/conclude.hpp"
#include "solvers/spectrum/block_basis.hpp"
#include "solvers/spectrum/eigenpair_options.hpp"
#include "solvers/spectrum/krylov_space.hpp"
#include "solvers/spectrum/missed_eigenvalues.hpp"
#include "solvers/spectrum/ritz_order.hpp"

namespace croquis {
namespace {

constexpr double roundoff = std::numeric_limits<double>::epsilon() / 2;
// Roundoffs of the norm that eigenvalues may be off by, besides the square root of n.
constexpr double rounding_floor = 20;
constexpr double failure_probability = 1e-3;
// Of the tolerance, for the search: the rest is for what restarts and verification leave out.
constexpr double search_share = 0.5;
// Times that the search is resumed because recomputed residuals are larger than those it has kept account of.
constexpr int most_rounds = 4;

class Search {
 public:
  Search(const LinearOperator<double>& a, std::int64_t k, const EigenpairOptions& options)
      : a_(a),
        k_(k),
        options_(options),
        n_(a.rows),
        block_(std::min(options.block, n_)),
        space_size_(vectors_in_memory(n_, k, options)),
        space_(a_, space_size_, std::max(k_, block_), std::max(most_asymmetry, 10 * options.tolerance)) {}

  Eigenpairs run() {
    space_.take_random_block(block_, options_.seed);
    for (int round = 0; round < most_rounds; ++round) {
      if (!iterate() || !recompute()) return failed();
      if (largest_residual() <= options_.tolerance * norm()) return concluded(Status::converged);
      if (a_.products() >= options_.product_limit) return concluded(Status::iteration_limit);
      verified_ = false;
      verifying_ = false;
      space_.start_from(result_.eigenvectors, result_.eigenvalues, residual_);
    }
    return concluded(Status::accuracy_not_reached);
  }

 private:
  using Indices = std::vector<std::int64_t>;

  double norm() const {
    double largest = space_.norm_estimate();
    for (const double value : pairs_.values) largest = std::max(largest, std::abs(value));
    return largest;
  }
  double value(std::size_t place) const { return pairs_.values[static_cast<std::size_t>(order_[place])]; }
  double residual(std::size_t place) const { return pairs_.residual_norms[static_cast<std::size_t>(order_[place])]; }
  Indices best(std::int64_t count) const {
    return {order_.begin(), order_.begin() + std::min(count, static_cast<std::int64_t>(order_.size()))};
  }

  // Expands the space until the wanted pairs have converged and, if asked for, none was missed, or the products are
  // used up. False if a product is not finite.
  bool iterate() {
    while (true) {
      if (space_.next_block() == 0 && space_.size() < n_) space_.take_random_block(block_, options_.seed);
      if (space_.next_block() > 0 && !space_.expand()) return false;
      ++steps_;
      // An invariant space has no next block, and random vectors will take its place.
      const std::int64_t next = space_.next_block() > 0 ? space_.next_block() : std::min(block_, n_ - space_.size());
      const bool full = space_.size() + next > space_size_;
      const bool used_up = a_.products() >= options_.product_limit;
      // The small eigenproblem is not solved for every block: a tenth more of the space is worth another.
      if (space_.size() < next_look_ && !full && !used_up && space_.next_block() > 0) continue;
      next_look_ = space_.size() + std::max(block_, space_.size() / 10);
      pairs_ = space_.ritz_pairs();
      order_ = best_first(pairs_.values, options_.which);
      if (space_.size() == n_) {
        verified_ = true;
        return true;
      }
      if (wanted_have_converged()) {
        if (!options_.verify) return true;
        if (verifying_ && !newcomer() && nothing_is_missing()) {
          verified_ = true;
          return true;
        }
        if (!verifying_ || newcomer()) {
          begin_verification();
          continue;
        }
      }
      if (used_up) return true;
      if (full) {
        if (verifying_ && krylov_ && wanted_have_converged() && missed() < 0.5) {
          failure_ *= missed();
          look_again();
          continue;
        }
        const std::int64_t kept = std::min(space_size_ - next, k_ + (space_size_ - k_) / 3);
        space_.restart(pairs_, best(kept));
        next_look_ = 0;
        ++result_.restarts;
        krylov_ = false;
      }
    }
  }

  bool wanted_have_converged() const {
    if (space_.size() < k_) return false;
    for (std::size_t i = 0; i < static_cast<std::size_t>(k_); ++i)
      if (residual(i) > search_share * options_.tolerance * norm()) return false;
    return true;
  }

  void begin_verification() {
    found_.clear();
    for (std::size_t i = 0; i < static_cast<std::size_t>(k_); ++i) found_.push_back(merit(value(i), options_.which));
    failure_ = 1;
    verifying_ = true;
    look_again();
  }

  // The wanted pairs are kept, and what they leave out is searched from random vectors.
  void look_again() {
    space_.restart(pairs_, best(k_));
    space_.take_random_block(block_, options_.seed);
    krylov_ = true;
    next_look_ = 0;
    steps_ = 0;
  }

  // Whether one of the wanted has been outdone since verification began.
  bool newcomer() const {
    for (std::size_t i = 0; i < found_.size(); ++i)
      if (merit(value(i), options_.which) > found_[i] + options_.tolerance * norm()) return true;
    return false;
  }

  bool nothing_is_missing() const {
    if (space_.size() == k_) return false;
    return residual(static_cast<std::size_t>(k_)) <= search_share * options_.tolerance * norm() ||
           failure_ * missed() <= failure_probability;
  }

  // The probability that the space from the last random vectors does not show an eigenvalue that it should.
  double missed() const {
    // After a restart the space no longer holds all polynomials of A in the random vectors.
    if (!krylov_) return 1;
    double least = std::numeric_limits<double>::infinity(), most = -least;
    double low = least, high = -least;  // with what residuals allow
    for (std::size_t i = static_cast<std::size_t>(k_); i < order_.size(); ++i) {
      least = std::min(least, value(i));
      most = std::max(most, value(i));
      low = std::min(low, value(i) - residual(i));
      high = std::max(high, value(i) + residual(i));
    }
    const RandomKrylovSpace space{n_, block_, steps_};
    double probability = 0;
    if (options_.which != SpectrumEnd::smallest) probability += missed_probability(found_.back(), most, low, space);
    if (options_.which != SpectrumEnd::largest) probability += missed_probability(found_.back(), -least, -high, space);
    return std::min(1.0, probability);
  }

  // The wanted pairs from products of their own: Rayleigh and Ritz once more, on A X as it is.
  bool recompute() {
    Matrix<double> x = space_.vectors(pairs_, best(k_));
    polish_orthonormal(x.view());
    const std::int64_t k = x.cols();
    auto ax = Matrix<double>::uninitialized(n_, k);
    if (!a_.multiply(x.view(), ax.view())) return false;
    Matrix<double> h(k, k);
    multiply_by_transpose<double>(x, MatrixView<const double>(ax.view()), h.view());
    for (std::int64_t j = 0; j < k; ++j)
      for (std::int64_t i = 0; i < j; ++i) h(i, j) = (h(i, j) + h(j, i)) / 2;
    const SymmetricEigen eigen = symmetric_eigen(std::move(h));
    const Indices order = best_first(eigen.values, options_.which);
    Matrix<double> turn(k, k);
    result_.eigenvalues.clear();
    for (std::int64_t j = 0; j < k; ++j) {
      const std::int64_t from = order[static_cast<std::size_t>(j)];
      for (std::int64_t i = 0; i < k; ++i) turn(i, j) = eigen.vectors(i, from);
      result_.eigenvalues.push_back(eigen.values[static_cast<std::size_t>(from)]);
    }
    result_.eigenvectors = Matrix<double>::uninitialized(n_, k);
    multiply_by<double>(x, turn.view(), result_.eigenvectors.view());
    residual_ = Matrix<double>::uninitialized(n_, k);
    multiply_by<double>(ax, turn.view(), residual_.view());
    result_.residual_norms.clear();
    for (std::int64_t j = 0; j < k; ++j) {
      for (std::int64_t i = 0; i < n_; ++i)
        residual_(i, j) -= result_.eigenvectors(i, j) * result_.eigenvalues[static_cast<std::size_t>(j)];
      result_.residual_norms.push_back(norm2(n_, residual_.data() + j * n_));
    }
    return true;
  }

  double largest_residual() const {
    const auto& norms = result_.residual_norms;
    if (static_cast<std::int64_t>(norms.size()) < k_) return std::numeric_limits<double>::infinity();
    return *std::max_element(norms.begin(), norms.end());
  }

  // How far `value` is from the eigenvalues that were not asked for. Of those that are nearer than the tolerance some
  // may not have shown, so nothing is known of how near they are.
  double distance_to_others(double value) const {
    double distance = std::numeric_limits<double>::infinity();
    for (std::size_t i = static_cast<std::size_t>(k_); i < order_.size(); ++i)
      distance = std::min(distance, std::abs(value - this->value(i)) - residual(i));
    return distance > options_.tolerance * norm() ? distance : 0;
  }

  Eigenpairs concluded(Status status) {
    result_.norm_estimate = norm();
    const double all = norm2(n_ * residual_.cols(), residual_.data());
    const double rounding = (rounding_floor + std::sqrt(static_cast<double>(n_))) * roundoff * result_.norm_estimate;
    for (std::size_t j = 0; j < result_.eigenvalues.size(); ++j) {
      double bound = result_.residual_norms[j];
      if (all > 0) {
        const double gap = distance_to_others(result_.eigenvalues[j]) / all;
        bound = std::min(bound, 2 * all / (gap + std::hypot(gap, 2)));
      }
      result_.error_bounds.push_back(bound + rounding);
    }
    const auto k = static_cast<std::size_t>(k_);
    result_.next_eigenvalue = order_.size() > k ? value(k) : std::numeric_limits<double>::quiet_NaN();
    result_.verified = verified_;
    if (status == Status::converged && options_.verify && !verified_) status = Status::iteration_limit;
    return finished(status);
  }

  Eigenpairs finished(Status status) {
    result_.status = status;
    result_.products = a_.products();
    const std::string done =
        std::to_string(result_.eigenvalues.size()) + (result_.eigenvalues.size() == 1 ? " eigenpair" : " eigenpairs");
    const double relative = result_.norm_estimate > 0 ? largest_residual() / result_.norm_estimate : 0;
    const std::string used = " with " + std::to_string(result_.products) + " products";
    if (status == Status::non_finite_input) {
      result_.message = non_finite_product;
    } else if (status == Status::converged) {
      result_.message = done + " to a relative residual of " + scientific(relative) + used;
    } else if (status == Status::accuracy_not_reached) {
      result_.message = done + " to a relative residual of " + scientific(relative) + " only" + used +
                        ": the products with A are not accurate enough for more";
    } else if (largest_residual() <= options_.tolerance * result_.norm_estimate) {
      result_.message = done + " converged" + used + ", the limit, but others may have been missed";
    } else {
      result_.message = "not all of " + std::to_string(k_) + " eigenpairs converged" + used + ", the limit";
    }
    return std::move(result_);
  }

  Eigenpairs failed() {
    result_ = Eigenpairs{};
    return finished(Status::non_finite_input);
  }

  CountedProducts a_;
  std::int64_t k_;
  const EigenpairOptions& options_;
  std::int64_t n_;
  std::int64_t block_;
  std::int64_t space_size_;
  KrylovSpace space_;
  RitzPairs pairs_;
  Indices order_;
  Matrix<double> residual_;
  Eigenpairs result_;
  std::vector<double> found_;   // merits of the wanted pairs when verification began
  double failure_ = 1;          // the probability that all looks so far have missed an eigenvalue
  std::int64_t steps_ = 0;      // since the last random vectors
  std::int64_t next_look_ = 0;  // size of the space at which Ritz pairs are looked at
  bool krylov_ = true;          // no restart since then
  bool verifying_ = false;
  bool verified_ = false;
};

}  // namespace

Eigenpairs top_eigenpairs(const LinearOperator<double>& a, std::int64_t k, const EigenpairOptions& options) {
  { const CountedProducts checked(a); }
  check_eigenpair_options(a.rows, k, options);
  return Search(a, k, options).run();
}

}  // namespace croquis
