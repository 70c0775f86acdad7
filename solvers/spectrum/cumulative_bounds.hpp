// The distribution function that several quadrature rules stand for, with what they leave open.
#pragma once

#include <vector>

#include <croquis/solvers/spectral_density.hpp>

namespace croquis {

class CumulativeBounds {
 public:
  CumulativeBounds(const std::vector<SpectralRule>& rules, double confidence);

  SpectralEstimate at(double x) const;
  /// The largest distance of an estimate from an end of its bar.
  double largest_error() const;
  /// What the rules leave open, the scatter over the vectors aside: half the largest mean width of their ranges.
  double resolution() const;

 private:
  struct Range {
    double low;
    double high;
  };
  // ranges[i]: of the measure up to x where i nodes are at most x.
  struct Steps {
    std::vector<double> nodes;
    std::vector<Range> ranges;
  };
  std::vector<Range> ranges_at(double x) const;
  // One in each interval where everything is constant: the nodes, and minus infinity before them.
  std::vector<double> places() const;

  std::vector<Steps> steps_;
  double factor_;
};

}  // namespace croquis
