#include <croquis/sketch/apply_sparse.hpp>

#include <algorithm>
#include <cmath>
#include <type_traits>
#include <utility>
#include <vector>

#include "linalg/check.hpp"
#include "linalg/memory.hpp"
#include "linalg/parallel.hpp"
#include "sketch/check_sketch.hpp"
#include "sketch/regroup.hpp"
#include "sketch/sparse_sign_draws.hpp"

namespace croquis {
namespace {

template <class T>
void check_arguments(const SparseSign& s, const AnyMatrixView<T>& a) {
  check_sketch(s);
  if (a.is_dense())
    throw ShapeError("A is a dense " + shape_text(a.rows(), a.cols()) +
                     " matrix: only the sketch of a sparse one is sparse");
  check_view(a, "A");
  if (a.rows() != s.cols)
    throw ShapeError("A is " + shape_text(a.rows(), a.cols()) + " but S is " + shape_text(s.rows, s.cols) +
                     ": A must have as many rows as S has columns");
}

// Going through A by columns meets the columns of each row of the result in ascending order, and terms of the same
// place one after the other. Strips of columns count the places they fill in each row; then each knows where its part
// of the row begins. Two reads of A and of its entries' parts of the table, one write of the result.
template <class T, class Index>
class SparseProduct {
 public:
  SparseProduct(const SparseSign& s, const CscView<T, Index>& a)
      : s_(s),
        a_(a),
        table_(draw_table(s, 0, a.rows)),
        // With few entries per row of the result the counters would outweigh them.
        strips_(a.cols, std::clamp<std::int64_t>(a.nonzeros() * s.nonzeros / s.rows, 1, 16)),
        next_(strips_.count * s.rows),
        latest_column_(strips_.count * s.rows) {}

  SparseMatrix<T> result() {
    for_each_tile(strips_.count, [&](std::int64_t strip) {
      std::int64_t* count = next_.data() + strip * s_.rows;
      std::fill_n(count, s_.rows, std::int64_t{0});
      for_each_term(strip,
                    [&](std::int64_t row, std::int64_t, T, bool first_here) { count[row] += first_here ? 1 : 0; });
    });
    std::vector<std::int64_t> row_start = place_rows();
    std::vector<std::int64_t> column(static_cast<std::size_t>(row_start.back()));
    std::vector<T> value(column.size());
    for_each_tile(strips_.count, [&](std::int64_t strip) {
      std::int64_t* next = next_.data() + strip * s_.rows;
      for_each_term(strip, [&](std::int64_t row, std::int64_t j, T term, bool first_here) {
        if (first_here) {
          const auto place = static_cast<std::size_t>(next[row]++);
          column[place] = j;
          value[place] = term;
        } else {
          value[static_cast<std::size_t>(next[row] - 1)] += term;
        }
      });
    });
    return SparseMatrix<T>(s_.rows, a_.cols, std::move(row_start), std::move(column), std::move(value));
  }

 private:
  // Calls visit(row of the result, column, term, whether it is the first at this place) for the terms of a strip.
  template <class Visit>
  void for_each_term(std::int64_t strip, const Visit& visit) {
    const T size = entry_size<T>(s_);
    std::int64_t* latest = latest_column_.data() + strip * s_.rows;
    std::fill_n(latest, s_.rows, std::int64_t{-1});
    for (std::int64_t j = strips_.begin(strip); j < strips_.end(strip); ++j) {
      const auto end = static_cast<std::int64_t>(a_.column_start[j + 1]);
      for (auto k = static_cast<std::int64_t>(a_.column_start[j]); k < end; ++k) {
        const std::uint32_t* entries = table_.data() + static_cast<std::int64_t>(a_.row[k]) * s_.nonzeros;
        const T term = size * a_.value[k];
        for (std::int64_t b = 0; b < s_.nonzeros; ++b) {
          const std::int64_t row = entry_row(entries[b]);
          visit(row, j, entry_is_negative(entries[b]) ? -term : term, std::exchange(latest[row], j) != j);
        }
      }
    }
  }

  // Turns the counts into the places where each strip's part of each row begins; returns the starts of the rows.
  std::vector<std::int64_t> place_rows() {
    std::vector<std::int64_t> row_start(static_cast<std::size_t>(s_.rows) + 1);
    std::int64_t total = 0;
    for (std::int64_t row = 0; row < s_.rows; ++row) {
      row_start[static_cast<std::size_t>(row)] = total;
      for (std::int64_t strip = 0; strip < strips_.count; ++strip)
        total += std::exchange(next_[strip * s_.rows + row], total);
    }
    row_start[static_cast<std::size_t>(s_.rows)] = total;
    return row_start;
  }

  const SparseSign& s_;
  const CscView<T, Index>& a_;
  Workspace<std::uint32_t> table_;
  Partition strips_;
  Workspace<std::int64_t> next_;
  Workspace<std::int64_t> latest_column_;
};

template <class T>
SparseMatrix<T> product(const SparseSign& s, const AnyMatrixView<T>& a) {
  check_arguments(s, a);
  return std::visit(
      [&](const auto& view) -> SparseMatrix<T> {
        if constexpr (requires { view.column_start; }) {
          return SparseProduct(s, view).result();
        } else if constexpr (requires { view.row_start; }) {
          const GroupedByColumn<T> by_columns = regroup(view);
          const auto columns = by_columns.view();
          return SparseProduct(s, columns).result();
        } else {
          return {};
        }
      },
      a.storage());
}

template <class T>
double expected_entries(const SparseSign& s, const AnyMatrixView<T>& a) {
  check_arguments(s, a);
  std::vector<std::int64_t> count(static_cast<std::size_t>(a.cols()), 0);
  std::visit(
      [&](const auto& view) {
        if constexpr (requires { view.column_start; }) {
          for (std::size_t j = 0; j < count.size(); ++j)
            count[j] = static_cast<std::int64_t>(view.column_start[j + 1] - view.column_start[j]);
        } else if constexpr (requires { view.row_start; }) {
          const auto end = view.rows == 0 ? 0 : static_cast<std::int64_t>(view.row_start[view.rows]);
          for (auto k = view.rows == 0 ? 0 : static_cast<std::int64_t>(view.row_start[0]); k < end; ++k)
            ++count[static_cast<std::size_t>(view.column[k])];
        }
      },
      a.storage());
  const auto d = static_cast<double>(s.rows);
  // log1p and expm1 keep the digits of a column with few entries; nonzeros = d gives -infinity, and d.
  const double log_missed = std::log1p(-static_cast<double>(s.nonzeros) / d);
  double sum = 0;
  for (const std::int64_t c : count) sum += c == 0 ? 0 : -d * std::expm1(static_cast<double>(c) * log_missed);
  return sum;
}

}  // namespace

SparseMatrix<float> apply_sparse(const SparseSign& s, const AnyMatrixView<float>& a) { return product(s, a); }
SparseMatrix<double> apply_sparse(const SparseSign& s, const AnyMatrixView<double>& a) { return product(s, a); }

double expected_sparse_entries(const SparseSign& s, const AnyMatrixView<float>& a) { return expected_entries(s, a); }
double expected_sparse_entries(const SparseSign& s, const AnyMatrixView<double>& a) { return expected_entries(s, a); }

}  // namespace croquis
