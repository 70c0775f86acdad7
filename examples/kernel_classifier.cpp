// Two interleaved spirals, which no line parts: a linear classifier, and one in the space of a Gaussian kernel.
// Alone: g++ -std=c++20 -O2 kernel_classifier.cpp $(pkg-config --cflags --libs croquis) && ./a.out
#include <cmath>
#include <cstdio>
#include <random>
#include <vector>

#include <croquis/croquis.hpp>

namespace {

struct Spirals {
  croquis::Matrix<double> points;
  std::vector<double> arm;  // 0 or 1

  Spirals(std::int64_t count, unsigned seed) : points(count, 2) {
    std::mt19937 random(seed);
    std::uniform_real_distribution<double> along(0.5, 3);
    std::normal_distribution<double> noise(0, 0.1);
    for (std::int64_t i = 0; i < count; ++i) {
      const double turn = along(random), side = i % 2 == 0 ? 1 : -1;
      points(i, 0) = side * turn * std::cos(3 * turn) + noise(random);
      points(i, 1) = side * turn * std::sin(3 * turn) + noise(random);
      arm.push_back(i % 2 == 0 ? 1 : 0);
    }
  }
};

}  // namespace

int main() {
  const Spirals known(4000, 1), others(1000, 2);
  const auto linear = croquis::fit_generalized_linear_model(known.points, known.arm);
  const auto model = croquis::fit_kernel_model(known.points, known.arm, {.ridge = 1e-6, .bandwidth = 0.5});
  if (!linear.solved() || !model.solved()) return std::fprintf(stderr, "%s\n", model.message.c_str()), 1;
  const auto by_line = croquis::score(linear, others.points, others.arm);
  const auto by_kernel = croquis::score(model, others.points, others.arm);
  std::printf("points the models have not seen   accuracy   log-loss\n");
  std::printf("logistic regression              %8.1f %% %10.4f\n", 100 * by_line.accuracy, by_line.mean_loss);
  std::printf("with a kernel and %lld centres    %8.1f %% %10.4f\n", static_cast<long long>(model.centres.rows()),
              100 * by_kernel.accuracy, by_kernel.mean_loss);

  // Where the model says 1.
  for (double y = 3; y >= -3; y -= 0.4) {
    croquis::Matrix<double> row(30, 2);
    for (std::int64_t j = 0; j < row.rows(); ++j) {
      row(j, 0) = -3 + 0.2 * static_cast<double>(j);
      row(j, 1) = y;
    }
    for (const double arm : croquis::predictions(model, row)) std::putchar(arm == 1 ? '#' : '.');
    std::putchar('\n');
  }
  return by_kernel.accuracy > 0.95 ? 0 : 1;
}
