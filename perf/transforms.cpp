// How fast are the transforms, and S A made of them? A Walsh-Hadamard transform beside FFTW's DCT-II of that length, of
// many columns and S A beside a copy of A's memory.
#include <croquis/linalg/transforms.hpp>

#include <algorithm>
#include <memory>

#include "perf/bounds.hpp"
#include "perf/fftw_dct.hpp"
#include "perf/sketch_cases.hpp"

namespace croquis::perf {
namespace {

// Additions of one side's call, in all.
constexpr double additions_per_call = 1e8;

double levels_of(std::int64_t length) {
  double levels = 0;
  for (std::int64_t h = 1; h < length; h *= 2) ++levels;
  return levels;
}

// What `transform` reaches, in 10^9 additions a second.
std::vector<std::pair<std::string, double>> rate(double additions, const std::function<void()>& transform) {
  std::vector<double> seconds;
  for (int repeat = 0; repeat < 5; ++repeat) seconds.push_back(seconds_of({}, transform));
  return {{"Gadd/s", additions / median(seconds) / 1e9}};
}

// One vector, transformed in place again and again. It is zero, and stays so: no time depends on the numbers.
template <class T>
Case vector_case(std::int64_t length) {
  return {.name = "fwht " + std::to_string(length) + (sizeof(T) == 8 ? "" : " float"),
          .reference = "FFTW DCT-II",
          .make = [wanted = length](bool quick) -> Contest {
            // A measured plan of FFTW's for a long vector takes seconds.
            const std::int64_t length = quick ? std::min<std::int64_t>(wanted, 4096) : wanted;
            const double additions = static_cast<double>(length) * levels_of(length);
            const auto calls = static_cast<std::int64_t>(quick ? 1 : std::max(1.0, additions_per_call / additions));
            const auto x = std::make_shared<Matrix<T>>(length, 1);
            const auto dct = std::make_shared<FftwDct<T>>(length);
            const auto ours = [=] {
              for (std::int64_t call = 0; call < calls; ++call) walsh_hadamard_transform(x->view());
            };
            return {.prepare_ours = {},
                    .ours = ours,
                    .prepare_reference = {},
                    .reference =
                        [=] {
                          for (std::int64_t call = 0; call < calls; ++call) dct->execute();
                        },
                    .findings = [=] { return rate(additions * static_cast<double>(calls), ours); }};
          }};
}

// All columns of a matrix, in place.
template <class T>
Case batch_case(std::int64_t rows, std::int64_t cols, Layout layout) {
  const std::string layout_name = layout == Layout::column_major ? "col " : "row ";
  return {
      .name =
          "fwht " + layout_name + std::to_string(rows) + "x" + std::to_string(cols) + (sizeof(T) == 8 ? "" : " float"),
      .reference = "memcpy",
      .make = [=](bool quick) -> Contest {
        const auto a = std::make_shared<Matrix<T>>(quick ? rows / 32 : rows, cols, layout);
        const auto other = std::make_shared<Matrix<T>>(a->rows(), cols, layout);
        const auto ours = [a] { walsh_hadamard_transform(a->view()); };
        return {.prepare_ours = {},
                .ours = ours,
                .prepare_reference = {},
                .reference = [=] { copy_memory(*a, *other); },
                .findings = [=] { return rate(static_cast<double>(a->view().size()) * levels_of(a->rows()), ours); }};
      }};
}

std::vector<TimedSketch> sketches() {
  std::vector<TimedSketch> result = {{"srht",
                                      [](std::int64_t rows, std::int64_t cols) -> AnySketch {
                                        return Srht{rows, cols, 7};
                                      }},
                                     {"hashed_rht", [](std::int64_t rows, std::int64_t cols) -> AnySketch {
                                        return HashedRht{.rows = rows, .cols = cols, .seed = 7};
                                      }}};
  if (has_trigonometric_transforms()) {
    for (const auto& [name, transform] : {std::pair{"srtt_dct", TrigonometricTransform::dct},
                                          std::pair{"srtt_hartley", TrigonometricTransform::hartley}})
      result.push_back({name, [transform = transform](std::int64_t rows, std::int64_t cols) -> AnySketch {
                          return Srtt{.rows = rows, .cols = cols, .transform = transform, .seed = 7};
                        }});
  }
  return result;
}

std::vector<Case> cases() {
  std::vector<Case> result;
  if (FftwDct<double>::available) {
    for (const int log2_length : {10, 14, 17, 20}) {
      result.push_back(vector_case<double>(std::int64_t{1} << log2_length));
      result.push_back(vector_case<float>(std::int64_t{1} << log2_length));
    }
  }
  constexpr Layout layouts[] = {Layout::column_major, Layout::row_major};
  for (const Layout layout : layouts) {
    result.push_back(batch_case<double>(1 << 17, 200, layout));
    result.push_back(batch_case<float>(1 << 17, 200, layout));
  }
  for (const TimedSketch& sketch : sketches()) {
    for (const Layout layout : layouts) {
      result.push_back(sketch_beside_copy<double>(sketch, {1 << 17, 500, 1000}, layout));
      result.push_back(sketch_beside_copy<float>(sketch, {1 << 17, 500, 1000}, layout));
      result.push_back(float_beside_double(sketch, {1 << 17, 500, 1000}, layout));
    }
  }
  for (const Layout layout : layouts)
    result.push_back(sketch_beside_copy<double>(sketches().front(), {1 << 17, 500, 8192}, layout));
  return result;
}

}  // namespace
}  // namespace croquis::perf

int main(int argc, char** argv) {
  return croquis::perf::run_cases(argc, argv,
                                  "Transforms in place, beside FFTW's DCT-II of a vector and a copy of a matrix; S A "
                                  "with a transform, beside a copy of A; in float, beside double",
                                  croquis::perf::cases());
}
