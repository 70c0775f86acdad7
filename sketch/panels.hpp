// Products with an operator whose entries are made on demand, a panel at a time.
#pragma once

#include "sketch/entries.hpp"
#include "sketch/multiply_sketch.hpp"

namespace croquis {

/// out = or += S(:, first_row + [0, a.rows)) a, S (out.rows x cols) given by its entries.
///
/// Tasks are strips of rows of S, split along the rows of A as well when they are few. Within a task, panels of S are
/// written to the second-level cache and used at once: by a register-blocked product for dense A (2 d k n flops), by
/// sums of multiples of columns of S for sparse A (2 d nonzeros flops). Each entry of S is made once.
///
/// Passes over A: a dense one is read once per strip of 384 rows of S. The entries of a sparse one are read twice, to
/// copy them in the order of use (10 bytes an entry in double), and the copy once per strip of as many rows as keep the
/// strip's part of the result, 512 KiB, in cache. Tasks keep their part of the result; those of one strip are added in
/// the end, in order.
template <class T>
void multiply_by_panels(const EntryFiller<T>& entries, std::int64_t first_row, const AnyMatrixView<T>& a, Update update,
                        MatrixView<T> out);

}  // namespace croquis
