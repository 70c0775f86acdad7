// A simulation calibrated to data without derivatives: hares and lynxes in Canada, 1900 to 1920, by the equations of
// Lotka and Volterra. The integrator chooses its steps for a loose tolerance, so what it returns jumps as parameters
// change. Alone: g++ -std=c++20 -O2 calibrate.cpp $(pkg-config --cflags --libs croquis) && ./a.out
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include <croquis/croquis.hpp>

namespace {

// Pelts of the Hudson's Bay Company, in thousands.
constexpr std::array<double, 21> hares{30,   47.2, 70.2, 77.4, 36.3, 20.6, 18.1, 21.4, 22,   25.4, 27.1,
                                       40.3, 57,   76.6, 52.3, 19.5, 11.2, 7.6,  14.6, 16.2, 24.7};
constexpr std::array<double, 21> lynxes{4, 6.1,  9.8,  35.2, 59.4, 41.7, 19,   13,  8.3,  9.1, 7.4,
                                        8, 12.3, 19.5, 45.7, 51.1, 29.7, 15.8, 9.7, 10.1, 8.6};

using Populations = std::array<double, 2>;

// Birth and hunting of hares, death and growth of lynxes: the first four unknowns.
Populations rates(std::span<const double> x, const Populations& y) {
  return {x[0] * y[0] - x[1] * y[0] * y[1], -x[2] * y[1] + x[3] * y[0] * y[1]};
}

Populations along(const Populations& y, double h, const Populations& slope) {
  return {y[0] + h * slope[0], y[1] + h * slope[1]};
}

// One year, by Heun's method with Euler's as its error estimate. False if it takes too many steps.
bool advance_a_year(std::span<const double> x, double tolerance, Populations& y) {
  double h = 0.1;
  double t = 0;
  for (int step = 0; step < 10000 && t < 1; ++step) {
    h = std::min(h, 1 - t);
    const Populations k1 = rates(x, y);
    const Populations k2 = rates(x, along(y, h, k1));
    const double error =
        h / 2 *
        std::max(std::abs(k2[0] - k1[0]) / (1 + std::abs(y[0])), std::abs(k2[1] - k1[1]) / (1 + std::abs(y[1])));
    if (!std::isfinite(error)) return false;
    if (error <= tolerance) {
      y = along(along(y, h / 2, k1), h / 2, k2);
      t += h;
    }
    // Steps double or halve: each such decision is a jump of the result.
    if (error <= tolerance / 4) h *= 2;
    if (error > tolerance) h /= 2;
  }
  return t >= 1;
}

// What is left of a number in a file of results.
double as_printed(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.4g", value);
  return std::strtod(text, nullptr);
}

}  // namespace

int main() {
  // x: four rates, and the populations of 1900. r: by which factor each year is off.
  croquis::NonlinearProblem problem{.residuals = 42, .unknowns = 6, .lower = std::vector<double>(6, 0.0)};
  problem.residual = [](std::span<const double> x, std::span<double> r) {
    Populations y{x[4], x[5]};
    for (std::size_t year = 0; year < hares.size(); ++year) {
      r[2 * year] = std::log(as_printed(y[0]) / hares[year]);
      r[2 * year + 1] = std::log(as_printed(y[1]) / lynxes[year]);
      // Where the simulation fails, so does this point: the rest of r stays NaN.
      if (!advance_a_year(x, 1e-2, y)) return;
    }
  };
  problem.parallel_residuals = true;
  const std::vector<double> start{0.5, 0.02, 1, 0.02, 30, 4};

  try {
    const auto by_differences = croquis::nonlinear_least_squares(problem, start);
    const auto fit = croquis::derivative_free_least_squares(problem, start);
    std::printf("%s", croquis::iteration_table(fit).c_str());
    std::printf("hares   born %.3f, hunted %.4f\nlynxes  die  %.3f, grow   %.4f\n1900:   %.1f hares, %.1f lynxes\n",
                fit.x[0], fit.x[1], fit.x[2], fit.x[3], fit.x[4], fit.x[5]);
    std::printf("cost %.4f after %lld evaluations, beside %.4f with derivatives by differences\n", fit.cost,
                static_cast<long long>(fit.residual_evaluations), by_differences.cost);
    // Noise ends the solve: where the results are rounded, no minimum is found to all digits.
    return fit.solved() || fit.status == croquis::Status::noise_limited ? 0 : 1;
  } catch (const croquis::Error& error) {
    return std::fprintf(stderr, "%s\n", error.what()), 2;
  }
}
