// The lists of what a sparse A adds to S A against plain loops, on every instruction set. The arrays of A end where its
// entries do, and the lists where they should: a build with AddressSanitizer finds whatever reaches further.
#include <doctest/doctest.h>

#include <vector>

#include "sketch/sparse_sign_draws.hpp"
#include "sketch/sparse_terms.hpp"
#include "tests/support/kernel_inputs.hpp"
#include "tests/support/simd_targets.hpp"

using namespace croquis;
using namespace croquis::test;

namespace {

template <class T_, class Index_>
struct Types {
  using T = T_;
  using Index = Index_;
};

// Rows of 0, 1, 2, ..., 18 entries and again from 0, in columns of no order.
template <class T, class Index>
struct Rows {
  std::vector<Index> start{0};
  std::vector<Index> column;
  std::vector<T> value;
  CsrView<T, Index> view;

  explicit Rows(std::int64_t count) {
    for (std::int64_t i = 0; i < count; ++i) {
      for (std::int64_t k = 0; k < i % 19; ++k) {
        column.push_back(static_cast<Index>((i * 31 + k * 57) % 101));
        value.push_back(static_cast<T>(i - 7 * k));
      }
      start.push_back(static_cast<Index>(column.size()));
    }
    view = {count, 101, start.data(), column.data(), value.data()};
  }
};

}  // namespace

TEST_CASE_TEMPLATE("rows of every length, batches that begin and end anywhere", Case, Types<float, std::int32_t>,
                   Types<float, std::int64_t>, Types<double, std::int32_t>, Types<double, std::int64_t>) {
  using T = typename Case::T;
  constexpr std::int64_t row_stride = 103;
  constexpr std::int64_t column_stride = 1000003;
  constexpr T scale = T(0.5);
  const Rows<T, typename Case::Index> rows(40);
  const auto total = static_cast<std::int64_t>(rows.value.size());
  for_each_simd_target([&] {
    for (const std::int64_t nonzeros : {1, 3}) {
      const auto table = random_entries(rows.view.rows * nonzeros, 0, 50, 3);
      for (std::int64_t begin = 0; begin < total; begin += 5) {
        for (const std::int64_t count : {1, 2, 7, 8, 9, 40, 171}) {
          const std::int64_t end = std::min(begin + count, total);
          std::int64_t row = 0;
          while (rows.start[static_cast<std::size_t>(row) + 1] <= begin) ++row;
          std::vector<std::uint32_t> place(static_cast<std::size_t>((end - begin) * nonzeros), 77);
          std::vector<T> value(place.size(), 77);
          list_sparse_terms(
              {rows.view, row, begin, end, table.data() + row * nonzeros, nonzeros, scale, row_stride, column_stride},
              place.data(), value.data());
          std::int64_t different = 0;
          for (std::int64_t k = begin; k < end; ++k) {
            while (rows.start[static_cast<std::size_t>(row) + 1] <= k) ++row;
            for (std::int64_t b = 0; b < nonzeros; ++b) {
              const std::uint32_t e = table[row * nonzeros + b];
              const auto at = static_cast<std::size_t>(b * (end - begin) + k - begin);
              const std::int64_t column = rows.column[static_cast<std::size_t>(k)];
              const T x = scale * rows.value[static_cast<std::size_t>(k)];
              different += place[at] == entry_row(e) * row_stride + column * column_stride ? 0 : 1;
              different += value[at] == (entry_is_negative(e) ? -x : x) ? 0 : 1;
            }
          }
          REQUIRE(different == 0);
        }
      }
    }
  });
}
