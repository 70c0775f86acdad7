// How far the singular values of a sketch are from those of the matrix, by resampling the sketch's rows.
#pragma once

#include <cstdint>
#include <vector>

#include <croquis/export.hpp>
#include <croquis/linalg/matrix_view.hpp>

namespace croquis {

/// Options of `bootstrap_singular_values`.
struct SingularValueBootstrapOptions {
  std::int64_t count = 1;     ///< leading singular values, at most n
  std::int64_t samples = 50;  ///< times the rows are resampled
  double confidence = 0.95;   ///< in (0, 1)
  std::uint64_t seed = 0;
};

/// The singular values of a sketch, each with an error bar.
struct SingularValueErrors {
  std::vector<double> singular_values;  ///< of S A, descending
  std::vector<double> error;            ///< |singular value of S A - singular value of A| stays below this ...
  double largest_error = 0;             ///< and all of them at once below this, each with the confidence asked for
};

/// Singular values of S A and bootstrap estimates of how far they are from those of A, from S A alone.
///
/// | argument | shape | |
/// |---|---|---|
/// | S A | d x n, d >= n | finite; the rows of S independent and alike: Gaussian, Rademacher, sampled rows |
///
/// d rows of S A are drawn with replacement, and the singular values of what was drawn compared with those of S A; the
/// quantiles of the differences over the samples are the error bars. With sqrt(d / e) times them one predicts those of
/// e rows. Singular values below 1e-8 of the largest are not resolved.
///
/// Cost: d n^2 + 4/3 n^3 flops for each sample; memory d n for each thread. The result does not depend on the number of
/// threads. Throws `ShapeError` and `InvalidOption`; NaN in, NaN out.
/// Source: Lopes, Erichson and Mahoney, arXiv 2003.04937, algorithm 1.
CROQUIS_API SingularValueErrors bootstrap_singular_values(MatrixView<const double> sketched,
                                                          const SingularValueBootstrapOptions& options = {});

}  // namespace croquis
