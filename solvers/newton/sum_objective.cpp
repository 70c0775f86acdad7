#include <croquis/solvers/sum_objective.hpp>

#include <algorithm>
#include <cmath>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <croquis/errors.hpp>

#include "linalg/parallel.hpp"
#include "solvers/conclude.hpp"

namespace croquis {
namespace {

constexpr std::int64_t most_chunks = 64;
constexpr std::int64_t most_bytes = std::int64_t{256} << 20;

void check(const SumOfTerms& sum) {
  if (sum.unknowns < 0) throw InvalidOption("unknowns is " + std::to_string(sum.unknowns) + " but must be at least 0");
  if (sum.terms < 0) throw InvalidOption("terms is " + std::to_string(sum.terms) + " but must be at least 0");
  if (!std::isfinite(sum.scale)) throw InvalidOption("scale is " + scientific(sum.scale) + " but must be finite");
  if (!std::isfinite(sum.ridge)) throw InvalidOption("ridge is " + scientific(sum.ridge) + " but must be finite");
  if (!sum.value_and_gradient) throw InvalidOption("the sum has no value_and_gradient");
}

// `total` := scale times the sum over chunks of what `body(first, end, part)` adds to zeros, plus ridge x. Returns the
// scaled sum of what it returns.
template <class Body>
double add_chunks(const SumOfTerms& sum, const double* x, std::int64_t entries, double* total, const Body& body) {
  const std::int64_t fitting = most_bytes / (8 * std::max<std::int64_t>(1, entries));
  const Partition chunks(sum.terms, std::clamp<std::int64_t>(fitting, 1, most_chunks));
  std::vector<std::vector<double>> parts(static_cast<std::size_t>(chunks.count));
  std::vector<double> values(parts.size());
  for_each_tile(chunks.count, [&](std::int64_t chunk) {
    const auto at = static_cast<std::size_t>(chunk);
    parts[at].assign(static_cast<std::size_t>(entries), 0.0);
    values[at] = body(chunks.begin(chunk), chunks.end(chunk), parts[at].data());
  });
  std::fill_n(total, entries, 0.0);
  for (const std::vector<double>& part : parts)
    for (std::int64_t j = 0; j < entries; ++j) total[j] += part[static_cast<std::size_t>(j)];
  for (std::int64_t j = 0; j < entries; ++j) total[j] = sum.scale * total[j] + sum.ridge * x[j];
  double value = 0;
  for (const double part : values) value += part;
  return sum.scale * value;
}

}  // namespace

Objective sum_objective(SumOfTerms sum) {
  check(sum);
  const auto shared = std::make_shared<const SumOfTerms>(std::move(sum));
  Objective objective{.unknowns = shared->unknowns};
  objective.value_and_gradient = [shared](std::span<const double> x, std::span<double> g) {
    const double value = add_chunks(*shared, x.data(), shared->unknowns, g.data(),
                                    [&](std::int64_t first, std::int64_t end, double* part) {
                                      return shared->value_and_gradient(first, end, x, {part, x.size()});
                                    });
    double squares = 0;
    for (const double entry : x) squares += entry * entry;
    return shared->ridge == 0 ? value : value + 0.5 * shared->ridge * squares;
  };
  if (!shared->hessian_times) return objective;
  objective.hessian_times = [shared](std::span<const double> x, MatrixView<const double> v, MatrixView<double> hv) {
    const std::int64_t n = shared->unknowns, k = v.cols;
    Matrix<double> directions(v), products(n, k);
    add_chunks(*shared, directions.data(), n * k, products.data(),
               [&](std::int64_t first, std::int64_t end, double* part) {
                 shared->hessian_times(first, end, x, directions.view(), column_major(part, n, k));
                 return 0.0;
               });
    for (std::int64_t j = 0; j < k; ++j)
      for (std::int64_t i = 0; i < n; ++i) hv(i, j) = products(i, j);
  };
  return objective;
}

}  // namespace croquis
