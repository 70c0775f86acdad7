// A trigonometric transform of one column, for use inside tiles.
#pragma once

#include <cstdint>

#include <croquis/linalg/transforms.hpp>

namespace croquis {

/// The orthogonal transform C of `kind` and `length` as C = diag(scale) * (what `execute` computes in place).
///
/// Constructing it finds or makes the FFTW plan of that kind, length and type, and is safe from any thread. `execute`
/// may run on many threads at once, on columns aligned to 64 bytes. Throws `InvalidOption` when built without FFTW.
template <class T>
class ColumnTransform {
 public:
  ColumnTransform(TrigonometricTransform kind, std::int64_t length);
  void execute(T* column) const;
  /// The factor of row k of the result.
  T scale(std::int64_t k) const { return k == 0 ? first_scale_ : other_scale_; }

  /// The distance between columns that keeps each aligned.
  static std::int64_t aligned_stride(std::int64_t length) {
    constexpr std::int64_t granule = 64 / static_cast<std::int64_t>(sizeof(T));
    return (length + granule - 1) / granule * granule;
  }

 private:
  void* plan_ = nullptr;
  T first_scale_ = 1;
  T other_scale_ = 1;
};

}  // namespace croquis
