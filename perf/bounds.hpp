// What no product with a matrix can be faster than: reading its memory once, and, to compare with, copying it.
#pragma once

#include <cstdint>

#include <croquis/linalg/matrix.hpp>
#include <croquis/linalg/sparse.hpp>

namespace croquis::perf {

/// One copy of a matrix's memory, on as many threads as a task loop has.
template <class T>
void copy_memory(const Matrix<T>& from, Matrix<T>& to);

/// One read of `bytes` bytes (a multiple of 8), on as many threads as a task loop has; returns the sum of the 64-bit
/// words, so that the read cannot be left out.
std::uint64_t read_memory(const void* memory, std::int64_t bytes);

/// One read of a sparse matrix's indices and values.
template <class T>
std::uint64_t read_memory(const SparseMatrix<T>& a) {
  const auto view = a.view();
  const std::int64_t entries = view.nonzeros();
  return read_memory(view.column, entries * static_cast<std::int64_t>(sizeof(*view.column))) +
         read_memory(view.value, entries * static_cast<std::int64_t>(sizeof(T)) / 8 * 8);
}

}  // namespace croquis::perf
