// The products behind apply and accumulate, one overload per family.
#pragma once

#include <algorithm>
#include <cstdint>

#include <croquis/linalg/any_matrix_view.hpp>
#include <croquis/sketch/any_sketch.hpp>

namespace croquis {

/// Whether a product replaces the output or is added to it.
enum class Update { overwrite, add };

/// Zeros in place of what an output holds.
template <class T>
void set_zero(MatrixView<T> out) {
  const bool by_columns = out.layout == Layout::column_major;
  for (std::int64_t line = 0; line < (by_columns ? out.cols : out.rows); ++line)
    std::fill_n(out.data + line * out.leading_dimension, by_columns ? out.rows : out.cols, T(0));
}

/// out = or += S(:, first_row + [0, a.rows)) a, for a valid operator and arguments that fit; a is not empty.
template <class T>
void multiply_sketch(const Gaussian& s, std::int64_t first_row, const AnyMatrixView<T>& a, Update update,
                     MatrixView<T> out);
template <class T>
void multiply_sketch(const Rademacher& s, std::int64_t first_row, const AnyMatrixView<T>& a, Update update,
                     MatrixView<T> out);
template <class T>
void multiply_sketch(const Uniform& s, std::int64_t first_row, const AnyMatrixView<T>& a, Update update,
                     MatrixView<T> out);
template <class T>
void multiply_sketch(const SparseSign& s, std::int64_t first_row, const AnyMatrixView<T>& a, Update update,
                     MatrixView<T> out);
template <class T>
void multiply_sketch(const Srht& s, std::int64_t first_row, const AnyMatrixView<T>& a, Update update,
                     MatrixView<T> out);
template <class T>
void multiply_sketch(const Srtt& s, std::int64_t first_row, const AnyMatrixView<T>& a, Update update,
                     MatrixView<T> out);
template <class T>
void multiply_sketch(const HashedRht& s, std::int64_t first_row, const AnyMatrixView<T>& a, Update update,
                     MatrixView<T> out);
template <class T>
void multiply_sketch(const RowSampling& s, std::int64_t first_row, const AnyMatrixView<T>& a, Update update,
                     MatrixView<T> out);

}  // namespace croquis
