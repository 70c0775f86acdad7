#include "solvers/sketch_and_precondition.hpp"

#include <utility>

#include <croquis/sketch/apply.hpp>

#include "linalg/blas.hpp"
#include "linalg/finite.hpp"
#include "linalg/parallel.hpp"
#include "linalg/tall_qr.hpp"
#include "solvers/column_scaling.hpp"
#include "solvers/refinement.hpp"

namespace croquis {
namespace {

// A singular value that the sketch calls zero may be this much larger in A.
constexpr double null_slack = 10;

constexpr const char* out_of_range = "the scale of A's columns is out of the sketch's range";

// True if A maps random vectors of the sketch's null space to (nearly) zero, so that they belong to A's own.
template <class T>
bool null_space_is_shared(const LeastSquaresProblem<T>& problem, const Factorization<T>& f,
                          LeastSquaresReport& report) {
  constexpr std::int64_t probes = 2;
  const std::int64_t n = problem.cols();
  const std::int64_t nullity = f.null_basis.cols();
  Matrix<T> mix(nullity, probes);
  fill(Gaussian{.rows = nullity, .cols = probes, .seed = 1}, mix.view());
  Matrix<T> z(n, probes);
  {
    const SingleThreadedBlas single_threaded_blas;
    multiply<T>(1, f.null_basis.view(), mix.view(), 0, z.view());
  }
  std::vector<double> norm;
  for (std::int64_t j = 0; j < probes; ++j) {
    norm.push_back(norm2(n, z.data() + j * n));
    for (std::int64_t i = 0; i < n; ++i) z(i, j) *= f.scale[i];
  }
  Matrix<T> image = Matrix<T>::uninitialized(problem.rows(), probes);
  problem.a.multiply(z.view(), image.view());
  ++report.passes;
  for (std::int64_t j = 0; j < probes; ++j) {
    if (!(norm2(problem.rows(), image.data() + j * problem.rows()) <=
          null_slack * f.rcond * f.largest_singular * norm[j]))
      return false;
  }
  return true;
}

}  // namespace

template <class T>
Attempt<T> sketch_and_precondition(const LeastSquaresProblem<T>& problem, const AnySketch& sketch,
                                   LeastSquaresReport& report) {
  Attempt<T> attempt;
  const std::int64_t n = problem.cols();
  Stopwatch phase;
  const std::int64_t rows = sketch.rows() + problem.rows() - problem.a.sketched_rows();
  Matrix<T> sa = Matrix<T>::uninitialized(rows, n);
  Matrix<T> sb = Matrix<T>::uninitialized(rows, problem.vectors());
  problem.a.sketch(sketch, sa.view());
  problem.a.sketch_vectors(sketch, problem.b.view(), sb.view());
  ++report.passes;
  report.seconds.sketch += phase.seconds();

  phase = {};
  // A NaN or an infinity in A survives every sketch; an overflow may also be the sketch's own.
  if (!all_finite<T>(sa.view())) {
    attempt.outcome = problem.a.all_finite() ? AttemptOutcome::out_of_range : AttemptOutcome::non_finite_input;
    attempt.reason = out_of_range;
    ++report.passes;
    return attempt;
  }
  std::vector<T> scale = unit_column_scale<T>(sa.view());
  if (!within_safe_range(scale)) {
    attempt.outcome = AttemptOutcome::out_of_range;
    attempt.reason = out_of_range;
    return attempt;
  }
  scale_columns<T>(sa.view(), scale);
  TallQr<T> qr = tall_qr<T>(sa.view(), sb.view());
  const auto f = factorize<T>(std::move(qr.r), std::move(scale), problem.options.rcond, Pivoting::no, qr.qtb);
  report.seconds.factor += phase.seconds();

  if (!f->full_rank()) {
    phase = {};
    const bool shared = null_space_is_shared(problem, *f, report);
    report.seconds.iterate += phase.seconds();
    if (!shared) {
      attempt.reason = "the sketch lost part of the range of A";
      return attempt;
    }
  }
  const bool preview = problem.options.method == LeastSquaresMethod::sketch_and_solve;
  return attempt_from(problem, *f, qr.qtb, preview ? Refine::never : Refine::to_target, report);
}

template Attempt<float> sketch_and_precondition<float>(const LeastSquaresProblem<float>&, const AnySketch&,
                                                       LeastSquaresReport&);
template Attempt<double> sketch_and_precondition<double>(const LeastSquaresProblem<double>&, const AnySketch&,
                                                         LeastSquaresReport&);

}  // namespace croquis
