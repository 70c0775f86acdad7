// A smooth function to minimise as its user has it: value, gradient, and whatever is known of its curvature.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include <croquis/export.hpp>
#include <croquis/linalg/any_matrix_view.hpp>

namespace croquis {

/// A square root of a Hessian: H = A^T diag(d) A + ridge I, A: m x n. A is a view: it must live until the next call of
/// the objective that gave it.
struct HessianRoot {
  AnyMatrixView<double> a;
  std::vector<double> d;  ///< m numbers
  double ridge = 0;
};

/// A twice differentiable f: R^n -> R.
///
/// Needed are the size, and either `value_and_gradient` or both `value` and `gradient`. Of the Hessian H(x), which is
/// symmetric, give what there is: `hessian_root` also makes a preconditioner; `hessian_times` makes products; where
/// neither is given, products are differences of gradients. Every callable is called with x of n entries and writes all
/// entries of its last argument.
///
/// A point at which f cannot be computed is reported by a value that is NaN or infinite: solvers then take a shorter
/// step. An exception from a callable goes through the solver to its caller.
struct Objective {
  std::int64_t unknowns = 0;  ///< n
  std::function<double(std::span<const double> x)> value = nullptr;
  /// g := the gradient at x.
  std::function<void(std::span<const double> x, std::span<double> g)> gradient = nullptr;
  /// Both at once, which is often as cheap as one.
  std::function<double(std::span<const double> x, std::span<double> g)> value_and_gradient = nullptr;
  /// HV := H(x) V for a block of directions, both n x k and column-major, any k.
  std::function<void(std::span<const double> x, MatrixView<const double> v, MatrixView<double> hv)> hessian_times =
      nullptr;
  /// A square root of H(x).
  std::function<HessianRoot(std::span<const double> x)> hessian_root = nullptr;
  /// SHS := S^T H(x) S, S: n x p, SHS: p x p, both column-major.
  std::function<void(std::span<const double> x, MatrixView<const double> s, MatrixView<double> shs)>
      hessian_on_subspace = nullptr;
  /// SG := S^T g(x), S: n x p, column-major, SG: p entries. For solvers that can do without all of g, where a part of
  /// it is cheaper.
  std::function<void(std::span<const double> x, MatrixView<const double> s, std::span<double> sg)>
      gradient_on_subspace = nullptr;
  /// The same two of directions with few entries each, S: n x p by columns, where these tell which unknowns matter.
  /// `minimize_in_subspaces` says when it asks for them.
  std::function<void(std::span<const double> x, CscView<double, std::int64_t> s, MatrixView<double> shs)>
      hessian_on_sparse_subspace = nullptr;
  std::function<void(std::span<const double> x, CscView<double, std::int64_t> s, std::span<double> sg)>
      gradient_on_sparse_subspace = nullptr;
};

/// f(x), and g := its gradient, by what the objective gives.
CROQUIS_API double evaluate(const Objective& objective, std::span<const double> x, std::span<double> g);

/// HV := H(x) V, by `hessian_times`, by `hessian_root`, or by central differences of the gradient.
///
/// | argument | shape | |
/// |---|---|---|
/// | x | n | |
/// | V | n x k | either layout |
/// | HV | n x k | either layout, overwritten; must not overlap V |
///
/// Differences take two gradients for each column, at x +- t v with t = cbrt(u) (1 + ||x||) / ||v||, and are good to
/// about two thirds of the digits of the gradient. Allocates O(n), and O(n k) where V and HV are not column-major in
/// one piece. Throws `ShapeError` if the shapes do not fit and `InvalidOption` for an objective without a gradient.
CROQUIS_API void hessian_times(const Objective& objective, std::span<const double> x, MatrixView<const double> v,
                               MatrixView<double> hv);

/// S^T H(x) S as a new p x p matrix, exactly symmetric: by `hessian_on_subspace`, or else from `hessian_times`. Errors
/// as there.
CROQUIS_API Matrix<double> hessian_on_subspace(const Objective& objective, std::span<const double> x,
                                               MatrixView<const double> s);

/// S^T g(x), p numbers, for S: n x p: by `gradient_on_subspace`, or else from all of g. Allocates O(n), and n p where S
/// is not column-major in one piece. Errors as there.
CROQUIS_API std::vector<double> gradient_on_subspace(const Objective& objective, std::span<const double> x,
                                                     MatrixView<const double> s);

}  // namespace croquis
