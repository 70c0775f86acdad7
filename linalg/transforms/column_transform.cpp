#include "linalg/transforms/column_transform.hpp"

#include <croquis/errors.hpp>

#if defined(CROQUIS_HAVE_FFTW)
#include <climits>
#include <cmath>
#include <map>
#include <memory>
#include <mutex>
#include <numbers>
#include <string>
#include <utility>
#include <vector>

#include <fftw3.h>

#include "linalg/memory.hpp"
#endif

namespace croquis {

#if defined(CROQUIS_HAVE_FFTW)
namespace {

template <class T>
struct Fftw;
template <>
struct Fftw<double> {
  static void* make_plan(int n, bool is_complex, double* x) {
    auto* z = reinterpret_cast<fftw_complex*>(x);
    return is_complex ? fftw_plan_dft_1d(n, z, z, FFTW_FORWARD, FFTW_ESTIMATE)
                      : fftw_plan_dft_r2c_1d(n, x, z, FFTW_ESTIMATE);
  }
  static void execute(void* plan, bool is_complex, double* x) {
    auto* z = reinterpret_cast<fftw_complex*>(x);
    is_complex ? fftw_execute_dft(static_cast<fftw_plan>(plan), z, z)
               : fftw_execute_dft_r2c(static_cast<fftw_plan>(plan), x, z);
  }
  void operator()(void* plan) const { fftw_destroy_plan(static_cast<fftw_plan>(plan)); }
};
template <>
struct Fftw<float> {
  static void* make_plan(int n, bool is_complex, float* x) {
    auto* z = reinterpret_cast<fftwf_complex*>(x);
    return is_complex ? fftwf_plan_dft_1d(n, z, z, FFTW_FORWARD, FFTW_ESTIMATE)
                      : fftwf_plan_dft_r2c_1d(n, x, z, FFTW_ESTIMATE);
  }
  static void execute(void* plan, bool is_complex, float* x) {
    auto* z = reinterpret_cast<fftwf_complex*>(x);
    is_complex ? fftwf_execute_dft(static_cast<fftwf_plan>(plan), z, z)
               : fftwf_execute_dft_r2c(static_cast<fftwf_plan>(plan), x, z);
  }
  void operator()(void* plan) const { fftwf_destroy_plan(static_cast<fftwf_plan>(plan)); }
};

template <class T>
struct Plan {
  std::unique_ptr<void, Fftw<T>> plan;
  std::vector<std::complex<T>> twiddle;
};

template <class T>
std::vector<std::complex<T>> dct_twiddles(std::int64_t length) {
  std::vector<std::complex<T>> twiddle(static_cast<std::size_t>(length / 2 + 1));
  const double m = static_cast<double>(length);
  for (std::size_t k = 0; k < twiddle.size(); ++k) {
    const double angle = std::numbers::pi * static_cast<double>(k) / (2 * m);
    const double scale = std::sqrt((k == 0 ? 1 : 2) / m);
    twiddle[k] = {static_cast<T>(scale * std::cos(angle)), static_cast<T>(-scale * std::sin(angle))};
  }
  return twiddle;
}

bool is_odd_with_large_factor(std::int64_t length) {
  constexpr std::int64_t large = 100;
  if (length % 2 == 0) return false;
  for (std::int64_t factor = 3; factor < large; factor += 2)
    while (length % factor == 0) length /= factor;
  return length > 1;
}

// Plans are made one at a time, executed by many threads and kept for the life of the process. They are estimated,
// not measured: a measurement could choose another algorithm, and so other roundings, from one run to the next.
template <class T>
const Plan<T>& find_plan(TrigonometricTransform kind, std::int64_t length, bool is_complex) {
  static std::mutex mutex;
  static std::map<std::pair<TrigonometricTransform, std::int64_t>, Plan<T>> plans;
  const std::lock_guard lock(mutex);
  Plan<T>& plan = plans[{kind, length}];
  if (plan.plan == nullptr) {
    Workspace<T> column(2 * length + 2);
    if (kind == TrigonometricTransform::dct) plan.twiddle = dct_twiddles<T>(length);
    plan.plan.reset(Fftw<T>::make_plan(static_cast<int>(length), is_complex, column.data()));
  }
  return plan;
}

}  // namespace

bool has_trigonometric_transforms() { return true; }

template <class T>
ColumnTransform<T>::ColumnTransform(TrigonometricTransform kind, std::int64_t length)
    : kind_(kind),
      length_(length),
      is_complex_(is_odd_with_large_factor(length)),
      scale_(static_cast<T>(1 / std::sqrt(static_cast<double>(length)))) {
  if (length > INT_MAX)
    throw ShapeError("a trigonometric transform of length " + std::to_string(length) +
                     " does not fit the 32-bit lengths of FFTW");
  const Plan<T>& found = find_plan<T>(kind, length, is_complex_);
  plan_ = found.plan.get();
  twiddle_ = found.twiddle.data();
}

template <class T>
void ColumnTransform<T>::execute(T* workspace) const {
  if (is_complex_) {
    for (std::int64_t k = 0; k < length_; ++k) workspace[2 * k + 1] = 0;
  }
  Fftw<T>::execute(plan_, is_complex_, workspace);
}

#else

bool has_trigonometric_transforms() { return false; }

template <class T>
ColumnTransform<T>::ColumnTransform(TrigonometricTransform kind, std::int64_t length) : kind_(kind), length_(length) {
  throw InvalidOption("trigonometric transforms need FFTW, and this croquis was built without");
}

template <class T>
void ColumnTransform<T>::execute(T*) const {}

#endif

template class ColumnTransform<float>;
template class ColumnTransform<double>;

}  // namespace croquis
