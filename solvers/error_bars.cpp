#include "solvers/error_bars.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <type_traits>
#include <variant>

#include <croquis/errors.hpp>

#include "linalg/blas.hpp"
#include "linalg/memory.hpp"
#include "linalg/number_text.hpp"
#include "linalg/parallel.hpp"
#include "sketch/check_sketch.hpp"
#include "sketch/philox.hpp"

namespace croquis {
namespace {

constexpr std::int64_t least_replicates = 20;
constexpr std::int64_t replicates_per_tile = 16;
// Leverages above 1 by rounding, or 1 because a row stands alone: its residual is rounding error.
constexpr double least_slack = 1e-8;

// The variance of a step in one direction is judged by d - rank residuals weighted by the squares of Gaussians, which
// scatters three times as much as their plain sum, and studentizing allows for that one only. The rest makes a normal
// quantile z one of Student's with (d - rank) / 2 degrees of freedom: longer by (1 + z^2) / (2 (d - rank)), here at 95
// %.
constexpr double scatter_of_variance = 2.5;

// How much the norm of the residual scatters is itself judged by d - rank squares, of which fourth powers say it, and
// is judged too small by the largest that are not among them. Measured: 95 % intervals of its logarithm held in 93.0 %
// of 4000 problems with d - rank = 40, 93.2 % with 70, 93.9 % with 110, 94.8 % with 390. So they are made longer by
// this over d - rank.
constexpr double scatter_of_norm = 4;

// d of m rows drawn without replacement miss d / m of the variance of independent ones: the part that x* has too. Of x*
// and x~, fitted to all rows and to d of them, the variances are as 1 / (m - rank) and 1 / (d - rank); so the part is
// (d - rank) / (m - rank), for each row in proportion to the probability with which it is drawn.
double fitted_share(double d, double m, double rank) { return m > rank ? (1 - rank / d) / (1 - rank / m) : 1; }

// The share of the variance of each sketched row that S does not have beside one of independent rows.
std::vector<double> missing_variance(const AnySketch& sketch, std::int64_t rows, std::int64_t rank) {
  const double d = static_cast<double>(sketch.rows());
  const double m = static_cast<double>(rows);
  const double n = static_cast<double>(rank);
  std::vector<double> missing(static_cast<std::size_t>(sketch.rows()), 0.0);
  const auto set_all = [&](double share) { std::fill(missing.begin(), missing.end(), std::clamp(share, 0.0, 1.0)); };
  std::visit(
      [&](const auto& s) {
        using S = std::decay_t<decltype(s)>;
        if constexpr (std::is_same_v<S, RowSampling>) {
          if (s.replacement == Replacement::with) return;
          for (std::size_t i = 0; i < missing.size(); ++i)
            missing[i] = std::min(1.0, fitted_share(d, m, n) / (s.scales()[i] * s.scales()[i]));
        } else if constexpr (std::is_same_v<S, Srht>) {
          const auto order = static_cast<double>(hadamard_order(s.cols));
          set_all(fitted_share(d, order, n) * d / order);
        } else if constexpr (std::is_same_v<S, Srtt>) {
          set_all(fitted_share(d, m, n) * d / m);
        } else if constexpr (std::is_same_v<S, SparseSign> || std::is_same_v<S, HashedRht>) {
          // A row of A by itself is kept exactly; only pairs of rows that meet in a row of the sketch err. What is seen
          // in the sketch holds both, in the ratio of 1 / (nonzeros m) to 1 / d.
          set_all(d / (d + static_cast<double>(s.nonzeros) * m));
        }
      },
      sketch.storage());
  return missing;
}

// The value that `probability` of the replicates do not exceed: the rank that makes the bound exact for as many draws.
double quantile(std::vector<double>& values, double probability) {
  const auto count = static_cast<std::int64_t>(values.size());
  const auto rank = static_cast<std::int64_t>(std::ceil(static_cast<double>(count + 1) * probability)) - 1;
  const auto at = values.begin() + std::clamp<std::int64_t>(rank, 0, count - 1);
  std::nth_element(values.begin(), at, values.end());
  return *at;
}

// +-sqrt(times each of d rows is drawn in d draws with replacement), drawn for one replicate.
class Resampling {
 public:
  Resampling(std::int64_t rows, std::uint64_t seed) : rows_(rows), seed_(seed), words_(rows + 1), count_(rows) {}

  // Calls use(i, w, sign) for the rows that were drawn.
  template <class Use>
  void draw(std::int64_t replicate, const Use& use) {
    const std::uint64_t stream = stream_word(Stream::bootstrap, static_cast<std::uint64_t>(replicate));
    random_words(seed_, stream, 0, (rows_ + 1) / 2, words_.data());
    std::fill_n(count_.data(), rows_, 0);
    for (std::int64_t i = 0; i < rows_; ++i)
      ++count_[bounded(static_cast<std::uint32_t>(words_[i] >> 32), static_cast<std::uint32_t>(rows_))];
    for (std::int64_t i = 0; i < rows_; ++i)
      if (count_[i] > 0) use(i, count_[i], (words_[i] & 1) != 0 ? -1.0 : 1.0);
  }

