// Sketching a tall matrix and factoring the sketch.
#pragma once

#include <memory>
#include <string>

#include "solvers/attempt.hpp"
#include "solvers/factorization.hpp"
#include "solvers/problem_matrix.hpp"

namespace croquis {

template <class T>
struct SketchedFactor {
  AttemptOutcome outcome = AttemptOutcome::solved;  ///< anything else: the factorization is not to be used
  std::string reason;
  std::unique_ptr<Factorization<T>> factorization;  ///< of S A
  Matrix<T> coordinates;                            ///< Y for which N Y is the sketch-and-solve solution
};

/// Scales the columns of S A, overwritten as S B is, to norms near one and factors it. Both are column-major and
/// finite.
template <class T>
SketchedFactor<T> factor_computed_sketch(MatrixView<T> sa, MatrixView<T> sb, double rcond);

/// S A and S B.
template <class T>
struct ComputedSketch {
  Matrix<T> sa;
  Matrix<T> sb;
};

/// Sketches A and B, scales the columns of the sketch to norms near one and factors it. Rejected if the sketch has lost
/// part of the range of A: where it is rank deficient, vectors of its null space are tried on A. `report` gains passes
/// and seconds. A copy of the sketch goes to `kept`, unless that is null.
template <class T>
SketchedFactor<T> factor_sketch(const ProblemMatrix<T>& a, MatrixView<const T> b, const AnySketch& sketch, double rcond,
                                LeastSquaresReport& report, ComputedSketch<T>* kept = nullptr);

}  // namespace croquis
