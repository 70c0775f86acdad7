// What `croquis spectrum` finds out.
#pragma once

#include <optional>
#include <vector>

#include <croquis/solvers/eigenpairs.hpp>
#include <croquis/solvers/spectral_density.hpp>
#include <croquis/solvers/trace_estimate.hpp>

#include "tools/spectrum_options.hpp"

namespace croquis::tools {

/// A singular value or an eigenvalue, and how far it may be off.
struct ComputedValue {
  double value = 0;
  double error_bound = 0;
};

/// One point of the distribution.
struct SpectrumPoint {
  double x = 0;
  double density = 0;         ///< of x, or of ln x
  SpectralEstimate at_least;  ///< how many values are x or more
};

struct SpectrumSummary {
  bool symmetric = false;
  std::int64_t rows = 0;
  std::int64_t cols = 0;
  std::int64_t count = 0;  ///< values there are: the order of A, or its smaller side
  SpectrumEnd which = SpectrumEnd::largest;
  Eigenpairs pairs;
  TraceEstimate trace;      ///< of A or A^T A
  SpectralDensity density;  ///< the same
  std::vector<ComputedValue> top;
  SpectralEstimate norm;  ///< the Frobenius norm, or the trace of a symmetric A
  double threshold = 0;
  SpectralEstimate above;  ///< values above the threshold, relative to the largest
  std::optional<double> ridge;
  SpectralEstimate effective_dimension;
  bool logarithmic = false;  ///< whether the points are spaced evenly by their logarithms
  std::vector<SpectrumPoint> points;
  double read_seconds = 0;
  double seconds = 0;  ///< but for reading

  /// The first that was not solved, or converged.
  Status status() const;
  const std::string& message() const;
};

/// Computes all of it. Throws `ShapeError` for a matrix without entries or, with --symmetric, one that is not square,
/// and `InvalidOption`.
SpectrumSummary summarize_spectrum(const AnyMatrixView<double>& a, const SpectrumOptions& options);

}  // namespace croquis::tools