 private:
  std::int64_t rows_;
  std::uint64_t seed_;
  Workspace<std::uint64_t> words_;
  Workspace<std::int32_t> count_;
};

// What one right-hand side's replicates are drawn from.
template <class T>
struct Residuals {
  int exponent = 0;           // of the unit below
  std::vector<double> value;  // r(i) / sqrt(1 - h(i))
  double energy = 0;          // sum of the squares of `value`
  double variance_kept = 1;   // the share of it that the family's rows do not miss
  double norm = 0;            // the estimate of ||b - A x*||
};

template <class T>
Residuals<T> residuals_of(MatrixView<const T> sb, const Matrix<T>& qt, const T* coordinates,
                          const std::vector<double>& leverage, const std::vector<double>& missing) {
  const std::int64_t rank = qt.rows();
  Residuals<T> r;
  const auto d = static_cast<std::int64_t>(missing.size());
  r.value.resize(missing.size());
  double largest = 0;
  for (std::int64_t i = 0; i < d; ++i) {
    double value = sb(i, 0);
    for (std::int64_t j = 0; j < rank; ++j) value -= static_cast<double>(qt(j, i)) * coordinates[j];
    r.value[i] = value;
    largest = std::abs(value) <= largest ? largest : std::abs(value);
  }
  if (largest > 0 && std::isfinite(largest)) std::frexp(largest, &r.exponent);
  double plain = 0;
  double kept = 0;
  for (std::int64_t i = 0; i < d; ++i) {
    const double unscaled = std::ldexp(r.value[i], -r.exponent);
    plain += unscaled * unscaled;
    r.value[i] = unscaled / std::sqrt(std::max(least_slack, 1 - leverage[i]));
    r.energy += r.value[i] * r.value[i];
    kept += (1 - missing[i]) * r.value[i] * r.value[i];
  }
  if (r.energy > 0) r.variance_kept = kept / r.energy;
  r.norm = std::sqrt(plain * static_cast<double>(d) / static_cast<double>(d - rank));
  return r;
}

// Q^T v for every replicate, studentized: rank x replicates; `norm_ratio` is the estimate from r of ||b - A x*|| over
// what the replicate would have taken it for.
template <class T>
Matrix<T> resampled_steps(const Matrix<T>& qt, const Residuals<T>& r, const std::vector<double>& missing,
                          const BootstrapOptions& options, std::vector<double>& norm_ratio) {
  const auto d = static_cast<std::int64_t>(missing.size());
  const std::int64_t rank = qt.rows();
  Matrix<T> steps = Matrix<T>::uninitialized(rank, options.replicates);
  norm_ratio.assign(static_cast<std::size_t>(options.replicates), 1);
  std::vector<double> kept(missing.size());
  double drawn_on_average = 0;
  for (std::int64_t i = 0; i < d; ++i) {
    kept[i] = std::sqrt(1 - missing[i]);
    drawn_on_average += kept[i] * r.value[i] * r.value[i];
  }
  const Partition tiles(options.replicates, options.replicates, replicates_per_tile);
  // A tile writes its replicates' v, d x 16, and reads Q once for all of them.
  for_each_tile(tiles.count, [&](std::int64_t tile) {
    Resampling resampling(d, options.seed);
    Matrix<T> v(d, tiles.length(tile));
    std::vector<double> energy(static_cast<std::size_t>(v.cols()), r.energy - drawn_on_average);
    for (std::int64_t k = 0; k < v.cols(); ++k) {
      resampling.draw(tiles.begin(tile) + k, [&](std::int64_t i, std::int32_t w, double sign) {
        v(i, k) = static_cast<T>(sign * std::sqrt(static_cast<double>(w)) * kept[i] * r.value[i]);
        energy[k] += w * kept[i] * r.value[i] * r.value[i];
      });
    }
    const auto block = steps.view().block(0, tiles.begin(tile), rank, v.cols());
    multiply<T>(1, qt.view().block(0, 0, rank, d), v.view(), 0, block);
    for (std::int64_t k = 0; k < v.cols(); ++k) {
      T* const step = block.data + k * block.leading_dimension;
      const double fitted = norm2(rank, step);
      const double left = r.variance_kept > 0 ? energy[k] - fitted * fitted / r.variance_kept : energy[k];
      const double usual = r.energy * static_cast<double>(d - rank) / static_cast<double>(d);
      const double ratio = left > 0 ? std::sqrt(usual / left) : 1;
      for (std::int64_t j = 0; j < rank; ++j) step[j] = static_cast<T>(step[j] * ratio);
      norm_ratio[tiles.begin(tile) + k] = ratio;
    }
  });
  return steps;
}

ErrorBar constant_bar(std::int64_t cols, double value) {
  return {value, value, std::vector<double>(static_cast<std::size_t>(cols), value), value, value, value, value};
}

}  // namespace

void check_bootstrap(const BootstrapOptions& options) {
  if (options.replicates < least_replicates)
    throw InvalidOption("bootstrap replicates is " + std::to_string(options.replicates) + " but must be at least " +
                        std::to_string(least_replicates));
  if (!(options.confidence >= 0.5 && options.confidence < 1))
    throw InvalidOption("bootstrap confidence is " + number_text(options.confidence) + " but must be in [0.5, 1)");
}

template <class T>
std::vector<ErrorBar> error_bars(const AnySketch& s, std::int64_t rows, MatrixView<const T> sa, MatrixView<const T> sb,
                                 const Factorization<T>& f, const Matrix<T>& coordinates,
                                 const BootstrapOptions& options) {
  const std::int64_t d = s.rows();
  const std::int64_t n = f.cols();
  if (d <= f.rank) {
    const double infinity = std::numeric_limits<double>::infinity();
    std::vector<ErrorBar> bars(static_cast<std::size_t>(sb.cols), constant_bar(n, infinity));
    for (ErrorBar& bar : bars) bar.residual_low = 0;
    return bars;
  }
  // Q^T = N^T (S A)^T: orthonormal to k u, which is more than a bound wants.
  Matrix<T> qt = Matrix<T>::uninitialized(f.rank, sa.rows);
  f.precondition_transposed(sa.transposed(), qt.view());
  const std::vector<double> missing = missing_variance(s, rows, f.rank);
  const double both_tails = (1 - options.confidence) / 2;
  // The rows of A R^-1 are as long as those of Q only on average: 1 / (1 - rank / d) (Marchenko and Pastur).
  const double fit_factor = std::sqrt(static_cast<double>(d) / static_cast<double>(d - f.rank));
  const double few_rows = 1 + scatter_of_variance / static_cast<double>(d - f.rank);
  std::vector<double> leverage(static_cast<std::size_t>(d));
  for (std::int64_t i = 0; i < d; ++i) {
    const double norm = norm2(f.rank, qt.data() + i * f.rank);
    leverage[i] = norm * norm;
  }
  std::vector<ErrorBar> bars;
  for (std::int64_t b = 0; b < sb.cols; ++b) {
    const Residuals<T> r =
        residuals_of<T>(sb.block(0, b, sb.rows, 1), qt, coordinates.data() + b * f.rank, leverage, missing);
    if (!std::isfinite(r.energy)) {
      bars.push_back(constant_bar(n, std::numeric_limits<double>::quiet_NaN()));
      continue;
    }
    std::vector<double> norm_ratio;
    const Matrix<T> steps = resampled_steps(qt, r, missing, options, norm_ratio);
    Matrix<T> x = Matrix<T>::uninitialized(n, options.replicates);
    f.precondition(steps.view(), x.view());
    std::vector<double> solution, largest, fit;
    for (std::int64_t k = 0; k < options.replicates; ++k) {
      solution.push_back(few_rows * norm2(n, x.data() + k * n));
      fit.push_back(few_rows * fit_factor * norm2(f.rank, steps.data() + k * f.rank));
      double most = 0;
      for (std::int64_t j = 0; j < n; ++j) most = std::max(most, std::abs(static_cast<double>(x(j, k))));
      largest.push_back(few_rows * most);
    }
    ErrorBar bar;
    bar.solution = quantile(solution, options.confidence);
    bar.largest_coefficient = quantile(largest, options.confidence);
    bar.fit = quantile(fit, options.confidence);
    bar.residual_norm = r.norm;
    const double longer = 1 + scatter_of_norm / static_cast<double>(d - f.rank);
    bar.residual_low = r.norm * std::pow(quantile(norm_ratio, both_tails), longer);
    bar.residual_high = r.norm * std::pow(quantile(norm_ratio, 1 - both_tails), longer);
    for (std::int64_t j = 0; j < n; ++j) {
      for (std::int64_t k = 0; k < options.replicates; ++k)
        solution[k] = few_rows * std::abs(static_cast<double>(x(j, k)));
      bar.coefficients.push_back(quantile(solution, options.confidence));
    }
    scale_error_bar(bar, r.exponent, r.exponent);
    bars.push_back(std::move(bar));
  }
  return bars;
}

void scale_error_bar(ErrorBar& bar, int x_exponent, int b_exponent) {
  for (double* value : {&bar.solution, &bar.largest_coefficient}) *value = std::ldexp(*value, x_exponent);
  for (double& value : bar.coefficients) value = std::ldexp(value, x_exponent);
  for (double* value : {&bar.fit, &bar.residual_norm, &bar.residual_low, &bar.residual_high})
    *value = std::ldexp(*value, b_exponent);
}

#define CROQUIS_INSTANTIATE(T)                                                                                 \
  template std::vector<ErrorBar> error_bars<T>(const AnySketch&, std::int64_t, MatrixView<const T>,            \
                                               MatrixView<const T>, const Factorization<T>&, const Matrix<T>&, \
                                               const BootstrapOptions&);
CROQUIS_INSTANTIATE(float)
CROQUIS_INSTANTIATE(double)
#undef CROQUIS_INSTANTIATE

}  // namespace croquis
