#include "perf/fftw_dct.hpp"

#if defined(CROQUIS_HAVE_FFTW)
#include <algorithm>

#include <fftw3.h>
#endif

namespace croquis::perf {

#if defined(CROQUIS_HAVE_FFTW)

#define CROQUIS_FFTW_DCT(T, fftw)                                                                      \
  template <>                                                                                          \
  FftwDct<T>::FftwDct(std::int64_t length) : x_(fftw##_alloc_real(static_cast<std::size_t>(length))) { \
    plan_ = fftw##_plan_r2r_1d(static_cast<int>(length), x_, x_, FFTW_REDFT10, FFTW_MEASURE);          \
    std::fill_n(x_, length, T(0));                                                                     \
  }                                                                                                    \
  template <>                                                                                          \
  FftwDct<T>::~FftwDct() {                                                                             \
    fftw##_destroy_plan(static_cast<fftw##_plan>(plan_));                                              \
    fftw##_free(x_);                                                                                   \
  }                                                                                                    \
  template <>                                                                                          \
  void FftwDct<T>::execute() const {                                                                   \
    fftw##_execute(static_cast<fftw##_plan>(plan_));                                                   \
  }                                                                                                    \
  template <>                                                                                          \
  const bool FftwDct<T>::available = true;
CROQUIS_FFTW_DCT(double, fftw)
CROQUIS_FFTW_DCT(float, fftwf)
#undef CROQUIS_FFTW_DCT

#else

template <class T>
FftwDct<T>::FftwDct(std::int64_t) {}
template <class T>
FftwDct<T>::~FftwDct() {}
template <class T>
void FftwDct<T>::execute() const {}
template <class T>
const bool FftwDct<T>::available = false;

template class FftwDct<float>;
template class FftwDct<double>;

#endif

}  // namespace croquis::perf
