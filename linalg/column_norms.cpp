#include "linalg/column_norms.hpp"

#include <algorithm>
#include <bit>
#include <cassert>
#include <cmath>
#include <limits>
#include <variant>

#include "linalg/copy.hpp"
#include "linalg/parallel.hpp"
#include "linalg/products.hpp"

namespace croquis {
namespace {

// value as a number in [1, 2), for one in the normal range, and its exponent. A call of `ilogb` and one of `ldexp` for
// each column would take longer than the products with a small matrix.
ColumnNorm split(double value) {
  constexpr int mantissa = 52, bias = 1023;
  const auto bits = std::bit_cast<std::uint64_t>(value);
  const int exponent = static_cast<int>(bits >> mantissa) - bias;
  constexpr std::uint64_t mantissa_bits = (std::uint64_t{1} << mantissa) - 1;
  return {std::bit_cast<double>((bits & mantissa_bits) | (std::uint64_t{bias} << mantissa)), exponent};
}

// Calls body(j, value) for every stored entry.
template <class View, class Body>
void for_each_entry(const View& a, const Body& body) {
  if constexpr (requires { a.row_start; }) {
    for (std::int64_t i = 0; i < a.rows; ++i)
      for (auto k = a.row_start[i]; k < a.row_start[i + 1]; ++k) body(a.column[k], a.value[k]);
  } else if constexpr (requires { a.column_start; }) {
    for (std::int64_t j = 0; j < a.cols; ++j)
      for (auto k = a.column_start[j]; k < a.column_start[j + 1]; ++k) body(j, a.value[k]);
  } else {
    assert(false && "a dense matrix");
  }
}

// A part of the rows has so many entries at least, that waking a thread for it pays, and for each of its sums.
constexpr std::int64_t least_entries = 16384;
constexpr std::int64_t entries_per_sum = 8;
constexpr std::int64_t most_parts = 16;

// The sums of squares of the columns. By rows, parts of them are summed up side by side and added in order.
template <class View, class T>
std::vector<double> sums_of_squares(const View& view, T) {
  const auto n = static_cast<std::int64_t>(view.cols);
  std::vector<double> square(static_cast<std::size_t>(n), 0);
  const auto add_to = [](double* sums) {
    return [sums](std::int64_t j, T value) { sums[j] += static_cast<double>(value) * value; };
  };
  if constexpr (requires { view.row_start; }) {
    const std::int64_t entries = view.nonzeros();
    const std::int64_t most = std::min({most_parts, entries / least_entries, entries / (entries_per_sum * (n + 1))});
    if (most > 1) {
      const Partition parts(view.rows, most);
      std::vector<double> sums(static_cast<std::size_t>(parts.count * n), 0);
      for_each_tile(parts.count, [&](std::int64_t part) {
        auto rows = view;
        rows.row_start += parts.begin(part);
        rows.rows = parts.length(part);
        for_each_entry(rows, add_to(sums.data() + part * n));
      });
      for (std::int64_t part = 0; part < parts.count; ++part)
        for (std::int64_t j = 0; j < n; ++j) square[j] += sums[part * n + j];
      return square;
    }
  }
  for_each_entry(view, add_to(square.data()));
  return square;
}

// Scaled by the largest entry of each column, found first.
template <class View, class T>
std::vector<ColumnNorm> scaled_norms(const View& view, T) {
  const auto n = static_cast<std::size_t>(view.cols);
  std::vector<T> largest(n, T(0));
  std::vector<ColumnNorm> norms(n);
  for_each_entry(view, [&](std::int64_t j, T value) {
    if (!(std::abs(value) <= largest[j])) largest[j] = std::abs(value);
  });
  // By halves, since 2^-exponent may itself be out of range.
  std::vector<double> half(n, 1), other_half(n, 1), square(n, 0);
  for (std::size_t j = 0; j < n; ++j) {
    if (!(largest[j] > 0) || !std::isfinite(largest[j])) continue;
    norms[j].exponent = std::ilogb(largest[j]);
    half[j] = std::ldexp(1.0, -norms[j].exponent / 2);
    other_half[j] = std::ldexp(half[j], -norms[j].exponent % 2);
  }
  for_each_entry(view, [&](std::int64_t j, T value) {
    const double scaled = static_cast<double>(value) * half[j] * other_half[j];
    square[j] += scaled * scaled;
  });
  for (std::size_t j = 0; j < n; ++j) norms[j].fraction = std::sqrt(square[j]);
  return norms;
}

// True if a column whose squares add up to zero holds another entry than zeros.
template <class View>
bool squares_vanish(const View& view, const std::vector<double>& square) {
  bool vanish = false;
  for_each_entry(view, [&](std::int64_t j, auto value) { vanish = vanish || (square[j] == 0 && value != 0); });
  return vanish;
}

// The norms from the sums of squares.
template <class View, class T>
std::vector<ColumnNorm> norms_from(const View& view, const std::vector<double>& square, T) {
  std::vector<ColumnNorm> norms(square.size());
  bool zeros = false;
  for (std::size_t j = 0; j < square.size(); ++j) {
    // Squares this size have neither overflowed nor lost digits to underflow.
    if (square[j] > 1e-200 && square[j] < 1e200) {
      norms[j] = split(std::sqrt(square[j]));
    } else if (square[j] == 0) {
      zeros = true;
    } else {
      return scaled_norms(view, T());
    }
  }
  return zeros && squares_vanish(view, square) ? scaled_norms(view, T()) : norms;
}

}  // namespace

template <class T>
std::vector<ColumnNorm> column_norms(const AnyMatrixView<T>& a) {
  return std::visit([](const auto& view) { return norms_from(view, sums_of_squares(view, T()), T()); }, a.storage());
}

template <class T>
std::vector<ColumnNorm> column_norms_and_product(const AnyMatrixView<T>& a, MatrixView<const T> b, MatrixView<T> g) {
  return std::visit(
      [&](const auto& view) {
        if constexpr (requires { view.row_start; }) {
          if (b.cols == 1 && view.nonzeros() < 2 * least_entries) {
            // The two sums of a column side by side, which one addition takes.
            typedef double Pair __attribute__((vector_size(16)));
            const auto n = static_cast<std::size_t>(view.cols);
            std::vector<Pair> sums(n, Pair{});
            for (std::int64_t i = 0; i < view.rows; ++i) {
              const double factor = b(i, 0);
              for (auto k = view.row_start[i]; k < view.row_start[i + 1]; ++k) {
                const double value = view.value[k];
                sums[view.column[k]] += value * Pair{value, factor};
              }
            }
            std::vector<double> square(n);
            for (std::size_t j = 0; j < n; ++j) {
              square[j] = sums[j][0];
              g(static_cast<std::int64_t>(j), 0) = static_cast<T>(sums[j][1]);
            }
            return norms_from(view, square, T());
          }
        }
        multiply_by_transpose<T>(a, b, g);
        return norms_from(view, sums_of_squares(view, T()), T());
      },
      a.storage());
}

template std::vector<ColumnNorm> column_norms_and_product<float>(const AnyMatrixView<float>&, MatrixView<const float>,
                                                                 MatrixView<float>);
template std::vector<ColumnNorm> column_norms_and_product<double>(const AnyMatrixView<double>&,
                                                                  MatrixView<const double>, MatrixView<double>);
template std::vector<ColumnNorm> column_norms<float>(const AnyMatrixView<float>&);
template std::vector<ColumnNorm> column_norms<double>(const AnyMatrixView<double>&);

}  // namespace croquis
