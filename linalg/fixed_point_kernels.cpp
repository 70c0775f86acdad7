#include "linalg/fixed_point_kernels.hpp"

#include <algorithm>
#include <bit>
#include <cstdint>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "linalg/fixed_point_kernels.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace croquis {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using Vector = hn::CappedTag<double, 8>;
using Integers = hn::Rebind<std::int32_t, Vector>;
// Vectors of a piece that are worked on at once: sums in registers, whose additions do not wait for each other.
constexpr std::int64_t at_once = 8;

inline std::int64_t LanesOf(Vector d) { return static_cast<std::int64_t>(hn::Lanes(d)); }

// Four bytes read and one conversion for each entry; the conversions and the multiply-adds run in different pipes.
HWY_INLINE auto Entries(Vector d, const std::int32_t* q) { return hn::PromoteTo(d, hn::LoadU(Integers(), q)); }

// Asks for `count` entries of the next block, which may be null.
HWY_INLINE void AskFor(const std::int32_t* next, std::int64_t offset, std::int64_t count) {
  constexpr std::int64_t line = 64 / sizeof(std::int32_t);
  if (next == nullptr) return;
  for (std::int64_t i = 0; i < count; i += line) __builtin_prefetch(next + offset + i, 0, 2);
}

void RoundPiece(const double* HWY_RESTRICT a, double per_unit, double unit, std::int32_t* HWY_RESTRICT q,
                double* squared_error) {
  const Vector d;
  const auto most = hn::Set(d, 2147483647.0);
  auto error = hn::Zero(d);
  for (std::int64_t i = 0; i < fixed_point_rows; i += LanesOf(d)) {
    const auto entry = hn::LoadU(d, a + i);
    const auto rounded = hn::Min(hn::Round(hn::Mul(entry, hn::Set(d, per_unit))), most);
    hn::StoreU(hn::DemoteTo(Integers(), rounded), Integers(), q + i);
    const auto lost = hn::NegMulAdd(rounded, hn::Set(d, unit), entry);
    error = hn::MulAdd(lost, lost, error);
  }
  *squared_error += hn::GetLane(hn::SumOfLanes(d, error));
}

double LargestOfPiece(const double* a) {
  const Vector d;
  auto largest = hn::Zero(d);
  for (std::int64_t i = 0; i < fixed_point_rows; i += LanesOf(d))
    largest = hn::Max(largest, hn::Abs(hn::LoadU(d, a + i)));
  return hn::GetLane(hn::MaxOfLanes(d, largest));
}

void Product(std::int64_t cols, const std::int32_t* HWY_RESTRICT q, const double* HWY_RESTRICT unit,
             const std::int32_t* next, const double* HWY_RESTRICT x, double* HWY_RESTRICT t) {
  const Vector d;
  const std::int64_t lanes = LanesOf(d);
  for (std::int64_t i = 0; i < fixed_point_rows; i += at_once * lanes) {
    auto t0 = hn::Zero(d), t1 = hn::Zero(d), t2 = hn::Zero(d), t3 = hn::Zero(d);
    auto t4 = hn::Zero(d), t5 = hn::Zero(d), t6 = hn::Zero(d), t7 = hn::Zero(d);
    const std::int32_t* p = q + i;
    for (std::int64_t j = 0; j < cols; ++j, p += fixed_point_rows) {
      AskFor(next, j * fixed_point_rows + i, at_once * lanes / 2);
      const auto c = hn::Set(d, unit[j] * x[j]);
      t0 = hn::MulAdd(c, Entries(d, p), t0);
      t1 = hn::MulAdd(c, Entries(d, p + lanes), t1);
      t2 = hn::MulAdd(c, Entries(d, p + 2 * lanes), t2);
      t3 = hn::MulAdd(c, Entries(d, p + 3 * lanes), t3);
      t4 = hn::MulAdd(c, Entries(d, p + 4 * lanes), t4);
      t5 = hn::MulAdd(c, Entries(d, p + 5 * lanes), t5);
      t6 = hn::MulAdd(c, Entries(d, p + 6 * lanes), t6);
      t7 = hn::MulAdd(c, Entries(d, p + 7 * lanes), t7);
    }
    hn::StoreU(t0, d, t + i);
    hn::StoreU(t1, d, t + i + lanes);
    hn::StoreU(t2, d, t + i + 2 * lanes);
    hn::StoreU(t3, d, t + i + 3 * lanes);
    hn::StoreU(t4, d, t + i + 4 * lanes);
    hn::StoreU(t5, d, t + i + 5 * lanes);
    hn::StoreU(t6, d, t + i + 6 * lanes);
    hn::StoreU(t7, d, t + i + 7 * lanes);
  }
}

