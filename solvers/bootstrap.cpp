#include <croquis/solvers/bootstrap.hpp>

#include <cmath>
#include <limits>
#include <string>

#include "linalg/check.hpp"
#include "linalg/copy.hpp"
#include "linalg/number_text.hpp"
#include "sketch/check_sketch.hpp"
#include "solvers/error_bars.hpp"
#include "solvers/factor_sketch.hpp"

namespace croquis {
namespace {

template <class T>
std::vector<ErrorBar> bars_of(const AnySketch& s, MatrixView<const T> sa, MatrixView<const T> sb,
                              const BootstrapOptions& options) {
  check_sketch(s);
  check_view(sa, "SA");
  check_view(sb, "SB");
  if (sa.rows != s.rows() || sb.rows != s.rows())
    throw ShapeError("SA is " + shape_text(sa.rows, sa.cols) + " and SB is " + shape_text(sb.rows, sb.cols) +
                     ": each needs a row for each of the " + std::to_string(s.rows()) + " rows of S");
  if (sa.cols > sa.rows)
    throw ShapeError("SA is " + shape_text(sa.rows, sa.cols) + ": a least-squares problem needs rows >= columns");
  check_bootstrap(options);
  Matrix<T> copied = Matrix<T>::uninitialized(sa.rows, sa.cols);
  copy<T>(sa, copied.view());
  Matrix<T> copied_b = Matrix<T>::uninitialized(sb.rows, sb.cols);
  copy<T>(sb, copied_b.view());
  const SketchedFactor<T> f = factor_computed_sketch<T>(copied.view(), copied_b.view(), 0);
  if (f.outcome != AttemptOutcome::solved) {
    const double nan = std::numeric_limits<double>::quiet_NaN();
    const std::vector<double> coefficients(static_cast<std::size_t>(sa.cols), nan);
    return std::vector<ErrorBar>(static_cast<std::size_t>(sb.cols), {nan, nan, coefficients, nan, nan, nan, nan});
  }
  return error_bars<T>(s, s.cols(), sa, sb, *f.factorization, f.coordinates, options);
}

void check_above_rank(const char* name, std::int64_t rows, std::int64_t rank) {
  if (rank < 0 || rows <= rank)
    throw InvalidOption(std::string(name) + " is " + std::to_string(rows) + " but must be more than the rank, " +
                        std::to_string(rank));
}

}  // namespace

std::vector<ErrorBar> bootstrap_error_bars(const AnySketch& s, MatrixView<const float> sa, MatrixView<const float> sb,
                                           const BootstrapOptions& options) {
  return bars_of(s, sa, sb, options);
}
std::vector<ErrorBar> bootstrap_error_bars(const AnySketch& s, MatrixView<const double> sa, MatrixView<const double> sb,
                                           const BootstrapOptions& options) {
  return bars_of(s, sa, sb, options);
}

double error_bar_factor(std::int64_t rank, std::int64_t rows, std::int64_t other_rows) {
  check_above_rank("rows", rows, rank);
  check_above_rank("other_rows", other_rows, rank);
  return std::sqrt(static_cast<double>(rows - rank) / static_cast<double>(other_rows - rank));
}

std::int64_t rows_for_error_bar_factor(std::int64_t rank, std::int64_t rows, double factor) {
  check_above_rank("rows", rows, rank);
  if (!(factor > 0)) throw InvalidOption("factor is " + number_text(factor) + " but must be positive");
  const double more = std::ceil(static_cast<double>(rows - rank) / (factor * factor));
  if (!(more < 9e18)) throw InvalidOption("factor is " + number_text(factor) + ": no sketch has that many rows");
  return rank + static_cast<std::int64_t>(more);
}

}  // namespace croquis
