// Products with an operator whose entries are made on demand, a panel at a time.
#pragma once

#include "sketch/entries.hpp"
#include "sketch/multiply_sketch.hpp"

namespace croquis {

/// out = or += S(:, first_row + [0, a.rows)) a, S (out.rows x cols) given by its entries.
///
/// Tiles are strips of rows of S, split along the rows of A as well when they are few. Within a tile, panels of S are
/// written to cache and used at once: by a matrix product for dense A (2 d k n flops), by a sum over the entries of
/// each row for sparse A (2 d nonzeros flops; CSC is regrouped by rows first). Each entry of S is made once, unless a
/// sparse A has so many columns that its strips are shorter than a pair of rows.
template <class T>
void multiply_by_panels(const EntryFiller<T>& entries, std::int64_t first_row, const AnyMatrixView<T>& a, Update update,
                        MatrixView<T> out);

}  // namespace croquis
