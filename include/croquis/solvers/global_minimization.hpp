// Global minimisation over a box by random embeddings, of functions that vary along few directions only.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include <croquis/export.hpp>
#include <croquis/solvers/nonlinear_problem.hpp>
#include <croquis/solvers/status.hpp>

namespace croquis {

/// min f(x) over lower <= x <= upper, x in R^n. Where f has no value, it returns NaN or infinity.
struct BoxObjective {
  std::int64_t unknowns = 0;  ///< n
  std::function<double(std::span<const double> x)> value = nullptr;
  /// Writes all n derivatives; without it they are made of central differences within the embeddings.
  std::function<void(std::span<const double> x, std::span<double> gradient)> gradient = nullptr;
  std::vector<double> lower = {};  ///< n finite numbers
  std::vector<double> upper = {};
  bool parallel_values = false;  ///< whether `value` and `gradient` may be called from several threads at once
};

/// The point p through which an embedding goes.
enum class EmbeddingCentre {
  best_while_improving,  ///< the best so far after an embedding that found better, else a random one of the box
  best,                  ///< the best so far
  random                 ///< a random one of the box
};

/// "best-while-improving", "best" or "random".
CROQUIS_API std::string to_string(EmbeddingCentre centre);

/// One embedding of `minimize_globally`. Numbers but `value` count from the start.
struct EmbeddingRecord {
  std::int64_t embedding = 0;   ///< counted from 1
  std::int64_t dimensions = 0;  ///< d
  double value = 0;             ///< the least found in it; infinite where there was none
  double best_value = 0;        ///< the least so far
  bool improved = false;        ///< by more than `improvement` asks for
  std::int64_t evaluations = 0;
  std::int64_t derivatives = 0;
  double seconds = 0;
};

/// What a callback is shown: an embedding, and the best x so far, which is only valid during the call.
struct EmbeddingProgress : EmbeddingRecord {
  std::span<const double> x;
};

/// Options of `minimize_globally`.
struct GlobalOptions {
  std::vector<double> x0 = {};       ///< p of the first embedding; empty: the centre of the box
  std::int64_t dimensions = 0;       ///< d of the first embedding; 0: two
  std::int64_t most_dimensions = 0;  ///< up to which d grows, by one after each embedding without progress; 0: twenty
  std::int64_t starts = 8;           ///< local solves in each embedding, in parallel where the problem allows it
  EmbeddingCentre centre = EmbeddingCentre::best_while_improving;
  /// Progress is a fall of the best value by more than this part of its whole fall so far.
  double improvement = 1e-5;
  std::int64_t patience = 10;          ///< ends after so many embeddings of `most_dimensions` in a row without progress
  std::int64_t embedding_limit = 200;  ///< embeddings at most
  std::int64_t evaluation_limit = 0;   ///< evaluations of f or r at most; 0: no limit
  std::int64_t start_evaluations = 0;  ///< of them in each local solve at most; 0: 100 (d + 1)
  double target = -std::numeric_limits<double>::infinity();  ///< ends after an embedding that found no more than this
  std::uint64_t seed = 0;                                    ///< same seed, same bits
  /// Called after each embedding on the calling thread; return false to cancel.
  std::function<bool(const EmbeddingProgress&)> on_embedding = nullptr;
};

/// The best point found, and what was done to find it.
struct [[nodiscard]] GlobalFit {
  Status status = Status::accuracy_not_reached;
  std::string message;              ///< one sentence
  std::vector<double> x;            ///< n: the best point, within the box
  double value = 0;                 ///< of x: f, or the cost 1/2 ||r||^2 with its weights and loss
  std::int64_t embeddings = 0;      ///< solved
  std::int64_t best_embedding = 0;  ///< that x came from; 0: x is the first centre
  std::int64_t dimensions = 0;      ///< of the last embedding
  std::int64_t evaluations = 0;     ///< of f or r
  std::int64_t derivatives = 0;     ///< gradients, or Jacobians times d directions, that were asked for
  double seconds = 0;
  std::vector<EmbeddingRecord> history;

  /// True if the value is at most the target, or a sum of squares is zero: nothing else is known to be a minimum.
  bool solved() const { return status == Status::converged; }
};

/// Looks for the global minimum of f over a box in random subspaces (X-REGO).
///
/// Embedding k minimises f(P(p + W A y)) over y in R^d: A an n x d matrix of independent standard normals, W the half
/// widths of the box, and P the projection onto it, which only adds points to those that the papers allow, where p + A
/// y itself has to be in the box. If f varies along d_e <= d directions only, such an embedding holds a global
/// minimiser of an f without bounds with probability one, and of one with bounds with a probability that depends on d -
/// d_e and on how far the minimiser is from p, but hardly on n. An f that varies along all directions is minimised in
/// random subspaces all the same, with less hope.
///
/// In each embedding there are several local solves: the first from y = 0, so from p, the others from random y that
/// spread over the box. Sums of squares go to `nonlinear_least_squares`, others to a quasi-Newton method (BFGS) in R^d.
///
/// A global minimum cannot be certified from values of f. Statuses: `converged` if the value is at most `target` or a
/// sum of squares is zero; `stalled` after `patience` embeddings in a row without progress, which is the end one hopes
/// for where no target is known; `iteration_limit` (of embeddings), `evaluation_limit`, `cancelled`; `non_finite_input`
/// where no value is finite. x is the best point evaluated, in every case.
///
/// Cost: O(n d) flops for each evaluation, beside f's own. Memory: O(n d), and O(n) for each thread; for sums of
/// squares a local solve's. The result does not depend on the number of threads. Throws `InvalidOption` for an option
/// out of range, `ShapeError` for lengths that do not fit; exceptions of callables pass through.
///
/// Sources: Cartis, Massart and Otemissov, arXiv 2009.10446 and 2107.12102.
CROQUIS_API GlobalFit minimize_globally(const BoxObjective& objective, const GlobalOptions& options = {});

/// The same for 1/2 ||r(x)||^2, with `lower` and `upper` of the problem as the box. `parallel_residuals` lets all of
/// the problem's callables be called from several threads at once.
CROQUIS_API GlobalFit minimize_globally(const NonlinearProblem& problem, const GlobalOptions& options = {});

}  // namespace croquis
