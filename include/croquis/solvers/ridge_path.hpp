// Ridge regression for many penalties at once.
#pragma once

#include <span>
#include <vector>

#include <croquis/export.hpp>
#include <croquis/solvers/least_squares.hpp>

namespace croquis {

/// Minimises ||A X - B||^2 + mu ||X||^2 for each mu of a path.
///
/// | argument | shape | |
/// |---|---|---|
/// | A | m x n | as for `least_squares`, weights of the options included |
/// | B | m x k | either layout |
/// | mus | p | each finite and >= 0, in any order |
/// | result | p fits | fit i is of mus[i], its x n x k |
///
/// The penalties share what is expensive: one Gram matrix of a well-conditioned dense A; for another dense A and 16
/// solutions or more its R and Q^T B by Cholesky QR; else one Gram matrix for the penalties that are large enough and
/// one sketch and its QR factorization for the others. The factor for each mu is an update of that of n^3 flops; and
/// every pass over A serves all p k vectors, each with the preconditioner of its own mu. Each solution is refined until
/// its backward error is at the target, or from Q^T B measured and found acceptable, as by `least_squares` alone; one
/// that does not get there, or whose matrix is rank deficient, is solved alone, and so are all where A has fewer rows
/// than columns or the method is `direct` or `sketch_and_solve`.
///
/// Fits report their own rank, errors and norms; iterations, passes and seconds are those of the whole path. A callback
/// sees the path as one solve. The result does not depend on the number of threads.
/// Cost: beside the shared factor, n^2 (n + k) flops for each mu and 1 to 30 passes of p k vectors; memory O(m p k),
/// and 8 n^2 bytes for each mu, up to 64 vectors or 1 GiB at once.
///
/// Throws as `least_squares` does, and `InvalidOption` for an mu out of range, with its index, or `options.ridge` > 0.
CROQUIS_API std::vector<LeastSquaresFit<float>> least_squares_ridge_path(const AnyMatrixView<float>& a,
                                                                         MatrixView<const float> b,
                                                                         std::span<const double> mus,
                                                                         const LeastSquaresOptions& options = {});
CROQUIS_API std::vector<LeastSquaresFit<double>> least_squares_ridge_path(const AnyMatrixView<double>& a,
                                                                          MatrixView<const double> b,
                                                                          std::span<const double> mus,
                                                                          const LeastSquaresOptions& options = {});

/// The same for one right-hand side.
inline std::vector<LeastSquaresFit<float>> least_squares_ridge_path(const AnyMatrixView<float>& a,
                                                                    std::span<const float> b,
                                                                    std::span<const double> mus,
                                                                    const LeastSquaresOptions& options = {}) {
  return least_squares_ridge_path(a, column_major(b.data(), std::ssize(b), 1), mus, options);
}
inline std::vector<LeastSquaresFit<double>> least_squares_ridge_path(const AnyMatrixView<double>& a,
                                                                     std::span<const double> b,
                                                                     std::span<const double> mus,
                                                                     const LeastSquaresOptions& options = {}) {
  return least_squares_ridge_path(a, column_major(b.data(), std::ssize(b), 1), mus, options);
}

}  // namespace croquis
