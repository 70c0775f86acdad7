// A trigonometric transform of one column, for use inside tiles.
#pragma once

#include <complex>
#include <cstdint>
#include <memory>

#include <croquis/linalg/transforms.hpp>

namespace croquis {

/// The orthogonal transform y = C x of `kind` and `length` m, computed from V, the Fourier transform of the entries of
/// x in some order. V_k for k <= m / 2 is all there is to a real column's, and holds every entry of y:
///
/// - hartley: V of x itself; y_k = (Re V_k - Im V_k) / sqrt(m), y_{m-k} = (Re V_k + Im V_k) / sqrt(m).
/// - dct: V of the even entries of x in order, then the odd ones backwards; with z = exp(-i pi k / (2 m)) V_k,
///   y_k = sqrt(2 / m) Re z, y_{m-k} = -sqrt(2 / m) Im z, and y_0 = V_0 / sqrt(m). Source: Makhoul, A fast cosine
///   transform in one and two dimensions, IEEE Trans. ASSP 1980.
///
/// FFTW's complex kernels make this several times faster than its own estimated plans for these transforms. Its real
/// ones pack a column of even length into half as many complex numbers; odd lengths with a large prime factor have no
/// such plan and are six times faster as complex numbers with imaginary parts of zero.
///
/// Constructing one finds or makes the plan of that kind, length and type, from any thread. Use: a workspace of
/// workspace_size entries aligned to 64 bytes; x_j goes to entry place(j); `execute`; then y_k is value(workspace, k).
/// Throws `InvalidOption` when built without FFTW and `ShapeError` beyond the lengths FFTW takes.
template <class T>
class ColumnTransform {
 public:
  ColumnTransform(TrigonometricTransform kind, std::int64_t length);

  std::int64_t workspace_size() const { return is_complex_ ? 2 * length_ : 2 * (length_ / 2 + 1); }

  std::int64_t place(std::int64_t j) const {
    const bool in_order = kind_ == TrigonometricTransform::hartley;
    const std::int64_t k = in_order ? j : j % 2 == 0 ? j / 2 : length_ - (j + 1) / 2;
    return is_complex_ ? 2 * k : k;
  }

  void execute(T* workspace) const;

  T value(const T* workspace, std::int64_t k) const {
    const bool upper = k > length_ / 2;
    const std::int64_t q = upper ? length_ - k : k;
    const T re = workspace[2 * q];
    const T im = workspace[2 * q + 1];
    if (kind_ == TrigonometricTransform::hartley) return scale_ * (upper ? re + im : re - im);
    const std::complex<T> w = twiddle_[q];
    return upper ? -(re * w.imag() + im * w.real()) : re * w.real() - im * w.imag();
  }

 private:
  TrigonometricTransform kind_;
  std::int64_t length_;
  bool is_complex_ = false;
  T scale_ = 1;
  void* plan_ = nullptr;
  const std::complex<T>* twiddle_ = nullptr;  // dct: exp(-i pi k / (2 m)) with the scaling of row k
};

}  // namespace croquis
