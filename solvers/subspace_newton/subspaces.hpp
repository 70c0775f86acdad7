// The subspaces of one solve, with what the objective says of each.
#pragma once

#include <cstdint>
#include <deque>
#include <span>
#include <vector>

#include <croquis/linalg/any_matrix_view.hpp>
#include <croquis/solvers/subspace_newton.hpp>

namespace croquis {

/// S, S^T S, S^T g and S^T H S.
struct Subspace {
  Matrix<double> dense;                    ///< S: n x p; empty if it is sparse
  SparseMatrix<double> sparse_transposed;  ///< S^T; empty if it is dense
  Matrix<double> gram;                     ///< p x p
  std::vector<double> gradient;
  Matrix<double> hessian;  ///< p x p, exactly symmetric

  AnyMatrixView<double> directions() const;
  bool finite() const;
};

/// Draws subspaces and decides how large they are.
class Subspaces {
 public:
  /// Both must outlive it; options as `minimize_in_subspaces` has checked them.
  Subspaces(const Objective& objective, const SubspaceNewtonOptions& options);

  std::int64_t dimensions() const { return dimensions_; }
  bool whole() const { return dimensions_ == objective_.unknowns; }
  /// Whether the gradient lies in the subspaces.
  bool contains_gradient() const { return whole() || krylov_directions() > 0; }
  /// Whether directions are stored, and given to the objective, by their few entries.
  bool sparse() const { return sparse_; }
  /// Whether whole gradients are needed for subspaces.
  bool takes_gradients() const { return takes_gradients_; }
  /// Products with H so far.
  std::int64_t products() const { return products_; }

  /// The next subspace at x; g is the gradient there, empty where `takes_gradients` is false. `direction` joins it,
  /// unless it is empty.
  Subspace next(std::span<const double> x, std::span<const double> g, std::span<const double> direction);
  /// After a step taken.
  void remember(std::span<const double> step);
  /// Of S^T H S: as the options ask for it, the next subspaces are larger than that.
  void learn_rank(std::int64_t rank);
  /// The next subspaces have at least so many dimensions, as far as options and memory allow.
  void widen_to(std::int64_t dimensions);
  bool may_be_whole() const { return most_ == objective_.unknowns; }

 private:
  std::int64_t krylov_directions() const;
  std::int64_t most_recalled() const;
  // Steps taken before that join a subspace.
  std::int64_t recalled() const;
  // The last of them, of norm one, as columns.
  void recall(MatrixView<double> directions) const;
  std::uint64_t next_seed();
  SubspaceOptions family() const { return {.family = options_.family, .nonzeros = options_.nonzeros}; }
  Subspace next_dense(std::span<const double> x, std::span<const double> g, std::span<const double> direction);
  Subspace next_sparse(std::span<const double> x, std::span<const double> g, std::span<const double> direction);
  void add_products(std::span<const double> x, Matrix<double>& s, Matrix<double>& hs, std::int64_t first,
                    std::int64_t count);
  void add_krylov_directions(std::span<const double> x, std::span<const double> g, Matrix<double>& s,
                             Matrix<double>& hs, std::int64_t first);

  const Objective& objective_;
  const SubspaceNewtonOptions& options_;
  std::int64_t dimensions_ = 0;
  std::int64_t most_ = 0;
  bool sparse_ = false;
  bool takes_gradients_ = true;
  std::uint64_t drawn_ = 0;
  std::int64_t products_ = 0;
  std::deque<std::vector<double>> steps_;  // taken before, the last first
};

}  // namespace croquis
