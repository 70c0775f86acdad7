// How the curvature of a small neural network's loss is distributed, where training starts and where it ends: the
// network sorts the points of three spirals, and its Hessian is known by differences of gradients alone. Alone: g++
// -std=c++20 -O2 hessian_spectrum.cpp $(pkg-config --cflags --libs croquis)
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <vector>

#include <croquis/croquis.hpp>

namespace {

constexpr std::int64_t points = 240, spirals = 3, hidden = 24;
constexpr std::int64_t unknowns = hidden * (2 + 1 + spirals) + spirals;
constexpr double ridge = 1e-3;

struct Point {
  double x[2];
  std::int64_t spiral;
};

std::vector<Point> spiral_points() {
  std::vector<Point> result;
  for (std::int64_t i = 0; i < points; ++i) {
    const double radius = 0.2 + 2.0 * static_cast<double>(i / spirals) / (points / spirals);
    const double angle = 2.1 * static_cast<double>(i % spirals) + 2.5 * radius;
    result.push_back({{radius * std::cos(angle), radius * std::sin(angle)}, i % spirals});
  }
  return result;
}

// Mean log-loss of softmax(B tanh(W x + a) + b), with a ridge; the unknowns are W and a, then B and b.
double loss(const std::vector<Point>& data, std::span<const double> w, std::span<double> g) {
  const double* const outer = w.data() + 3 * hidden;
  double sum = 0;
  for (std::size_t i = 0; i < w.size(); ++i) {
    g[i] = ridge * w[i];
    sum += 0.5 * ridge * w[i] * w[i];
  }
  for (const Point& p : data) {
    double h[hidden], z[spirals], total = 0;
    for (std::int64_t j = 0; j < hidden; ++j)
      h[j] = std::tanh(w[3 * j] * p.x[0] + w[3 * j + 1] * p.x[1] + w[3 * j + 2]);
    for (std::int64_t c = 0; c < spirals; ++c) {
      z[c] = outer[spirals * hidden + c];
      for (std::int64_t j = 0; j < hidden; ++j) z[c] += outer[c * hidden + j] * h[j];
      total += std::exp(z[c]);
    }
    sum += (std::log(total) - z[p.spiral]) / points;
    for (std::int64_t c = 0; c < spirals; ++c) {
      const double slope = (std::exp(z[c]) / total - (c == p.spiral ? 1 : 0)) / points;
      g[3 * hidden + spirals * hidden + c] += slope;
      for (std::int64_t j = 0; j < hidden; ++j) {
        g[3 * hidden + c * hidden + j] += slope * h[j];
        const double inner = slope * outer[c * hidden + j] * (1 - h[j] * h[j]);
        g[3 * j] += inner * p.x[0];
        g[3 * j + 1] += inner * p.x[1];
        g[3 * j + 2] += inner;
      }
    }
  }
  return sum;
}

// Prints what the Hessian is like at w; returns its least eigenvalue.
double show(const char* where, const croquis::Objective& f, const std::vector<double>& w) {
  const croquis::LinearOperator<double> hessian = croquis::hessian_operator(f, w);
  const auto top = croquis::top_eigenpairs(hessian, 4, {.tolerance = 1e-6});
  const auto bottom = croquis::top_eigenpairs(hessian, 1, {.which = croquis::SpectrumEnd::smallest, .tolerance = 1e-5});
  const auto trace = croquis::estimate_trace(hessian, {.products = 60});
  const auto density = croquis::spectral_density(hessian, {.vectors = 6, .steps = 40});
  std::printf("%s: the largest eigenvalues", where);
  for (const double value : top.eigenvalues) std::printf(" %.4f", value);
  std::printf(", the least %.5f +- %.0e\n", bottom.eigenvalues[0], bottom.error_bounds[0]);
  const croquis::SpectralEstimate flat = density.cumulative(0.1 * top.eigenvalues[0]);
  std::printf("  trace %.4f +- %.4f; %.0f %% of %ld directions have under a tenth of the largest curvature\n",
              trace.trace, trace.error_bar, 100 * flat.value, static_cast<long>(unknowns));
  return top.solved() && bottom.solved() ? bottom.eigenvalues[0] : -1e9;
}

}  // namespace

int main() {
  const std::vector<Point> data = spiral_points();
  croquis::Objective f{.unknowns = unknowns};
  f.value_and_gradient = [&](std::span<const double> w, std::span<double> g) { return loss(data, w, g); };

  std::vector<double> start;
  for (std::int64_t i = 0; i < unknowns; ++i)
    start.push_back(0.5 * std::sin(12.9898 * static_cast<double>(i + 1) * 4.1));
  const double at_start = show("at the start", f, start);
  const auto fit = croquis::minimize(f, start, {.gradient_tolerance = 1e-5});
  std::printf("%s\n", fit.message.c_str());
  const double at_end = show("at the end", f, fit.x);
  // The way down goes through negative curvature, a minimum has none.
  return fit.solved() && at_start < -1e-3 && at_end > 0.01 * at_start ? 0 : 1;
}
