#include "solvers/column_scaling.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

#include "linalg/blas.hpp"
#include "linalg/parallel.hpp"
#include "linalg/plain_tile.hpp"

namespace croquis {
namespace {

// Parts of enough entries that waking a thread pays.
Partition parts_of_columns(std::int64_t rows, std::int64_t cols) {
  constexpr std::int64_t least_entries = 32768;
  return Partition(cols, std::clamp<std::int64_t>(rows * cols / least_entries, 1, 64));
}

// The ends of the range of T bound what a single factor can do.
template <class T>
T power_of_two(int exponent) {
  const int most = std::numeric_limits<T>::max_exponent - 1;
  exponent = std::clamp(exponent, -most, most);
  if (exponent == -most) return std::ldexp(T(1), exponent);
  // By its bits: most of what `ldexp` would do is for numbers out of the range.
  if constexpr (sizeof(T) == 8) {
    return std::bit_cast<T>(static_cast<std::uint64_t>(exponent + most) << 52);
  } else {
    return std::bit_cast<T>(static_cast<std::uint32_t>(exponent + most) << 23);
  }
}

}  // namespace

template <class T>
std::vector<int> column_exponents(MatrixView<const T> a) {
  std::vector<int> exponents(static_cast<std::size_t>(a.cols));
  const Partition parts = parts_of_columns(a.rows, a.cols);
  for_each_plain_tile(parts.count, [&](std::int64_t part) {
    for (std::int64_t j = parts.begin(part); j < parts.end(part); ++j) {
      const double norm = norm2(a.rows, a.data + j * a.column_stride(), a.row_stride());
      // A norm beyond the range is infinite here.
      exponents[j] = norm > 0 ? std::numeric_limits<T>::max_exponent : zero_column_exponent;
      if (norm > 0 && std::isfinite(norm)) std::frexp(norm, &exponents[j]);
    }
  });
  return exponents;
}

template <class T>
std::vector<T> unit_column_scale(MatrixView<const T> a) {
  std::vector<T> scale;
  for (const int exponent : column_exponents<T>(a))
    scale.push_back(exponent == zero_column_exponent ? T(1) : power_of_two<T>(-exponent));
  return scale;
}

template <class T>
std::vector<T> unit_column_scale(const std::vector<ColumnNorm>& norms) {
  std::vector<T> scale;
  scale.reserve(norms.size());
  for (const ColumnNorm& norm : norms) {
    int exponent = 0;
    if (norm.fraction >= 1 && norm.fraction < 2) {
      exponent = 1;
    } else if (norm.fraction > 0) {
      std::frexp(norm.fraction, &exponent);
    }
    scale.push_back(power_of_two<T>(-exponent - norm.exponent));
  }
  return scale;
}

template <class T>
void scale_columns(MatrixView<T> a, const std::vector<T>& scale) {
  const Partition parts = parts_of_columns(a.rows, a.cols);
  for_each_plain_tile(parts.count, [&](std::int64_t part) {
    for (std::int64_t j = parts.begin(part); j < parts.end(part); ++j) {
      if (scale[j] == T(1)) continue;
      T* column = a.data + j * a.column_stride();
      for (std::int64_t i = 0; i < a.rows; ++i) column[i * a.row_stride()] *= scale[j];
    }
  });
}

template <class T>
bool within_safe_range(const std::vector<T>& scale) {
  // 13/16 of the exponent range: 1e+-250 for double, 1e+-31 for float. The residual, down to the roundoff of a unit
  // right-hand side, takes the rest.
  const int most = std::numeric_limits<T>::max_exponent * 13 / 16;
  const T lowest = std::ldexp(T(1), -most), highest = std::ldexp(T(1), most);
  return std::all_of(scale.begin(), scale.end(), [&](T s) { return s >= lowest && s <= highest; });
}

#define CROQUIS_INSTANTIATE(T)                                                  \
  template std::vector<int> column_exponents<T>(MatrixView<const T>);           \
  template std::vector<T> unit_column_scale<T>(MatrixView<const T>);            \
  template std::vector<T> unit_column_scale<T>(const std::vector<ColumnNorm>&); \
  template void scale_columns<T>(MatrixView<T>, const std::vector<T>&);         \
  template bool within_safe_range<T>(const std::vector<T>&);
CROQUIS_INSTANTIATE(float)
CROQUIS_INSTANTIATE(double)
#undef CROQUIS_INSTANTIATE

}  // namespace croquis
