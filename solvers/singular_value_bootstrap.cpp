#include <croquis/solvers/singular_value_bootstrap.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <string>

#include "linalg/blas.hpp"
#include "linalg/check.hpp"
#include "linalg/finite.hpp"
#include "linalg/memory.hpp"
#include "linalg/number_text.hpp"
#include "linalg/parallel.hpp"
#include "sketch/philox.hpp"

namespace croquis {
namespace {

void check_arguments(MatrixView<const double> sketched, const SingularValueBootstrapOptions& options) {
  check_view(sketched, "S A");
  if (sketched.rows < sketched.cols)
    throw ShapeError("S A is " + shape_text(sketched.rows, sketched.cols) + ": the bootstrap needs rows >= columns");
  if (options.count < 0 || options.count > sketched.cols)
    throw InvalidOption("count is " + std::to_string(options.count) + " but must be from 0 to " +
                        std::to_string(sketched.cols) + ", the columns of S A");
  if (options.samples < 1)
    throw InvalidOption("samples is " + std::to_string(options.samples) + " but must be at least 1");
  if (!(options.confidence > 0 && options.confidence < 1))
    throw InvalidOption("confidence is " + number_text(options.confidence) + " but must be in (0, 1)");
}

// The leading singular values, from the Gram matrix. Runs on the calling thread.
std::vector<double> leading_values(MatrixView<const double> a, std::int64_t count) {
  const blas_int n = to_blas_int(a.cols, "columns");
  Matrix<double> gram(n, n);
  multiply_by_own_transpose<double>(a, 0, gram.view());
  std::vector<double> squares(static_cast<std::size_t>(n));
  Workspace<double> work(std::int64_t{66} * n);
  const blas_int size = to_blas_int(work.size(), "workspace");
  blas_int info = 0;
  dsyev_("N", "U", &n, gram.data(), &n, squares.data(), work.data(), &size, &info, 1, 1);
  if (info != 0) throw std::runtime_error("eigenvalue decomposition did not converge");
  std::vector<double> values;
  for (std::int64_t j = 0; j < count; ++j)
    values.push_back(std::sqrt(std::max(0.0, squares[static_cast<std::size_t>(n - 1 - j)])));
  return values;
}

// d rows of `a`, drawn with replacement by the generator's place (draw, sample).
Matrix<double> resampled(MatrixView<const double> a, std::uint64_t seed, std::int64_t sample) {
  Matrix<double> result = Matrix<double>::uninitialized(a.rows, a.cols);
  std::vector<std::int64_t> row(static_cast<std::size_t>(a.rows));
  const std::uint64_t stream = stream_word(Stream::bootstrap, static_cast<std::uint64_t>(sample));
  for (std::int64_t i = 0; i < a.rows; ++i) {
    const std::uint64_t word = random_words(seed, stream, static_cast<std::uint64_t>(i))[0];
    row[static_cast<std::size_t>(i)] =
        bounded(static_cast<std::uint32_t>(word), static_cast<std::uint32_t>(to_blas_int(a.rows, "rows")));
  }
  for (std::int64_t j = 0; j < a.cols; ++j)
    for (std::int64_t i = 0; i < a.rows; ++i) result(i, j) = a(row[static_cast<std::size_t>(i)], j);
  return result;
}

double quantile(std::vector<double> values, double probability) {
  std::sort(values.begin(), values.end());
  const auto place = static_cast<std::size_t>(std::ceil(probability * static_cast<double>(values.size())));
  return values[std::clamp<std::size_t>(place, 1, values.size()) - 1];
}

}  // namespace

SingularValueErrors bootstrap_singular_values(MatrixView<const double> sketched,
                                              const SingularValueBootstrapOptions& options) {
  check_arguments(sketched, options);
  const auto count = static_cast<std::size_t>(options.count);
  SingularValueErrors result;
  if (count == 0) return result;
  if (!all_finite<double>(sketched)) {
    constexpr double unknown = std::numeric_limits<double>::quiet_NaN();
    result.singular_values.assign(count, unknown);
    result.error.assign(count, unknown);
    result.largest_error = unknown;
    return result;
  }
  std::vector<std::vector<double>> values(static_cast<std::size_t>(options.samples) + 1);
  for_each_tile(options.samples + 1, [&](std::int64_t sample) {
    values[static_cast<std::size_t>(sample)] =
        sample == 0 ? leading_values(sketched, options.count)
                    : leading_values(resampled(sketched, options.seed, sample).view(), options.count);
  });
  result.singular_values = values[0];
  std::vector<double> largest(static_cast<std::size_t>(options.samples), 0);
  for (std::size_t j = 0; j < count; ++j) {
    std::vector<double> differences;
    for (std::size_t sample = 1; sample < values.size(); ++sample) {
      differences.push_back(std::abs(values[sample][j] - values[0][j]));
      largest[sample - 1] = std::max(largest[sample - 1], differences.back());
    }
    result.error.push_back(quantile(differences, options.confidence));
  }
  result.largest_error = quantile(largest, options.confidence);
  return result;
}

}  // namespace croquis
