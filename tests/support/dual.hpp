// Numbers that carry their derivatives, for exact Jacobians of test models.
#pragma once

#include <array>
#include <cmath>
#include <cstddef>

namespace croquis::test {

/// A value and its derivatives by up to nine variables.
struct Dual {
  double value = 0;
  std::array<double, 9> slope{};

  Dual() = default;
  Dual(double constant) : value(constant) {}
  static Dual variable(double value, std::size_t index) {
    Dual result(value);
    result.slope[index] = 1;
    return result;
  }
};

/// f(a), given f and f' at a's value.
inline Dual chain(const Dual& a, double value, double derivative) {
  Dual result(value);
  for (std::size_t i = 0; i < a.slope.size(); ++i) result.slope[i] = derivative * a.slope[i];
  return result;
}

inline Dual operator+(const Dual& a, const Dual& b) {
  Dual result(a.value + b.value);
  for (std::size_t i = 0; i < a.slope.size(); ++i) result.slope[i] = a.slope[i] + b.slope[i];
  return result;
}
inline Dual operator-(const Dual& a) { return chain(a, -a.value, -1); }
inline Dual operator-(const Dual& a, const Dual& b) { return a + -b; }
inline Dual operator*(const Dual& a, const Dual& b) {
  Dual result(a.value * b.value);
  for (std::size_t i = 0; i < a.slope.size(); ++i) result.slope[i] = a.slope[i] * b.value + a.value * b.slope[i];
  return result;
}
inline Dual operator/(const Dual& a, const Dual& b) { return a * chain(b, 1 / b.value, -1 / (b.value * b.value)); }

inline Dual exp(const Dual& a) { return chain(a, std::exp(a.value), std::exp(a.value)); }
inline Dual sin(const Dual& a) { return chain(a, std::sin(a.value), std::cos(a.value)); }
inline Dual cos(const Dual& a) { return chain(a, std::cos(a.value), -std::sin(a.value)); }
inline Dual atan(const Dual& a) { return chain(a, std::atan(a.value), 1 / (1 + a.value * a.value)); }
inline Dual log(const Dual& a) { return chain(a, std::log(a.value), 1 / a.value); }
/// a^b for a > 0.
inline Dual pow(const Dual& a, const Dual& b) { return exp(b * log(a)); }

}  // namespace croquis::test