void AddTransposed(std::int64_t cols, const std::int32_t* HWY_RESTRICT q, const double* HWY_RESTRICT unit,
                   const std::int32_t* next, const double* HWY_RESTRICT t, double* HWY_RESTRICT sums) {
  const Vector d;
  const std::int64_t lanes = LanesOf(d);
  for (std::int64_t i = 0; i < fixed_point_rows; i += at_once * lanes) {
    const auto t0 = hn::LoadU(d, t + i), t1 = hn::LoadU(d, t + i + lanes);
    const auto t2 = hn::LoadU(d, t + i + 2 * lanes), t3 = hn::LoadU(d, t + i + 3 * lanes);
    const auto t4 = hn::LoadU(d, t + i + 4 * lanes), t5 = hn::LoadU(d, t + i + 5 * lanes);
    const auto t6 = hn::LoadU(d, t + i + 6 * lanes), t7 = hn::LoadU(d, t + i + 7 * lanes);
    const std::int32_t* p = q + i;
    for (std::int64_t j = 0; j < cols; ++j, p += fixed_point_rows) {
      AskFor(next, j * fixed_point_rows + i + at_once * lanes / 2, at_once * lanes / 2);
      auto even = hn::Mul(t0, Entries(d, p));
      auto odd = hn::Mul(t1, Entries(d, p + lanes));
      even = hn::MulAdd(t2, Entries(d, p + 2 * lanes), even);
      odd = hn::MulAdd(t3, Entries(d, p + 3 * lanes), odd);
      even = hn::MulAdd(t4, Entries(d, p + 4 * lanes), even);
      odd = hn::MulAdd(t5, Entries(d, p + 5 * lanes), odd);
      even = hn::MulAdd(t6, Entries(d, p + 6 * lanes), even);
      odd = hn::MulAdd(t7, Entries(d, p + 7 * lanes), odd);
      double* const sum = sums + j * fixed_point_sums;
      hn::StoreU(hn::MulAdd(hn::Set(d, unit[j]), hn::Add(even, odd), hn::LoadU(d, sum)), d, sum);
    }
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace croquis
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace croquis {

HWY_EXPORT(RoundPiece);
HWY_EXPORT(LargestOfPiece);
HWY_EXPORT(Product);
HWY_EXPORT(AddTransposed);

namespace {

// So that neither the unit nor its reciprocal leaves the range of double.
constexpr int least_exponent = -900;

// Both by their bits: the functions of the C library take longer than rounding a piece does.
int exponent_of(double x) { return static_cast<int>(std::bit_cast<std::uint64_t>(x) >> 52 & 0x7ff) - 1023; }
double power_of_two(int exponent) { return std::bit_cast<double>(static_cast<std::uint64_t>(exponent + 1023) << 52); }

}  // namespace

double round_to_fixed_point(const double* a, std::int32_t* q, double& squared_error) {
  const double largest = HWY_DYNAMIC_DISPATCH(LargestOfPiece)(a);
  const int exponent = std::max(exponent_of(largest), least_exponent) - 30;
  HWY_DYNAMIC_DISPATCH(RoundPiece)(a, power_of_two(-exponent), power_of_two(exponent), q, &squared_error);
  return power_of_two(exponent);
}

void fixed_point_product(std::int64_t cols, const std::int32_t* q, const double* unit, const std::int32_t* next,
                         const double* x, double* t) {
  HWY_DYNAMIC_DISPATCH(Product)(cols, q, unit, next, x, t);
}

void add_fixed_point_transposed(std::int64_t cols, const std::int32_t* q, const double* unit, const std::int32_t* next,
                                const double* t, double* sums) {
  HWY_DYNAMIC_DISPATCH(AddTransposed)(cols, q, unit, next, t, sums);
}

}  // namespace croquis
#endif
