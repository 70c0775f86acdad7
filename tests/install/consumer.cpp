// What a user's first program needs of an installed croquis: the headers and the library.
#include <croquis/croquis.hpp>

int main() {
  croquis::Matrix<double> a(3, 2);
  a(2, 1) = 5;
  const croquis::Matrix<double> copy = a;
  return copy(2, 1) == 5 && copy(0, 0) == 0 && !croquis::version().empty() ? 0 : 1;
}
