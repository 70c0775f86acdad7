#include "solvers/spectrum/counted_products.hpp"

#include "linalg/check.hpp"
#include "linalg/finite.hpp"
#include "solvers/conclude.hpp"

namespace croquis {

CountedProducts::CountedProducts(const LinearOperator<double>& a) : a_(a) {
  if (a.rows != a.cols || a.rows < 0)
    throw ShapeError("A is " + shape_text(a.rows, a.cols) + ": an operator with a spectrum is square");
  if (!a.multiply) throw InvalidOption("A.multiply is empty");
}

bool CountedProducts::multiply(MatrixView<const double> x, MatrixView<double> y) {
  if (x.cols == 0) return true;
  a_.multiply(x, y);
  products_ += x.cols;
  return all_finite<double>(MatrixView<const double>(y));
}

void fail_as_not_symmetric(double difference, double norm) {
  throw InvalidOption("A is not symmetric: on a Krylov space it differs from its transpose by " +
                      scientific(difference) + ", where its norm is about " + scientific(norm));
}

}  // namespace croquis
