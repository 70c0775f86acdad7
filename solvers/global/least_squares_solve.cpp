#include <cmath>
#include <utility>

#include <croquis/solvers/nonlinear_least_squares.hpp>

#include "solvers/global/local_solve.hpp"
#include "solvers/nonlinear/criterion.hpp"
#include "solvers/nonlinear/jacobian_source.hpp"

namespace croquis {
namespace {

// One local solve: r at points of the embedding, and J times its slope.
class Restriction {
 public:
  Restriction(const NonlinearProblem& problem, const Embedding& embedding, std::int64_t evaluation_limit)
      : problem_(problem),
        embedding_(embedding),
        evaluation_limit_(evaluation_limit),
        residual_(problem),
        source_(problem, residual_),
        x_(static_cast<std::size_t>(problem.unknowns)),
        r_(static_cast<std::size_t>(problem.residuals)) {}

  LocalMinimum solve(const std::vector<double>& y0) {
    best_.y = y0;
    NonlinearProblem restricted{.residuals = problem_.residuals, .unknowns = embedding_.dimensions()};
    restricted.residual = [this](std::span<const double> y, std::span<double> r) {
      evaluate(y);
      std::copy(r_.begin(), r_.end(), r.begin());
    };
    if (problem_.jacobian || problem_.sparse_jacobian || problem_.jacobian_times || problem_.jacobian_rows)
      restricted.jacobian = [this](std::span<const double> y, MatrixView<double> j) { differentiate(y, j); };
    restricted.differences = problem_.differences;
    const double scale = 1 / std::sqrt(static_cast<double>(embedding_.dimensions()));
    restricted.typical_x.assign(y0.size(), scale);
    restricted.weights = problem_.weights;
    restricted.loss = problem_.loss;
    restricted.loss_scale = problem_.loss_scale;
    NonlinearOptions how{.method = NonlinearMethod::full, .iteration_limit = evaluation_limit_};
    try {
      (void)nonlinear_least_squares(restricted, y0, how);
    } catch (const EvaluationsSpent&) {
      // `best_` is what there is.
    }
    return best_;
  }

 private:
  void evaluate(std::span<const double> y) {
    if (best_.evaluations >= evaluation_limit_) throw EvaluationsSpent{};
    ++best_.evaluations;
    y_.assign(y.begin(), y.end());
    embedding_.point(y, x_);
    residual_.evaluate(x_, r_);
    const double cost = criterion_of(problem_, r_).cost;
    if (cost < best_.value) {
      best_.value = cost;
      best_.y = y_;
    }
  }

  void differentiate(std::span<const double> y, MatrixView<double> j) {
    ++best_.derivatives;
    if (!std::equal(y.begin(), y.end(), y_.begin(), y_.end())) evaluate(y);
    source_.move_to(x_, r_);
    const Matrix<double> slope = embedding_.slope(y);
    source_.multiply(slope.view(), j);
  }

  const NonlinearProblem& problem_;
  const Embedding& embedding_;
  const std::int64_t evaluation_limit_;
  ResidualFunction residual_;
  JacobianSource source_;
  std::vector<double> y_;  // of x_ and r_
  std::vector<double> x_;
  std::vector<double> r_;
  LocalMinimum best_;
};

class EmbeddedLeastSquares final : public EmbeddedFunction {
 public:
  explicit EmbeddedLeastSquares(const NonlinearProblem& problem) : problem_(problem) {}

  LocalMinimum solve(const Embedding& embedding, std::vector<double> y0, std::int64_t evaluation_limit) const override {
    return Restriction(problem_, embedding, evaluation_limit).solve(y0);
  }
  bool is_parallel() const override { return problem_.parallel_residuals; }
  bool is_sum_of_squares() const override { return true; }

 private:
  const NonlinearProblem& problem_;
};

}  // namespace

std::unique_ptr<EmbeddedFunction> embedded(const NonlinearProblem& problem) {
  return std::make_unique<EmbeddedLeastSquares>(problem);
}

}  // namespace croquis
