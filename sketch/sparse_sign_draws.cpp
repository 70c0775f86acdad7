#include "sketch/sparse_sign_draws.hpp"

#include <algorithm>

#include "linalg/parallel.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "sketch/sparse_sign_draws.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "sketch/philox-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace croquis {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// block_begin(s, 1), block_begin(s, 2), ... in turn, without a division for each.
class BlockEnds {
 public:
  explicit BlockEnds(const SparseSign& s)
      : nonzeros_(s.nonzeros), quotient_(s.rows / s.nonzeros), remainder_(s.rows % s.nonzeros) {}
  HWY_INLINE std::int64_t Next() {
    end_ += quotient_;
    carry_ += remainder_;
    if (carry_ >= nonzeros_) {
      carry_ -= nonzeros_;
      ++end_;
    }
    return end_;
  }

 private:
  std::int64_t nonzeros_, quotient_, remainder_;
  std::int64_t end_ = 0;
  std::int64_t carry_ = 0;
};

// What DrawSparseSigns draws for one nonzero per column, for whole vectors of columns; returns how many columns that
// was.
std::int64_t DrawOneSign(const SparseSign& s, std::int64_t first_col, std::int64_t count,
                         std::uint32_t* HWY_RESTRICT table) {
  const hn::ScalableTag<std::uint64_t> d;
  const hn::Rebind<std::uint32_t, decltype(d)> narrow;
  const auto lanes = static_cast<std::int64_t>(hn::Lanes(d));
  const auto low_half = hn::Set(d, std::uint64_t{0xFFFFFFFF});
  const auto length = hn::Set(d, static_cast<std::uint64_t>(s.rows));
  const auto step = hn::Set(d, static_cast<std::uint64_t>(lanes));
  auto position = hn::Iota(d, static_cast<std::uint64_t>(first_col));
  std::int64_t first = 0;
  for (; first + lanes <= count; first += lanes) {
    auto row_word = hn::Zero(d), sign_word = hn::Zero(d), unused = hn::Zero(d);
    PhiloxWords(d, s.seed, position, hn::Set(d, stream_word(Stream::rows, 0)), row_word, unused);
    PhiloxWords(d, s.seed, position, hn::Set(d, stream_word(Stream::signs, 0)), sign_word, unused);
    const auto row = hn::ShiftRight<32>(hn::Mul(hn::And(row_word, low_half), length));
    hn::StoreU(
        hn::TruncateTo(narrow, hn::Or(row, hn::And(hn::ShiftLeft<31>(sign_word), hn::Set(d, std::uint64_t{1} << 31)))),
        narrow, table + first);
    position = hn::Add(position, step);
  }
  return first;
}

// Lanes are columns of S. The random words stay in registers; the entries of a vector of columns for one block of rows
// are written together, `nonzeros` apart.
void DrawSparseSigns(const SparseSign& s, std::int64_t first_col, std::int64_t count,
                     std::uint32_t* HWY_RESTRICT table) {
  const hn::ScalableTag<std::uint64_t> d;
  const hn::Rebind<std::uint32_t, decltype(d)> narrow;
  const auto lanes = static_cast<std::int64_t>(hn::Lanes(d));
  const auto low_half = hn::Set(d, std::uint64_t{0xFFFFFFFF});
  const BlockEnds block_ends(s);
  const auto step = hn::Set(d, static_cast<std::uint64_t>(lanes));
  const std::int64_t drawn = s.nonzeros == 1 ? DrawOneSign(s, first_col, count, table) : 0;
  auto position = hn::Iota(d, static_cast<std::uint64_t>(first_col + drawn));
  HWY_ALIGN std::uint32_t column_entry[hn::MaxLanes(hn::ScalableTag<std::uint64_t>())];
  for (std::int64_t first = drawn; first < count; first += lanes) {
    const std::int64_t columns = std::min(lanes, count - first);
    auto row_word_0 = hn::Zero(d);
    auto row_word_1 = hn::Zero(d);
    auto sign_word_0 = hn::Zero(d);
    auto sign_word_1 = hn::Zero(d);
    BlockEnds rows = block_ends;
    std::int64_t begin = 0;
    for (std::int64_t b = 0; b < s.nonzeros; ++b) {
      if (b % 4 == 0)
        PhiloxWords(d, s.seed, position, hn::Set(d, stream_word(Stream::rows, static_cast<std::uint64_t>(b / 4))),
                    row_word_0, row_word_1);
      if (b % 128 == 0)
        PhiloxWords(d, s.seed, position, hn::Set(d, stream_word(Stream::signs, static_cast<std::uint64_t>(b / 128))),
                    sign_word_0, sign_word_1);
      const std::int64_t end = rows.Next();
      const auto length = static_cast<std::uint64_t>(end - begin);
      const auto word = hn::ShiftRightSame(b % 4 < 2 ? row_word_0 : row_word_1, b % 2 == 0 ? 0 : 32);
      const auto row = hn::Add(hn::Set(d, static_cast<std::uint64_t>(begin)),
                               hn::ShiftRight<32>(hn::Mul(hn::And(word, low_half), hn::Set(d, length))));
      const auto sign = hn::ShiftRightSame(b % 128 < 64 ? sign_word_0 : sign_word_1, static_cast<int>(b % 64));
      const auto entry = hn::Or(row, hn::ShiftLeft<31>(hn::And(sign, hn::Set(d, std::uint64_t{1}))));
      hn::Store(hn::TruncateTo(narrow, entry), narrow, column_entry);
      for (std::int64_t j = 0; j < columns; ++j) table[(first + j) * s.nonzeros + b] = column_entry[j];
      begin = end;
    }
    position = hn::Add(position, step);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace croquis
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace croquis {

HWY_EXPORT(DrawSparseSigns);

void draw_sparse_signs(const SparseSign& s, std::int64_t first_col, std::int64_t count, std::uint32_t* table) {
  HWY_DYNAMIC_DISPATCH(DrawSparseSigns)(s, first_col, count, table);
}

Workspace<std::uint32_t> draw_table(const SparseSign& s, std::int64_t first_col, std::int64_t count) {
  Workspace<std::uint32_t> table(count * s.nonzeros);
  const Partition parts(count, 64, 256);
  for_each_tile(parts.count, [&](std::int64_t part) {
    const std::int64_t first = parts.begin(part);
    draw_sparse_signs(s, first_col + first, parts.length(part), table.data() + first * s.nonzeros);
  });
  return table;
}

}  // namespace croquis
#endif
