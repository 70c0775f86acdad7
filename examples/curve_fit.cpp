// A rational function of seven unknowns through measurements from a file, with error bars.
// Alone: g++ -std=c++20 -O2 curve_fit.cpp $(pkg-config --cflags --libs croquis) && ./a.out mobility.csv
#include <cstdio>
#include <vector>

#include <croquis/croquis.hpp>

int main(int argc, char** argv) {
  if (argc != 2) return std::fprintf(stderr, "usage: %s mobility.csv\n", argv[0]), 2;
  try {
    const croquis::MatrixFile file = croquis::read_matrix(argv[1], {.target = "mobility"});
    const auto& x = std::get<croquis::Matrix<double>>(file.matrix);

    // (b0 + b1 x + b2 x^2 + b3 x^3) / (1 + b4 x + b5 x^2 + b6 x^3)
    croquis::NonlinearProblem problem{.residuals = file.rows(), .unknowns = 7};
    problem.residual = [&](std::span<const double> b, std::span<double> r) {
      for (std::size_t i = 0; i < r.size(); ++i) {
        const double t = x.data()[i];
        r[i] = (b[0] + t * (b[1] + t * (b[2] + t * b[3]))) / (1 + t * (b[4] + t * (b[5] + t * b[6]))) - file.target[i];
      }
    };
    problem.jacobian = [&](std::span<const double> b, croquis::MatrixView<double> j) {
      for (std::int64_t i = 0; i < j.rows; ++i) {
        const double t = x(i, 0);
        const double top = b[0] + t * (b[1] + t * (b[2] + t * b[3]));
        const double bottom = 1 + t * (b[4] + t * (b[5] + t * b[6]));
        double power = 1 / bottom;
        for (std::int64_t k = 0; k < 4; ++k, power *= t) j(i, k) = power;
        power = -top / (bottom * bottom);
        for (std::int64_t k = 4; k < 7; ++k) j(i, k) = power *= t;
      }
    };
    const std::vector<double> start{1000, 1000, 400, 40, 0.7, 0.3, 0.03};
    std::printf("%s\n", croquis::check_jacobian(problem, start).message.c_str());

    const auto fit = croquis::nonlinear_least_squares(problem, start);
    std::printf("%s", croquis::iteration_table(fit).c_str());
    const auto statistics = croquis::nonlinear_statistics(problem, fit.x);
    for (std::size_t k = 0; k < fit.x.size(); ++k)
      std::printf("b%zu %12.5g +- %.2g\n", k, fit.x[k], statistics.standard_errors[k]);
    std::printf("residual standard error %.3g\n", statistics.residual_standard_error);
    return fit.solved() ? 0 : 1;
  } catch (const croquis::Error& error) {
    return std::fprintf(stderr, "%s\n", error.what()), 2;
  }
}
