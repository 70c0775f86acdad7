// Where are the sensors? From distances between neighbours, some of them wrong: a sparse Jacobian and robust losses.
// Alone: g++ -std=c++20 -O2 sensor_network.cpp $(pkg-config --cflags --libs croquis)
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <random>
#include <vector>

#include <croquis/croquis.hpp>

namespace {

struct Place {
  double x, y;
};

struct Distance {
  std::int64_t from, to;
  double measured;
};

double between(const Place& a, const Place& b) { return std::hypot(a.x - b.x, a.y - b.y); }

// 100 sensors and 10 anchors, whose places are known, in a unit square; the anchors come last.
constexpr std::int64_t sensors = 100, places = 110;
constexpr double range = 0.25;  // of the radio
constexpr double noise = 0.005;

class Random {
 public:
  double uniform() { return (static_cast<double>(engine_() >> 11) + 0.5) * 0x1p-53; }
  double normal() { return std::sqrt(-2 * std::log(uniform())) * std::cos(6.283185307179586 * uniform()); }

 private:
  std::mt19937_64 engine_{2024};
};

// The unknowns are x and y of each sensor in turn; anchors are where they are.
Place place(std::int64_t k, std::span<const double> unknowns, const std::vector<Place>& truth) {
  const auto at = static_cast<std::size_t>(k);
  return k < sensors ? Place{unknowns[2 * at], unknowns[2 * at + 1]} : truth[at];
}

}  // namespace

int main() {
  Random random;
  std::vector<Place> truth;
  for (std::int64_t k = 0; k < places; ++k) truth.push_back({random.uniform(), random.uniform()});

  // One distance in ten was measured along a reflection, and is too long.
  std::vector<Distance> distances;
  int reflections = 0;
  for (std::int64_t i = 0; i < sensors; ++i)
    for (std::int64_t j = i + 1; j < places; ++j) {
      const double exact = between(truth[static_cast<std::size_t>(i)], truth[static_cast<std::size_t>(j)]);
      if (exact > range) continue;
      const bool reflected = random.uniform() < 0.1;
      reflections += reflected ? 1 : 0;
      distances.push_back({i, j, exact + noise * random.normal() + (reflected ? 0.3 * random.uniform() : 0)});
    }

  croquis::NonlinearProblem problem{.residuals = static_cast<std::int64_t>(distances.size()), .unknowns = 2 * sensors};
  problem.residual = [&](std::span<const double> unknowns, std::span<double> r) {
    for (std::size_t k = 0; k < distances.size(); ++k)
      r[k] = between(place(distances[k].from, unknowns, truth), place(distances[k].to, unknowns, truth)) -
             distances[k].measured;
  };
  // A distance depends on the two or four coordinates of its ends: CSR by rows, the first end before the second.
  problem.sparse_jacobian = [&](std::span<const double> unknowns) {
    std::vector<std::int64_t> row_start{0}, column;
    std::vector<double> value;
    for (const Distance& distance : distances) {
      const Place a = place(distance.from, unknowns, truth), b = place(distance.to, unknowns, truth);
      const double length = between(a, b);
      for (const auto& [end, sign] : {std::pair(distance.from, 1.0), {distance.to, -1.0}}) {
        if (end >= sensors) continue;
        column.insert(column.end(), {2 * end, 2 * end + 1});
        value.insert(value.end(), {sign * (a.x - b.x) / length, sign * (a.y - b.y) / length});
      }
      row_start.push_back(static_cast<std::int64_t>(column.size()));
    }
    return croquis::SparseMatrix<double>(problem.residuals, problem.unknowns, row_start, column, value);
  };

  // Somebody wrote down roughly where the sensors were put.
  std::vector<double> rough;
  for (std::int64_t k = 0; k < sensors; ++k)
    for (const double coordinate : {truth[static_cast<std::size_t>(k)].x, truth[static_cast<std::size_t>(k)].y})
      rough.push_back(coordinate + 0.03 * random.normal());

  std::printf("%ld sensors, %zu distances, %d of them reflections\n", static_cast<long>(sensors), distances.size(),
              reflections);
  std::printf("%s\n", croquis::check_jacobian(problem, rough).message.c_str());
  std::printf("%-10s %10s %12s %12s  %s\n", "loss", "iterations", "median error", "worst error", "status");
  const auto report = [&](const char* name, std::span<const double> unknowns, std::int64_t iterations,
                          const char* status) {
    std::vector<double> errors;
    for (std::int64_t k = 0; k < sensors; ++k)
      errors.push_back(between(place(k, unknowns, truth), truth[static_cast<std::size_t>(k)]));
    std::sort(errors.begin(), errors.end());
    std::printf("%-10s %10ld %12.5f %12.5f  %s\n", name, static_cast<long>(iterations), errors[errors.size() / 2],
                errors.back(), status);
    return errors[errors.size() / 2];
  };
  report("(start)", rough, 0, "");
  double median = 0;
  std::vector<double> x = rough;
  bool solved = true;
  // From the loss that is convex to the one that ignores outliers, each from where the one before ended.
  for (const auto loss : {croquis::LossFunction::squares, croquis::LossFunction::huber, croquis::LossFunction::cauchy,
                          croquis::LossFunction::tukey}) {
    problem.loss = loss;
    problem.loss_scale = loss == croquis::LossFunction::tukey ? 4 * noise : 2 * noise;
    // Digits beyond the noise are not worth iterations.
    const auto fit = croquis::nonlinear_least_squares(problem, x, {.gradient_tolerance = 1e-5});
    median = report(croquis::to_string(loss).c_str(), fit.x, fit.iterations, croquis::to_string(fit.status).c_str());
    x = fit.x;
    solved = solved && fit.solved();
  }
  return solved && median < noise ? 0 : 1;
}
