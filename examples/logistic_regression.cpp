// Damaged O-rings of 23 flights of the Space Shuttle by temperature (Dalal, Fowlkes and Hoadley, 1989), and what that
// says of a cold morning.
// Alone: g++ -std=c++20 -O2 logistic_regression.cpp $(pkg-config --cflags --libs croquis) && ./a.out o_rings.csv
#include <cstdio>
#include <vector>

#include <croquis/croquis.hpp>

int main(int argc, char** argv) {
  if (argc != 2) return std::fprintf(stderr, "usage: %s o_rings.csv\n", argv[0]), 2;
  try {
    const croquis::MatrixFile flights = croquis::read_matrix(argv[1], {.target = "damage"});
    const auto model = croquis::fit_generalized_linear_model(flights, flights.target);
    std::printf("%s", croquis::iteration_table(model).c_str());
    if (!model.solved()) return 1;

    std::printf("\nlog-odds of damage = %.4f %+.4f temperature\n", model.intercepts[0], model.coefficients(0, 0));
    const auto fit = croquis::score(model, flights, flights.target);
    std::printf("log-loss %.4f, accuracy %.0f %%\n", fit.mean_loss, 100 * fit.accuracy);
    const std::vector<double> degrees{31, 50, 65, 80};
    const auto temperatures = croquis::column_major(degrees.data(), 4, 1);
    const croquis::Matrix<double> p = croquis::class_probabilities(model, temperatures);
    for (std::int64_t i = 0; i < 4; ++i) std::printf("at %.0f F: probability %.4f\n", degrees[i], p(i, 1));
    return 0;
  } catch (const croquis::Error& error) {
    return std::fprintf(stderr, "%s\n", error.what()), 2;
  }
}
