// What `automatic` does for a sparse matrix.
#pragma once

#include <functional>
#include <optional>

#include "solvers/conclude.hpp"
#include "solvers/sparse_methods.hpp"

namespace croquis {

/// Tries, from the cheapest on, the methods that say early whether they will do: scaled columns alone, then the Gram
/// matrix, whose factor tells the condition number. What is left is a direct solve or the sketch that `first_sketch`
/// gives. Returns nothing if `attempt` is the answer, by `fit.method`; else the cheaper of these two. `why.choice` is
/// the reason either way.
template <class T>
std::optional<LeastSquaresMethod> try_sparse_methods(const LeastSquaresProblem<T>& problem, SparseMethods<T>& sparse,
                                                     const ProblemShape& shape,
                                                     const std::function<AnySketch()>& first_sketch,
                                                     LeastSquaresFit<T>& fit, Attempt<T>& attempt, Explanation& why);

}  // namespace croquis
