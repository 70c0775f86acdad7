#include "linalg/vector_block.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "linalg/vector_block.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace croquis {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// Eight vectors of A at a time: each entry of A is loaded once, and the one of y once for eight of A's, so the loads of
// A (from memory, or from the second-level cache the second time) are what is left to pay for.
constexpr std::int64_t unroll = 8;

template <class T>
void AddCombination(std::int64_t count, std::int64_t length, const T* HWY_RESTRICT a, std::int64_t stride,
                    const T* HWY_RESTRICT coefficient, T* HWY_RESTRICT y) {
  const hn::ScalableTag<T> d;
  const std::int64_t lanes = static_cast<std::int64_t>(hn::Lanes(d));
  std::int64_t j = 0;
  for (; j + unroll <= count; j += unroll) {
    const T* p = a + j * stride;
    const auto c0 = hn::Set(d, coefficient[j]);
    const auto c1 = hn::Set(d, coefficient[j + 1]);
    const auto c2 = hn::Set(d, coefficient[j + 2]);
    const auto c3 = hn::Set(d, coefficient[j + 3]);
    const auto c4 = hn::Set(d, coefficient[j + 4]);
    const auto c5 = hn::Set(d, coefficient[j + 5]);
    const auto c6 = hn::Set(d, coefficient[j + 6]);
    const auto c7 = hn::Set(d, coefficient[j + 7]);
    std::int64_t i = 0;
    for (; i + lanes <= length; i += lanes) {
      auto even = hn::Mul(c0, hn::LoadU(d, p + i));
      auto odd = hn::Mul(c1, hn::LoadU(d, p + stride + i));
      even = hn::MulAdd(c2, hn::LoadU(d, p + 2 * stride + i), even);
      odd = hn::MulAdd(c3, hn::LoadU(d, p + 3 * stride + i), odd);
      even = hn::MulAdd(c4, hn::LoadU(d, p + 4 * stride + i), even);
      odd = hn::MulAdd(c5, hn::LoadU(d, p + 5 * stride + i), odd);
      even = hn::MulAdd(c6, hn::LoadU(d, p + 6 * stride + i), even);
      odd = hn::MulAdd(c7, hn::LoadU(d, p + 7 * stride + i), odd);
      hn::StoreU(hn::Add(hn::LoadU(d, y + i), hn::Add(even, odd)), d, y + i);
    }
    for (; i < length; ++i) {
      T sum = 0;
      for (std::int64_t q = 0; q < unroll; ++q) sum += coefficient[j + q] * p[q * stride + i];
      y[i] += sum;
    }
  }
  for (; j < count; ++j) {
    const T* p = a + j * stride;
    const auto c = hn::Set(d, coefficient[j]);
    std::int64_t i = 0;
    for (; i + lanes <= length; i += lanes)
      hn::StoreU(hn::MulAdd(c, hn::LoadU(d, p + i), hn::LoadU(d, y + i)), d, y + i);
    for (; i < length; ++i) y[i] += coefficient[j] * p[i];
  }
}

