// The fast transforms against their definitions.
#include <doctest/doctest.h>

#include <bit>
#include <cmath>
#include <functional>
#include <limits>
#include <numbers>
#include <random>

#include <croquis/errors.hpp>
#include <croquis/linalg/matrix.hpp>
#include <croquis/linalg/transforms.hpp>

#include "linalg/parallel.hpp"
#include "tests/support/simd_targets.hpp"

using namespace croquis;

namespace {

template <class T>
Matrix<T> random_matrix(std::int64_t rows, std::int64_t cols, Layout layout) {
  std::mt19937_64 generator(static_cast<std::uint64_t>(rows * 31 + cols));
  std::normal_distribution<double> normal;
  Matrix<T> a(rows, cols, layout);
  for (T& x : a.entries()) x = static_cast<T>(normal(generator));
  return a;
}

using Entry = std::function<long double(std::int64_t k, std::int64_t j)>;

Entry walsh_hadamard() {
  return [](std::int64_t k, std::int64_t j) {
    return std::popcount(static_cast<std::uint64_t>(k & j)) % 2 == 0 ? 1.0L : -1.0L;
  };
}

Entry trigonometric(TrigonometricTransform kind, std::int64_t m) {
  constexpr long double pi = std::numbers::pi_v<long double>;
  const long double length = static_cast<long double>(m);
  if (kind == TrigonometricTransform::dct) {
    return [=](std::int64_t k, std::int64_t j) {
      return std::sqrt((k == 0 ? 1 : 2) / length) *
             std::cos(pi * static_cast<long double>(k * (2 * j + 1)) / (2 * length));
    };
  }
  return [=](std::int64_t k, std::int64_t j) {
    const long double angle = 2 * pi * static_cast<long double>(k * j % m) / length;
    return (std::cos(angle) + std::sin(angle)) / std::sqrt(length);
  };
}

// The largest error of an entry, in roundoffs of its column's norm, the transform being orthogonal up to `scale`. The
// error of a fast transform grows like log2(m) roundoffs.
template <class T>
void check_transform(MatrixView<const T> before, MatrixView<const T> after, const Entry& entry, double scale) {
  const std::int64_t m = before.rows;
  std::vector<long double> norm(static_cast<std::size_t>(before.cols), 0);
  for (std::int64_t j = 0; j < before.cols; ++j) {
    for (std::int64_t i = 0; i < m; ++i) {
      const auto x = static_cast<long double>(before(i, j));
      norm[static_cast<std::size_t>(j)] += x * x;
    }
  }
  double worst = 0;
  std::vector<long double> row(static_cast<std::size_t>(m));
  for (std::int64_t k = 0; k < m; ++k) {
    for (std::int64_t i = 0; i < m; ++i) row[static_cast<std::size_t>(i)] = entry(k, i);
    for (std::int64_t j = 0; j < before.cols; ++j) {
      long double sum = 0;
      for (std::int64_t i = 0; i < m; ++i)
        sum += row[static_cast<std::size_t>(i)] * static_cast<long double>(before(i, j));
      const long double error = std::abs(sum - static_cast<long double>(after(k, j)));
      worst = std::max(worst, static_cast<double>(error / (std::sqrt(norm[static_cast<std::size_t>(j)]) * scale)));
    }
  }
  CHECK(worst <= (2 + std::log2(static_cast<double>(m))) * std::numeric_limits<T>::epsilon());
}

template <class T>
void check_within_larger_matrices(std::int64_t m, std::int64_t n, const Entry& entry, double scale,
                                  const std::function<void(MatrixView<T>)>& transform) {
  CAPTURE(m);
  CAPTURE(n);
  for (const Layout layout : {Layout::column_major, Layout::row_major}) {
    const Matrix<T> before = random_matrix<T>(m + 3, n + 2, layout);
    Matrix<T> after = before;
    transform(after.view().block(1, 1, m, n));
    check_transform<T>(before.view().block(1, 1, m, n), after.view().block(1, 1, m, n), entry, scale);
    std::int64_t changed = 0;
    for (std::int64_t i = 0; i < m + 3; ++i)
      for (std::int64_t j = 0; j < n + 2; ++j)
        if ((i < 1 || i > m || j < 1 || j > n) && before(i, j) != after(i, j)) ++changed;
    CHECK(changed == 0);
  }
}

}  // namespace

TEST_CASE_TEMPLATE("Walsh-Hadamard is its definition, on every instruction set, layout and power of two", T, float,
                   double) {
  test::for_each_simd_target([] {
    for (std::int64_t m = 1; m <= 512; m *= 2) {
      for (const std::int64_t n : {std::int64_t{1}, std::int64_t{5}, std::int64_t{67}}) {
        if (m * m * n > 300000) continue;
        check_within_larger_matrices<T>(m, n, walsh_hadamard(), std::sqrt(static_cast<double>(m)),
                                        [](MatrixView<T> a) { walsh_hadamard_transform(a); });
      }
    }
  });
}

TEST_CASE_TEMPLATE("Walsh-Hadamard of a unit vector is a column of signs, at lengths beyond the caches", T, float,
                   double) {
  test::for_each_simd_target([] {
    const std::int64_t m = 1 << 14;
    const std::vector<std::int64_t> places = {0, 1, 2, 77, 4097, 8192, m - 1};
    for (const Layout layout : {Layout::column_major, Layout::row_major}) {
      Matrix<T> a(m, static_cast<std::int64_t>(places.size()), layout);
      for (std::size_t j = 0; j < places.size(); ++j) a(places[j], static_cast<std::int64_t>(j)) = 1;
      walsh_hadamard_transform(a.view());
      std::int64_t wrong = 0;
      for (std::size_t j = 0; j < places.size(); ++j)
        for (std::int64_t k = 0; k < m; ++k) {
          const bool odd = std::popcount(static_cast<std::uint64_t>(k & places[j])) % 2 != 0;
          wrong += a(k, static_cast<std::int64_t>(j)) == (odd ? T(-1) : T(1)) ? 0 : 1;
        }
      CHECK(wrong == 0);
    }
  });
}

