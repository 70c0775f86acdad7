// How fast is `least_squares` beside LAPACK's dgels, and is it as accurate?
#include <croquis/solvers/least_squares.hpp>

#include <algorithm>
#include <cmath>
#include <memory>
#include <string>
#include <vector>

#include <croquis/sketch/apply.hpp>
#include <croquis/solvers/backward_error.hpp>

#include "linalg/blas.hpp"
#include "linalg/copy.hpp"
#include "perf/lapack.hpp"
#include "perf/paired_timing.hpp"

namespace croquis::perf {
namespace {

struct Shape {
  std::int64_t rows;
  std::int64_t cols;
  Layout layout = Layout::column_major;
  double condition = 1;  // about: the ratio of the largest to the smallest of the factors the columns are made of
  std::int64_t right_hand_sides = 1;
  LeastSquaresMethod method = LeastSquaresMethod::automatic;
};

Matrix<double> normals(std::int64_t rows, std::int64_t cols, std::uint64_t seed, double deviation = 1) {
  Matrix<double> result = Matrix<double>::uninitialized(rows, cols);
  fill(Gaussian{.rows = rows, .cols = cols, .seed = seed}, result.view());
  const double scale = deviation * std::sqrt(static_cast<double>(rows));
  for (double& entry : result.entries()) entry *= scale;
  return result;
}

// The data of one case: A and B = A X + noise as large as A X, and what each solver made of them.
struct Problem {
  Matrix<double> a;
  Matrix<double> b;
  Matrix<double> a_copy, b_copy;  // dgels overwrites these
  LeastSquaresFit<double> fit;

  explicit Problem(const Shape& shape) {
    const std::int64_t m = shape.rows, n = shape.cols, k = shape.right_hand_sides;
    Matrix<double> columns = normals(m, n, 1);
    if (shape.condition > 1) {
      // Gaussian columns times graded factors, mixed so that scaling the columns cannot undo it.
      for (std::int64_t j = 0; j < n; ++j) {
        const double factor = std::pow(shape.condition, -static_cast<double>(j) / static_cast<double>(n - 1));
        for (std::int64_t i = 0; i < m; ++i) columns(i, j) *= factor;
      }
      const Matrix<double> mixing = normals(n, n, 2);
      Matrix<double> mixed = Matrix<double>::uninitialized(m, n);
      multiply<double>(1, columns.view(), mixing.view(), 0, mixed.view());
      columns = std::move(mixed);
    }
    a = Matrix<double>::uninitialized(m, n, shape.layout);
    copy<double>(columns.view(), a.view());
    const Matrix<double> x = normals(n, k, 3);
    b = Matrix<double>::uninitialized(m, k);
    multiply<double>(1, columns.view(), x.view(), 0, b.view());
    const Matrix<double> noise = normals(m, k, 4);
    for (std::int64_t j = 0; j < k; ++j) {
      const double size = norm2<double>(m, &b(0, j)) / norm2<double>(m, &noise(0, j));
      for (std::int64_t i = 0; i < m; ++i) b(i, j) += size * noise(i, j);
    }
  }
};

// Of A itself, whoever computed x.
double worst_backward_error(const Matrix<double>& a, MatrixView<const double> x, const Matrix<double>& b) {
  const std::vector<double> errors = least_squares_backward_error(a, x, b);
  return *std::max_element(errors.begin(), errors.end());
}

Contest make_contest(const Shape& shape) {
  const auto p = std::make_shared<Problem>(shape);
  return {
      .prepare_ours = {},  // it overwrites nothing
      .ours = [p, shape] { p->fit = least_squares(p->a, p->b.view(), {.method = shape.method}); },
      .prepare_reference =
          [p, shape] {
            p->a_copy = Matrix<double>::uninitialized(shape.rows, shape.cols);
            copy<double>(p->a.view(), p->a_copy.view());
            p->b_copy = p->b;
          },
      .reference = [p] { dgels(p->a_copy, p->b_copy); },
      .findings = [p, shape]() -> std::vector<std::pair<std::string, double>> {
        const auto lapack_x = p->b_copy.view().block(0, 0, shape.cols, shape.right_hand_sides);
        return {{"passes", static_cast<double>(p->fit.passes)},
                {"sketch_rows", p->fit.sketch ? static_cast<double>(p->fit.sketch->rows()) : 0},
                {"backward_error", worst_backward_error(p->a, p->fit.x, p->b)},
                {"reference_backward_error", worst_backward_error(p->a, lapack_x, p->b)}};
      },
  };
}

Case make_case(const Shape& shape) {
  std::string name =
      shape.method == LeastSquaresMethod::gram_and_precondition ? "gram_and_precondition " : "least_squares ";
  name += shape.layout == Layout::column_major ? "col " : "row ";
  name += std::to_string(shape.rows) + "x" + std::to_string(shape.cols);
  if (shape.condition > 1) name += " k1e" + std::to_string(std::lround(std::log10(shape.condition)));
  if (shape.right_hand_sides > 1) name += " rhs" + std::to_string(shape.right_hand_sides);
  return {.name = name, .reference = "dgels", .make = [shape](bool quick) {
            Shape actual = shape;
            if (quick) {
              actual.rows /= 32;
              actual.cols /= 16;
            }
            return make_contest(actual);
          }};
}

}  // namespace
}  // namespace croquis::perf

int main(int argc, char** argv) {
  using croquis::Layout;
  constexpr auto by_gram = croquis::LeastSquaresMethod::gram_and_precondition;
  std::vector<croquis::perf::Case> cases;
  for (const croquis::perf::Shape& shape : std::initializer_list<croquis::perf::Shape>{
           {.rows = 1 << 17, .cols = 512},
           {.rows = 1 << 16, .cols = 1024},
           {.rows = 1 << 17, .cols = 512, .layout = Layout::row_major},
           {.rows = 100000, .cols = 200},
           {.rows = 1 << 15, .cols = 1000},
           {.rows = 1 << 17, .cols = 512, .condition = 1e8},
           {.rows = 1 << 17, .cols = 512, .right_hand_sides = 10},
           {.rows = 1 << 17, .cols = 512, .method = by_gram},
           {.rows = 100000, .cols = 200, .method = by_gram},
           {.rows = 1 << 15, .cols = 1000, .method = by_gram},
       }) {
    cases.push_back(croquis::perf::make_case(shape));
  }
  return croquis::perf::run_cases(argc, argv, "least_squares to full accuracy, beside LAPACK's dgels", cases);
}