template <class T>
void AddDotProducts(std::int64_t count, std::int64_t length, const T* HWY_RESTRICT a, std::int64_t stride,
                    const T* HWY_RESTRICT v, T* HWY_RESTRICT y) {
  const hn::ScalableTag<T> d;
  const std::int64_t lanes = static_cast<std::int64_t>(hn::Lanes(d));
  const auto sum_of_lanes = [&](auto x) { return hn::GetLane(hn::SumOfLanes(d, x)); };
  std::int64_t j = 0;
  for (; j + unroll <= count; j += unroll) {
    const T* p = a + j * stride;
    auto s0 = hn::Zero(d);
    auto s1 = hn::Zero(d);
    auto s2 = hn::Zero(d);
    auto s3 = hn::Zero(d);
    auto s4 = hn::Zero(d);
    auto s5 = hn::Zero(d);
    auto s6 = hn::Zero(d);
    auto s7 = hn::Zero(d);
    std::int64_t i = 0;
    for (; i + lanes <= length; i += lanes) {
      const auto x = hn::LoadU(d, v + i);
      s0 = hn::MulAdd(x, hn::LoadU(d, p + i), s0);
      s1 = hn::MulAdd(x, hn::LoadU(d, p + stride + i), s1);
      s2 = hn::MulAdd(x, hn::LoadU(d, p + 2 * stride + i), s2);
      s3 = hn::MulAdd(x, hn::LoadU(d, p + 3 * stride + i), s3);
      s4 = hn::MulAdd(x, hn::LoadU(d, p + 4 * stride + i), s4);
      s5 = hn::MulAdd(x, hn::LoadU(d, p + 5 * stride + i), s5);
      s6 = hn::MulAdd(x, hn::LoadU(d, p + 6 * stride + i), s6);
      s7 = hn::MulAdd(x, hn::LoadU(d, p + 7 * stride + i), s7);
    }
    T sum[unroll] = {sum_of_lanes(s0), sum_of_lanes(s1), sum_of_lanes(s2), sum_of_lanes(s3),
                     sum_of_lanes(s4), sum_of_lanes(s5), sum_of_lanes(s6), sum_of_lanes(s7)};
    for (; i < length; ++i)
      for (std::int64_t q = 0; q < unroll; ++q) sum[q] += p[q * stride + i] * v[i];
    for (std::int64_t q = 0; q < unroll; ++q) y[j + q] += sum[q];
  }
  for (; j < count; ++j) {
    const T* p = a + j * stride;
    auto s = hn::Zero(d);
    std::int64_t i = 0;
    for (; i + lanes <= length; i += lanes) s = hn::MulAdd(hn::LoadU(d, v + i), hn::LoadU(d, p + i), s);
    T sum = sum_of_lanes(s);
    for (; i < length; ++i) sum += p[i] * v[i];
    y[j] += sum;
  }
}

void AddCombinationFloat(std::int64_t count, std::int64_t length, const float* a, std::int64_t stride,
                         const float* coefficient, float* y) {
  AddCombination(count, length, a, stride, coefficient, y);
}
void AddCombinationDouble(std::int64_t count, std::int64_t length, const double* a, std::int64_t stride,
                          const double* coefficient, double* y) {
  AddCombination(count, length, a, stride, coefficient, y);
}
void AddDotProductsFloat(std::int64_t count, std::int64_t length, const float* a, std::int64_t stride, const float* v,
                         float* y) {
  AddDotProducts(count, length, a, stride, v, y);
}
void AddDotProductsDouble(std::int64_t count, std::int64_t length, const double* a, std::int64_t stride,
                          const double* v, double* y) {
  AddDotProducts(count, length, a, stride, v, y);
}

}  // namespace HWY_NAMESPACE
}  // namespace croquis
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace croquis {

HWY_EXPORT(AddCombinationFloat);
HWY_EXPORT(AddCombinationDouble);
HWY_EXPORT(AddDotProductsFloat);
HWY_EXPORT(AddDotProductsDouble);

void add_combination(std::int64_t count, std::int64_t length, const float* a, std::int64_t stride,
                     const float* coefficient, float* y) {
  HWY_DYNAMIC_DISPATCH(AddCombinationFloat)(count, length, a, stride, coefficient, y);
}
void add_combination(std::int64_t count, std::int64_t length, const double* a, std::int64_t stride,
                     const double* coefficient, double* y) {
  HWY_DYNAMIC_DISPATCH(AddCombinationDouble)(count, length, a, stride, coefficient, y);
}
void add_dot_products(std::int64_t count, std::int64_t length, const float* a, std::int64_t stride, const float* v,
                      float* y) {
  HWY_DYNAMIC_DISPATCH(AddDotProductsFloat)(count, length, a, stride, v, y);
}
void add_dot_products(std::int64_t count, std::int64_t length, const double* a, std::int64_t stride, const double* v,
                      double* y) {
  HWY_DYNAMIC_DISPATCH(AddDotProductsDouble)(count, length, a, stride, v, y);
}

}  // namespace croquis
#endif