TEST_CASE_TEMPLATE("Walsh-Hadamard twice is m times the identity, at lengths beyond the caches", T, float, double) {
  // Entries are integers under 2^20 in size throughout, so every operation is exact.
  for (const std::int64_t m : {std::int64_t{1} << 13, std::int64_t{1} << 17}) {
    for (const Layout layout : {Layout::column_major, Layout::row_major}) {
      Matrix<T> a(m, 3, layout);
      for (std::int64_t i = 0; i < m; ++i)
        for (std::int64_t j = 0; j < 3; ++j) a(i, j) = static_cast<T>((i * 7 + j * 3) % 5 - 2);
      const Matrix<T> before = a;
      walsh_hadamard_transform(a.view());
      walsh_hadamard_transform(a.view());
      std::int64_t wrong = 0;
      for (std::int64_t i = 0; i < m; ++i)
        for (std::int64_t j = 0; j < 3; ++j) wrong += a(i, j) == static_cast<T>(m) * before(i, j) ? 0 : 1;
      CHECK(wrong == 0);
    }
  }
}

TEST_CASE("Walsh-Hadamard refuses other lengths and leaves the matrix alone") {
  for (const std::int64_t m : {3, 6, 7, 12, 1000}) {
    Matrix<double> a = random_matrix<double>(m, 2, Layout::column_major);
    const Matrix<double> before = a;
    CHECK_THROWS_AS(walsh_hadamard_transform(a.view()), ShapeError);
    CHECK(std::equal(a.entries().begin(), a.entries().end(), before.entries().begin()));
  }
  Matrix<double> nothing(0, 3);
  CHECK_NOTHROW(walsh_hadamard_transform(nothing.view()));
  CHECK_THROWS_AS(walsh_hadamard_transform(column_major(static_cast<double*>(nullptr), 4, 4)), ShapeError);
}

TEST_CASE_TEMPLATE("the trigonometric transforms are their definitions, for every length", T, float, double) {
  if (!has_trigonometric_transforms()) return;
  for (const TrigonometricTransform kind : {TrigonometricTransform::dct, TrigonometricTransform::hartley}) {
    CAPTURE(static_cast<int>(kind));
    std::vector<std::int64_t> lengths;
    for (std::int64_t m = 1; m <= 70; ++m) lengths.push_back(m);
    for (const std::int64_t m : {128, 243, 251, 256, 500, 512, 1009, 1024}) lengths.push_back(m);
    for (const std::int64_t m : lengths) {
      const std::int64_t n = m < 50 ? 19 : 3;
      check_within_larger_matrices<T>(m, n, trigonometric(kind, m), 1,
                                      [kind](MatrixView<T> a) { trigonometric_transform(kind, a); });
    }
  }
}

TEST_CASE("the trigonometric transforms are orthogonal at large lengths") {
  if (!has_trigonometric_transforms()) return;
  for (const TrigonometricTransform kind : {TrigonometricTransform::dct, TrigonometricTransform::hartley}) {
    for (const std::int64_t m : {std::int64_t{1} << 17, std::int64_t{100003}}) {
      Matrix<double> a(m, 2);
      for (std::int64_t i = 0; i < m; ++i) {
        a(i, 0) = std::sin(static_cast<double>(i));
        a(i, 1) = i % 3 == 0 ? 1 : 0;
      }
      const auto inner = [&](std::int64_t i, std::int64_t j) {
        double sum = 0;
        for (std::int64_t k = 0; k < m; ++k) sum += a(k, i) * a(k, j);
        return sum;
      };
      const double norm_0 = inner(0, 0);
      const double norm_1 = inner(1, 1);
      const double product = inner(0, 1);
      trigonometric_transform(kind, a.view());
      // Sums of 1e5 squares, each good to about 20 roundoffs.
      CHECK(inner(0, 0) == doctest::Approx(norm_0).epsilon(1e-12));
      CHECK(inner(1, 1) == doctest::Approx(norm_1).epsilon(1e-12));
      CHECK(std::abs(inner(0, 1) - product) <= 1e-12 * std::sqrt(norm_0 * norm_1));
    }
  }
}

TEST_CASE("transforms give the same bits for any number of threads") {
  std::vector<Matrix<double>> results;
  for (const int threads : {1, 2, 3, 8}) {
    Matrix<double> a = random_matrix<double>(1024, 100, Layout::row_major);
    run_with_threads(threads, [&] {
      walsh_hadamard_transform(a.view());
      if (has_trigonometric_transforms()) trigonometric_transform(TrigonometricTransform::dct, a.view());
    });
    results.push_back(a);
  }
  for (const Matrix<double>& other : results)
    CHECK(std::equal(other.entries().begin(), other.entries().end(), results[0].entries().begin()));
}

TEST_CASE("without FFTW the trigonometric transforms say so") {
  Matrix<double> a(4, 2);
  if (has_trigonometric_transforms()) {
    CHECK_NOTHROW(trigonometric_transform(TrigonometricTransform::dct, a.view()));
    CHECK_THROWS_AS(trigonometric_transform(TrigonometricTransform::dct, column_major(a.data(), 4, 2, 3)), ShapeError);
  } else {
    CHECK_THROWS_AS(trigonometric_transform(TrigonometricTransform::dct, a.view()), InvalidOption);
  }
}
