// What a user's first program needs of an installed croquis: headers, the library, and one solve.
#include <croquis/croquis.hpp>

#include <vector>

int main() {
  const std::vector<double> a = {1, 1, 1, 1, 2, 3}, b = {3, 5, 7};  // lines through (1, 3), (2, 5), (3, 7)
  const auto fit = croquis::least_squares(croquis::column_major(a.data(), 3, 2), b);
  const double error = (fit.x(0, 0) - 1) * (fit.x(0, 0) - 1) + (fit.x(1, 0) - 2) * (fit.x(1, 0) - 2);
  return fit.solved() && error < 1e-20 ? 0 : 1;
}
