// The proof that a model has no minimiser: an intercept that nothing holds, or a direction that moves no observation to
// its wrong side, and some to their right one.
#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "linalg/blas.hpp"
#include "linalg/products.hpp"
#include "solvers/newton/absolute_product.hpp"
#include "solvers/newton/generalized_linear_problem.hpp"
#include "solvers/newton/preconditioned_conjugate_gradients.hpp"
#include "solvers/newton/weighted_rows.hpp"

namespace croquis {
namespace {

// Observations that move by less than one of these parts of the largest move may be on the boundary: the direction is
// made one that does not move them.
constexpr double boundaries[] = {1e-7, 1e-5, 1e-3};
constexpr std::int64_t most_projections = 3;

enum class Want : char { nothing, positive, zero };

// How far each observation moves to its right side, for softmax past each of the other labels.
struct Moves {
  std::vector<double> move;
  std::vector<double> rounding;  // a bound of the error of each
  std::vector<Want> want;
};

// A direction along which the loss never rises, and falls somewhere.
bool is_proof(const Moves& moves) {
  bool falls = false;
  for (std::size_t i = 0; i < moves.move.size(); ++i) {
    if (moves.want[i] == Want::nothing) continue;
    if (moves.move[i] < -moves.rounding[i]) return false;
    if (moves.move[i] <= moves.rounding[i]) continue;
    if (moves.want[i] == Want::zero) return false;
    falls = true;
  }
  return falls;
}

// Which moves are to be made zero; none where some observation goes far to its wrong side.
std::vector<char> near_boundary(const Moves& moves, double boundary) {
  double largest = 0;
  for (std::size_t i = 0; i < moves.move.size(); ++i)
    if (moves.want[i] == Want::positive) largest = std::max(largest, moves.move[i]);
  std::vector<char> near(moves.move.size());
  for (std::size_t i = 0; i < near.size(); ++i) {
    if (moves.want[i] == Want::nothing) continue;
    near[i] = std::abs(moves.move[i]) <= boundary * largest ? 1 : 0;
    if (near[i] == 0 && (moves.move[i] < 0 || moves.want[i] == Want::zero)) return {};
  }
  return near;
}

}  // namespace

std::string GeneralizedLinearProblem::unbounded_intercept() const {
  if (!intercept_ || (loss_ != ModelLoss::poisson && loss_ != ModelLoss::softmax)) return {};
  // Of each predictor, whether something keeps its intercept from falling.
  std::vector<char> held(static_cast<std::size_t>(data_.predictors));
  for (std::size_t i = 0; i < data_.response.size(); ++i) {
    if (!data_.weight.empty() && data_.weight[i] == 0) continue;
    if (loss_ == ModelLoss::softmax) {
      held[static_cast<std::size_t>(data_.response[i])] = 1;
    } else if (data_.response[i] > 0) {
      held[0] = 1;
    }
  }
  const auto free = std::find(held.begin(), held.end(), 0);
  if (free == held.end()) return {};
  return loss_ == ModelLoss::poisson ? "all counts are zero"
                                     : "no observation of a weight above zero has the label " +
                                           response_text(data_.labels[static_cast<std::size_t>(free - held.begin())]);
}

bool GeneralizedLinearProblem::is_ray(const double* direction) {
  const AnyMatrixView<double>* const matrix = features_->matrix();
  if (matrix == nullptr) return false;
  const AnyMatrixView<double>& a = *matrix;
  const std::int64_t m = observations(), n = a.cols(), k = data_.predictors;
  const bool softmax = loss_ == ModelLoss::softmax;
  std::vector<double> x(direction, direction + unknowns());
  const std::vector<double> squares = weighted_column_squares(
      a, std::vector<double>(static_cast<std::size_t>(m), 1 / std::sqrt(static_cast<double>(m))), false);
  const auto column_size = [&](std::int64_t j) {
    return j < n ? std::sqrt(squares[static_cast<std::size_t>(j)]) : 1.0;
  };

  const auto moves_along = [&] {
    // Rounding errors of a column's entries, and of the direction's, count beside the largest of the terms.
    const std::int64_t rows = rows_of_unknowns();
    std::vector<double> sizes(x.size());
    for (std::int64_t v = 0; v < k; ++v) {
      double largest = 0;
      for (std::int64_t j = 0; j < rows; ++j)
        largest = std::max(largest, std::abs(x[static_cast<std::size_t>(v * rows + j)]) * column_size(j));
      for (std::int64_t j = 0; j < rows; ++j)
        sizes[static_cast<std::size_t>(v * rows + j)] = column_size(j) > 0 ? largest / column_size(j) : 0;
    }
    Matrix<double> z(m, k), terms(m, k);
    multiply_by<double>(a, coefficients(x.data()), z.view());
    absolute_product(a, coefficients(sizes.data()), terms.view());
    passes_ += 1 + static_cast<double>(k);
    for (std::int64_t v = 0; v < k; ++v)
      for (std::int64_t i = 0; i < m; ++i) {
        z(i, v) += intercept(x.data(), v);
        terms(i, v) += intercept(sizes.data(), v);
      }
    Moves moves{std::vector<double>(static_cast<std::size_t>(m * k)), {}, {}};
    moves.rounding = moves.move;
    moves.want.assign(moves.move.size(), Want::nothing);
    const double unit = 4 * static_cast<double>(n + 3) * std::numeric_limits<double>::epsilon();
    for (std::int64_t i = 0; i < m; ++i) {
      const double y = data_.response[static_cast<std::size_t>(i)];
      if (!data_.weight.empty() && data_.weight[static_cast<std::size_t>(i)] == 0) continue;
      for (std::int64_t v = 0; v < k; ++v) {
        const auto at = static_cast<std::size_t>(i * k + v);
        const auto own = softmax ? static_cast<std::int64_t>(y) : 0;
        if (softmax && v == own) continue;
        moves.want[at] = loss_ == ModelLoss::poisson && y > 0 ? Want::zero : Want::positive;
        moves.rounding[at] = unit * (softmax ? terms(i, own) + terms(i, v) : terms(i, 0));
        moves.move[at] = softmax ? z(i, own) - z(i, v) : loss_ == ModelLoss::logistic ? y * z(i, 0) : -z(i, 0);
      }
    }
    return moves;
  };

  const Moves first_moves = moves_along();
  if (is_proof(first_moves)) return true;
  std::vector<char> near;

  // The least change of the direction after which those stay where they are: N change = -N x, N v the gradient of half
  // the sum of the squares of their moves along v.
  const HessianProduct normal_product = [&](const double* v, double* nv) {
    product(1, v, nv, nullptr, [&](std::int64_t first, MatrixView<double> t) {
      for (std::int64_t i = 0; i < t.rows; ++i) {
        const char* const is_near = near.data() + (first + i) * k;
        if (!softmax) {
          t(i, 0) *= is_near[0];
          continue;
        }
        const auto own = static_cast<std::int64_t>(data_.response[static_cast<std::size_t>(first + i)]);
        double sum = 0;
        for (std::int64_t c = 0; c < k; ++c) {
          if (c == own) continue;
          t(i, c) = is_near[c] * (t(i, c) - t(i, own));
          sum += t(i, c);
        }
        t(i, own) = -sum;
      }
      return 0.0;
    });
  };
  const auto near_row_scale = [&](const double* v) {
    std::vector<double> row_scale(static_cast<std::size_t>(m));
    for (std::int64_t i = 0; i < m; ++i) {
      const auto own = softmax ? static_cast<std::int64_t>(data_.response[static_cast<std::size_t>(i)]) : 0;
      double sum = 0;
      for (std::int64_t c = 0; c < k; ++c) {
        const double difference = softmax ? v[c] - v[own] : 1;
        sum += near[static_cast<std::size_t>(i * k + c)] * difference * difference;
      }
      row_scale[static_cast<std::size_t>(i)] = std::sqrt(sum);
    }
    return row_scale;
  };
  for (const double boundary : boundaries) {
    near = near_boundary(first_moves, boundary);
    if (std::find(near.begin(), near.end(), 1) == near.end()) continue;
    const std::unique_ptr<Preconditioner> preconditioner = assemble(near_row_scale, 0, 0);
    x.assign(direction, direction + unknowns());
    for (std::int64_t projection = 0; projection < most_projections; ++projection) {
      std::vector<double> g(x.size()), z(x.size());
      normal_product(x.data(), g.data());
      preconditioner->solve(g.data(), z.data());
      const InnerSolution change =
          solve_newton_equations(normal_product, preconditioner.get(), g, z, {.relative = 1e-8, .product_limit = 100});
      for (std::size_t j = 0; j < x.size(); ++j) x[j] += change.step[j];
      if (is_proof(moves_along())) return true;
    }
  }
  return false;
}

}  // namespace croquis
