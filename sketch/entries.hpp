// The entries of an operator, block by block.
#pragma once

#include <cstdint>
#include <functional>

#include <croquis/linalg/matrix_view.hpp>
#include <croquis/sketch/any_sketch.hpp>

namespace croquis {

/// Writes S(first_row + [0, out.rows), first_col + [0, out.cols)), on the calling thread; may be called from many.
template <class T>
using EntryFiller = std::function<void(std::int64_t first_row, std::int64_t first_col, MatrixView<T> out)>;

/// The filler of a valid operator. What all entries share (the sample of a transform) is drawn here, once.
template <class T>
EntryFiller<T> entries_of(const Gaussian& s);
template <class T>
EntryFiller<T> entries_of(const Rademacher& s);
template <class T>
EntryFiller<T> entries_of(const Uniform& s);
template <class T>
EntryFiller<T> entries_of(const SparseSign& s);
template <class T>
EntryFiller<T> entries_of(const Srht& s);
template <class T>
EntryFiller<T> entries_of(const Srtt& s);
template <class T>
EntryFiller<T> entries_of(const HashedRht& s);
template <class T>
EntryFiller<T> entries_of(const RowSampling& s);

}  // namespace croquis
