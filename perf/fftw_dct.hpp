// FFTW's own DCT-II, to compare with.
#pragma once

#include <cstdint>

namespace croquis::perf {

/// The DCT-II of a vector of zeros in place, on one thread, by the plan FFTW measures as its fastest. Other work on the
/// machine at that moment can mislead it by a factor of several: compare the seconds of a few runs.
template <class T>
class FftwDct {
 public:
  /// Whether croquis was built with FFTW; without it, `execute` does nothing.
  static const bool available;

  explicit FftwDct(std::int64_t length);
  ~FftwDct();
  FftwDct(const FftwDct&) = delete;
  FftwDct& operator=(const FftwDct&) = delete;

  void execute() const;

 private:
  T* x_ = nullptr;
  void* plan_ = nullptr;
};

}  // namespace croquis::perf
