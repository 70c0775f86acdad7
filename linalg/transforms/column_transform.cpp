#include "linalg/transforms/column_transform.hpp"

#include <croquis/errors.hpp>

#if defined(CROQUIS_HAVE_FFTW)
#include <climits>
#include <cmath>
#include <map>
#include <mutex>
#include <string>
#include <utility>

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
  static void* make_plan(int n, double* x, fftw_r2r_kind kind) {
    return fftw_plan_r2r_1d(n, x, x, kind, FFTW_ESTIMATE);
  }
  static void execute(void* plan, double* x) { fftw_execute_r2r(static_cast<fftw_plan>(plan), x, x); }
};
template <>
struct Fftw<float> {
  static void* make_plan(int n, float* x, fftw_r2r_kind kind) {
    return fftwf_plan_r2r_1d(n, x, x, kind, FFTW_ESTIMATE);
  }
  static void execute(void* plan, float* x) { fftwf_execute_r2r(static_cast<fftwf_plan>(plan), x, x); }
};

// Plans are made one at a time, executed by many threads and kept for the life of the process. They are estimated,
// not measured: a measurement could choose another algorithm, and so other roundings, from one run to the next.
template <class T>
void* find_plan(TrigonometricTransform kind, std::int64_t length) {
  static std::mutex mutex;
  static std::map<std::pair<TrigonometricTransform, std::int64_t>, void*> plans;
  const std::lock_guard lock(mutex);
  void*& plan = plans[{kind, length}];
  if (plan == nullptr) {
    Workspace<T> column(length);
    plan = Fftw<T>::make_plan(static_cast<int>(length), column.data(),
                              kind == TrigonometricTransform::dct ? FFTW_REDFT10 : FFTW_DHT);
  }
  return plan;
}

}  // namespace

bool has_trigonometric_transforms() { return true; }

template <class T>
ColumnTransform<T>::ColumnTransform(TrigonometricTransform kind, std::int64_t length) {
  if (length > INT_MAX)
    throw ShapeError("a trigonometric transform of length " + std::to_string(length) +
                     " does not fit the 32-bit lengths of FFTW");
  plan_ = find_plan<T>(kind, length);
  // FFTW's DCT-II is 2 sum_j x_j cos(pi k (2 j + 1) / (2 m)).
  const double m = static_cast<double>(length);
  const bool dct = kind == TrigonometricTransform::dct;
  first_scale_ = static_cast<T>(dct ? 1 / (2 * std::sqrt(m)) : 1 / std::sqrt(m));
  other_scale_ = static_cast<T>(dct ? 1 / std::sqrt(2 * m) : 1 / std::sqrt(m));
}

template <class T>
void ColumnTransform<T>::execute(T* column) const {
  Fftw<T>::execute(plan_, column);
}

#else

bool has_trigonometric_transforms() { return false; }

template <class T>
ColumnTransform<T>::ColumnTransform(TrigonometricTransform, std::int64_t) {
  throw InvalidOption("trigonometric transforms need FFTW, and this croquis was built without");
}

template <class T>
void ColumnTransform<T>::execute(T*) const {}

#endif

template class ColumnTransform<float>;
template class ColumnTransform<double>;

}  // namespace croquis
