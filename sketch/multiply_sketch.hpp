// The products behind apply and accumulate, one overload per family.
#pragma once

#include <cstdint>

#include <croquis/linalg/any_matrix_view.hpp>
#include <croquis/sketch/any_sketch.hpp>

namespace croquis {

/// Whether a product replaces the output or is added to it.
enum class Update { overwrite, add };

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
