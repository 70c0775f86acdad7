#include "linalg/vector_block.hpp"

#include <type_traits>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "linalg/vector_block.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace croquis {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// One vector: eight vectors of A at a time. Each entry of A is loaded once, and the one of y once for eight of A's, so
// the loads of A (from memory, or from the second-level cache the second time) are what is left to pay for.
constexpr std::int64_t unroll = 8;
// Several vectors: up to this many of them share each load of A, so that arithmetic is what is left.
constexpr int most_at_once = 4;

// Asks for a line of eight vectors of the next block, which may be null.
template <class T>
HWY_INLINE void AskFor(const T* next, std::int64_t offset, std::int64_t stride) {
  if (next == nullptr) return;
  for (std::int64_t q = 0; q < unroll; ++q) __builtin_prefetch(next + offset + q * stride, 0, 2);
}

template <class T>
void AddCombination(std::int64_t count, std::int64_t length, const T* HWY_RESTRICT a, std::int64_t stride,
                    const T* next, const T* HWY_RESTRICT coefficient, T* HWY_RESTRICT y) {
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
      AskFor(next, j * stride + i, stride);
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

// Four vectors of A with up to four of Y; with four, 8 loads and 4 stores for 16 fused multiply-adds.
template <int group, class T>
void AddCombinationGroup(std::int64_t count, std::int64_t length, const T* HWY_RESTRICT a, std::int64_t stride,
                         const T* HWY_RESTRICT coefficient, std::int64_t coefficient_stride, T* HWY_RESTRICT y,
                         std::int64_t y_stride) {
  const hn::ScalableTag<T> d;
  const std::int64_t lanes = static_cast<std::int64_t>(hn::Lanes(d));
  std::int64_t j = 0;
  for (; j + 4 <= count; j += 4) {
    const T* p = a + j * stride;
    const T* c = coefficient + j;
    std::int64_t i = 0;
    for (; i + lanes <= length; i += lanes) {
      const auto a0 = hn::LoadU(d, p + i);
      const auto a1 = hn::LoadU(d, p + stride + i);
      const auto a2 = hn::LoadU(d, p + 2 * stride + i);
      const auto a3 = hn::LoadU(d, p + 3 * stride + i);
      for (int v = 0; v < group; ++v) {
        const T* cv = c + v * coefficient_stride;
        T* yv = y + v * y_stride + i;
        auto sum = hn::MulAdd(hn::Set(d, cv[0]), a0, hn::LoadU(d, yv));
        sum = hn::MulAdd(hn::Set(d, cv[1]), a1, sum);
        sum = hn::MulAdd(hn::Set(d, cv[2]), a2, sum);
        sum = hn::MulAdd(hn::Set(d, cv[3]), a3, sum);
        hn::StoreU(sum, d, yv);
      }
    }
    for (; i < length; ++i)
      for (int v = 0; v < group; ++v)
        for (std::int64_t q = 0; q < 4; ++q) y[v * y_stride + i] += c[v * coefficient_stride + q] * p[q * stride + i];
  }
  for (int v = 0; v < group; ++v)
    AddCombination<T>(count - j, length, a + j * stride, stride, nullptr, coefficient + v * coefficient_stride + j,
                      y + v * y_stride);
}

template <class T>
void AddDotProducts(std::int64_t count, std::int64_t length, const T* HWY_RESTRICT a, std::int64_t stride,
                    const T* next, const T* HWY_RESTRICT v, T* HWY_RESTRICT y) {
  const hn::ScalableTag<T> d;
  const std::int64_t lanes = static_cast<std::int64_t>(hn::Lanes(d));
  const auto sum_of_lanes = [&](auto x) HWY_ATTR { return hn::GetLane(hn::SumOfLanes(d, x)); };
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
      AskFor(next, j * stride + i, stride);
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

// Two vectors of A with up to four of X; with four, 6 loads for 8 fused multiply-adds.
template <int group, class T>
void AddDotProductsGroup(std::int64_t count, std::int64_t length, const T* HWY_RESTRICT a, std::int64_t stride,
                         const T* HWY_RESTRICT x, std::int64_t x_stride, T* HWY_RESTRICT y, std::int64_t y_stride) {
  const hn::ScalableTag<T> d;
  const std::int64_t lanes = static_cast<std::int64_t>(hn::Lanes(d));
  std::int64_t j = 0;
  for (; j + 2 <= count; j += 2) {
    const T* p = a + j * stride;
    const T* q = p + stride;
    auto p0 = hn::Zero(d);
    auto p1 = hn::Zero(d);
    auto p2 = hn::Zero(d);
    auto p3 = hn::Zero(d);
    auto q0 = hn::Zero(d);
    auto q1 = hn::Zero(d);
    auto q2 = hn::Zero(d);
    auto q3 = hn::Zero(d);
    std::int64_t i = 0;
    for (; i + lanes <= length; i += lanes) {
      const auto pi = hn::LoadU(d, p + i);
      const auto qi = hn::LoadU(d, q + i);
      const auto add = [&](int v, auto& p_sum, auto& q_sum) HWY_ATTR {
        const auto xi = hn::LoadU(d, x + v * x_stride + i);
        p_sum = hn::MulAdd(pi, xi, p_sum);
        q_sum = hn::MulAdd(qi, xi, q_sum);
      };
      add(0, p0, q0);
      add(1, p1, q1);
      if constexpr (group > 2) add(2, p2, q2);
      if constexpr (group > 3) add(3, p3, q3);
    }
    const auto sum_of_lanes = [&](auto sum) HWY_ATTR { return hn::GetLane(hn::SumOfLanes(d, sum)); };
    T sum[2 * most_at_once] = {sum_of_lanes(p0), sum_of_lanes(p1), sum_of_lanes(p2), sum_of_lanes(p3),
                               sum_of_lanes(q0), sum_of_lanes(q1), sum_of_lanes(q2), sum_of_lanes(q3)};
    for (int v = 0; v < group; ++v) {
      for (std::int64_t k = i; k < length; ++k) {
        sum[v] += p[k] * x[v * x_stride + k];
        sum[most_at_once + v] += q[k] * x[v * x_stride + k];
      }
      y[v * y_stride + j] += sum[v];
      y[v * y_stride + j + 1] += sum[most_at_once + v];
    }
  }
  for (int v = 0; v < group; ++v)
    AddDotProducts<T>(count - j, length, a + j * stride, stride, nullptr, x + v * x_stride, y + v * y_stride + j);
}

// Runs body(v, group) over [0, vectors) in groups of four, with two of three or two at the end rather than a single
// one, which would cost as much as four.
template <class Body>
void ForEachGroup(std::int64_t vectors, const Body& body) {
  std::int64_t v = 0;
  for (; vectors - v > 5 || vectors - v == 4; v += 4) body(v, std::integral_constant<int, 4>());
  if (vectors - v == 5) {
    body(v, std::integral_constant<int, 3>());
    v += 3;
  }
  if (vectors - v == 3) body(v, std::integral_constant<int, 3>());
  if (vectors - v == 2) body(v, std::integral_constant<int, 2>());
  if (vectors - v == 1) body(v, std::integral_constant<int, 1>());
}

template <class T>
void AddCombinations(std::int64_t count, std::int64_t length, std::int64_t vectors, const T* a, std::int64_t stride,
                     const T* next, const T* coefficient, std::int64_t coefficient_stride, T* y,
                     std::int64_t y_stride) {
  ForEachGroup(vectors, [&](std::int64_t v, auto group) {
    const T* c = coefficient + v * coefficient_stride;
    if constexpr (group == 1) {
      AddCombination(count, length, a, stride, next, c, y + v * y_stride);
    } else {
      AddCombinationGroup<group>(count, length, a, stride, c, coefficient_stride, y + v * y_stride, y_stride);
    }
  });
}

template <class T>
void AddAllDotProducts(std::int64_t count, std::int64_t length, std::int64_t vectors, const T* a, std::int64_t stride,
                       const T* next, const T* x, std::int64_t x_stride, T* y, std::int64_t y_stride) {
  ForEachGroup(vectors, [&](std::int64_t v, auto group) {
    if constexpr (group == 1) {
      AddDotProducts(count, length, a, stride, next, x + v * x_stride, y + v * y_stride);
    } else {
      AddDotProductsGroup<group>(count, length, a, stride, x + v * x_stride, x_stride, y + v * y_stride, y_stride);
    }
  });
}

void AddCombinationsFloat(std::int64_t count, std::int64_t length, std::int64_t vectors, const float* a,
                          std::int64_t stride, const float* next, const float* coefficient,
                          std::int64_t coefficient_stride, float* y, std::int64_t y_stride) {
  AddCombinations(count, length, vectors, a, stride, next, coefficient, coefficient_stride, y, y_stride);
}
void AddDotProductsFloat(std::int64_t count, std::int64_t length, std::int64_t vectors, const float* a,
                         std::int64_t stride, const float* next, const float* x, std::int64_t x_stride, float* y,
                         std::int64_t y_stride) {
  AddAllDotProducts(count, length, vectors, a, stride, next, x, x_stride, y, y_stride);
}
void AddCombinationsDouble(std::int64_t count, std::int64_t length, std::int64_t vectors, const double* a,
                           std::int64_t stride, const double* next, const double* coefficient,
                           std::int64_t coefficient_stride, double* y, std::int64_t y_stride) {
  AddCombinations(count, length, vectors, a, stride, next, coefficient, coefficient_stride, y, y_stride);
}
void AddDotProductsDouble(std::int64_t count, std::int64_t length, std::int64_t vectors, const double* a,
                          std::int64_t stride, const double* next, const double* x, std::int64_t x_stride, double* y,
                          std::int64_t y_stride) {
  AddAllDotProducts(count, length, vectors, a, stride, next, x, x_stride, y, y_stride);
}

}  // namespace HWY_NAMESPACE
}  // namespace croquis
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace croquis {

HWY_EXPORT(AddCombinationsFloat);
HWY_EXPORT(AddCombinationsDouble);
HWY_EXPORT(AddDotProductsFloat);
HWY_EXPORT(AddDotProductsDouble);

void add_combination(std::int64_t count, std::int64_t length, std::int64_t vectors, const float* a, std::int64_t stride,
                     const float* next, const float* coefficient, std::int64_t coefficient_stride, float* y,
                     std::int64_t y_stride) {
  HWY_DYNAMIC_DISPATCH(AddCombinationsFloat)
  (count, length, vectors, a, stride, next, coefficient, coefficient_stride, y, y_stride);
}
void add_dot_products(std::int64_t count, std::int64_t length, std::int64_t vectors, const float* a,
                      std::int64_t stride, const float* next, const float* x, std::int64_t x_stride, float* y,
                      std::int64_t y_stride) {
  HWY_DYNAMIC_DISPATCH(AddDotProductsFloat)(count, length, vectors, a, stride, next, x, x_stride, y, y_stride);
}
void add_combination(std::int64_t count, std::int64_t length, std::int64_t vectors, const double* a,
                     std::int64_t stride, const double* next, const double* coefficient,
                     std::int64_t coefficient_stride, double* y, std::int64_t y_stride) {
  HWY_DYNAMIC_DISPATCH(AddCombinationsDouble)
  (count, length, vectors, a, stride, next, coefficient, coefficient_stride, y, y_stride);
}
void add_dot_products(std::int64_t count, std::int64_t length, std::int64_t vectors, const double* a,
                      std::int64_t stride, const double* next, const double* x, std::int64_t x_stride, double* y,
                      std::int64_t y_stride) {
  HWY_DYNAMIC_DISPATCH(AddDotProductsDouble)(count, length, vectors, a, stride, next, x, x_stride, y, y_stride);
}

}  // namespace croquis
#endif
