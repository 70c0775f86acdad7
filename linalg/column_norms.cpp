#include "linalg/column_norms.hpp"

#include <cassert>
#include <cmath>
#include <limits>
#include <variant>

namespace croquis {
namespace {

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

}  // namespace

template <class T>
std::vector<ColumnNorm> column_norms(const AnyMatrixView<T>& a) {
  return std::visit(
      [&](const auto& view) {
        const auto n = static_cast<std::size_t>(a.cols());
        std::vector<double> square(n, 0);
        for_each_entry(view, [&](std::int64_t j, T value) { square[j] += static_cast<double>(value) * value; });
        std::vector<ColumnNorm> norms(n);
        for (std::size_t j = 0; j < n; ++j) {
          // Squares this size have neither overflowed nor lost digits to underflow.
          if (!(square[j] > 1e-200 && square[j] < 1e200)) return scaled_norms(view, T());
          norms[j].exponent = std::ilogb(std::sqrt(square[j]));
          norms[j].fraction = std::ldexp(std::sqrt(square[j]), -norms[j].exponent);
        }
        return norms;
      },
      a.storage());
}

template std::vector<ColumnNorm> column_norms<float>(const AnyMatrixView<float>&);
template std::vector<ColumnNorm> column_norms<double>(const AnyMatrixView<double>&);

}  // namespace croquis
