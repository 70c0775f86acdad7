#include "linalg/sparse_gram.hpp"

#include <algorithm>
#include <vector>

#include "linalg/parallel.hpp"

namespace croquis {

template <class T>
Matrix<T> sparse_gram(const CsrView<T, std::int64_t>& a, const CscView<T, std::int64_t>& columns,
                      const std::vector<T>& scale) {
  const std::int64_t n = a.cols;
  Matrix<T> g(n, n);
  // The last columns of a triangle cost the most: many parts, so that threads end together.
  const Partition parts(n, 64);
  for_each_tile(parts.count, [&](std::int64_t part) {
    for (std::int64_t j = parts.begin(part); j < parts.end(part); ++j) {
      T* const sum = g.data() + j * n;
      for (std::int64_t k = columns.column_start[j]; k < columns.column_start[j + 1]; ++k) {
        const std::int64_t i = columns.row[k];
        const T factor = columns.value[k] * scale[j];
        // Row i has an entry in column j.
        std::int64_t l = a.row_start[i];
        for (; a.column[l] != j; ++l) sum[a.column[l]] += factor * a.value[l];
        sum[j] += factor * a.value[l];
      }
      for (std::int64_t i = 0; i <= j; ++i) sum[i] *= scale[i];
    }
  });
  return g;
}

template <class T>
double estimate_gram_density(const CsrView<T, std::int64_t>& a, const CscView<T, std::int64_t>& columns,
                             std::int64_t sampled) {
  const std::int64_t n = a.cols;
  sampled = std::min(sampled, n);
  std::vector<std::int64_t> seen(static_cast<std::size_t>(n), -1);
  std::int64_t entries = 0;
  for (std::int64_t s = 0; s < sampled; ++s) {
    const std::int64_t j = s * n / sampled;
    for (std::int64_t k = columns.column_start[j]; k < columns.column_start[j + 1]; ++k) {
      const std::int64_t i = columns.row[k];
      for (std::int64_t l = a.row_start[i]; l < a.row_start[i + 1]; ++l) {
        if (seen[a.column[l]] == j) continue;
        seen[a.column[l]] = j;
        ++entries;
      }
    }
  }
  return sampled == 0 ? 0 : static_cast<double>(entries) / (static_cast<double>(sampled) * static_cast<double>(n));
}

#define CROQUIS_INSTANTIATE(T)                                                                               \
  template Matrix<T> sparse_gram<T>(const CsrView<T, std::int64_t>&, const CscView<T, std::int64_t>&,        \
                                    const std::vector<T>&);                                                  \
  template double estimate_gram_density<T>(const CsrView<T, std::int64_t>&, const CscView<T, std::int64_t>&, \
                                           std::int64_t);
CROQUIS_INSTANTIATE(float)
CROQUIS_INSTANTIATE(double)
#undef CROQUIS_INSTANTIATE

}  // namespace croquis
