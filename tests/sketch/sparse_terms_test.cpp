// The lists of where a sparse A's entries go in S A against plain loops, on every instruction set. The arrays of A end
// where its entries do, and the lists where they should: a build with AddressSanitizer finds whatever reaches further.
#include <doctest/doctest.h>

#include <vector>

#include "sketch/sparse_sign_draws.hpp"
#include "sketch/sparse_terms.hpp"
#include "tests/support/kernel_inputs.hpp"
#include "tests/support/simd_targets.hpp"

using namespace croquis;
using namespace croquis::test;

namespace {

// Rows of 0, 1, 2, ..., 18 entries and again from 0, in columns of no order.
template <class Index>
struct Rows {
  std::vector<Index> start{0};
  std::vector<Index> column;

  explicit Rows(std::int64_t count) {
    for (std::int64_t i = 0; i < count; ++i) {
      for (std::int64_t k = 0; k < i % 19; ++k) column.push_back(static_cast<Index>((i * 31 + k * 57) % 101));
      start.push_back(static_cast<Index>(column.size()));
    }
  }
};

}  // namespace

TEST_CASE_TEMPLATE("rows of every length, batches that begin and end anywhere", Index, std::int32_t, std::int64_t) {
  constexpr std::int64_t count_of_rows = 40;
  constexpr std::int64_t row_stride = 103;
  constexpr std::int64_t column_stride = 1000003;
  const Rows<Index> rows(count_of_rows);
  const auto total = static_cast<std::int64_t>(rows.column.size());
  for_each_simd_target([&] {
    for (const std::int64_t nonzeros : {1, 3}) {
      const auto table = random_entries(count_of_rows * nonzeros, 0, 50, 3);
      for (std::int64_t begin = 0; begin < total; begin += 5) {
        for (const std::int64_t count : {1, 2, 7, 8, 9, 40, 171}) {
          const std::int64_t end = std::min(begin + count, total);
          std::int64_t row = 0;
          while (rows.start[static_cast<std::size_t>(row) + 1] <= begin) ++row;
          std::vector<std::uint32_t> place(static_cast<std::size_t>((end - begin) * nonzeros), 77);
          list_sparse_terms(SparseTermsOf<Index>{count_of_rows, rows.start.data(), rows.column.data(), row, begin, end,
                                                 table.data() + row * nonzeros, nonzeros, row_stride, column_stride},
                            place.data());
          std::int64_t different = 0;
          for (std::int64_t k = begin; k < end; ++k) {
            while (rows.start[static_cast<std::size_t>(row) + 1] <= k) ++row;
            for (std::int64_t b = 0; b < nonzeros; ++b) {
              const std::uint32_t e = table[row * nonzeros + b];
              const auto at = static_cast<std::size_t>(b * (end - begin) + k - begin);
              const std::int64_t column = rows.column[static_cast<std::size_t>(k)];
              const auto expected = static_cast<std::uint32_t>(entry_row(e) * row_stride + column * column_stride);
              different += place[at] == (expected | (e & 0x80000000u)) ? 0 : 1;
            }
          }
          REQUIRE(different == 0);
        }
      }
    }
  });
}
