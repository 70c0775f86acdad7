// How fast is `least_squares` beside LAPACK's dgels and dgelsy, the normal equations and our own fixed methods, and is
// it as accurate?
#include <croquis/solvers/least_squares.hpp>

#include <algorithm>
#include <cmath>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <croquis/sketch/apply.hpp>
#include <croquis/solvers/backward_error.hpp>
#include <croquis/solvers/ridge_path.hpp>

#include "linalg/blas.hpp"
#include "linalg/copy.hpp"
#include "linalg/gram.hpp"
#include "perf/lapack.hpp"
#include "perf/paired_timing.hpp"

namespace croquis::perf {
namespace {

enum class Reference { dgels, dgelsy, normal_equations, sketch_and_precondition, gram_and_precondition, cholesky_qr };

struct Shape {
  std::int64_t rows;
  std::int64_t cols;
  Layout layout = Layout::column_major;
  double condition = 1;
  std::int64_t rank = 0;  // 0: full
  bool coherent = false;  // rows of very different sizes
  std::int64_t right_hand_sides = 1;
  LeastSquaresMethod method = LeastSquaresMethod::automatic;
  Reference reference = Reference::dgels;
};

Matrix<double> normals(std::int64_t rows, std::int64_t cols, std::uint64_t seed) {
  Matrix<double> result = Matrix<double>::uninitialized(rows, cols);
  fill(Gaussian{.rows = rows, .cols = cols, .seed = seed}, result.view());
  const double scale = std::sqrt(static_cast<double>(rows));
  for (double& entry : result.entries()) entry *= scale;
  return result;
}

// A := A H with orthogonal H, so that the condition number stays and scaling the columns cannot undo it.
void mix_columns(Matrix<double>& a) {
  constexpr std::int64_t reflections = 8;
  const std::int64_t m = a.rows(), n = a.cols();
  const Matrix<double> v = normals(n, reflections, 2);
  Matrix<double> image(m, 1);
  for (std::int64_t k = 0; k < reflections; ++k) {
    const auto direction = v.view().block(0, k, n, 1);
    const double norm = norm2<double>(n, direction.data);
    multiply<double>(1, a.view(), direction, 0, image.view());
    multiply<double>(-2 / (norm * norm), image.view(), direction.transposed(), 1, a.view());
  }
}

// A := A R^-1 with the Cholesky factor R of A^T A: orthonormal columns, the leverage scores of A.
void orthonormalize(Matrix<double>& a) {
  Matrix<double> r = gram<double>(a.view());
  cholesky<double>(r);
  solve_triangular<double>(Side::right, Transpose::no, r.view(), a.view());
}

Matrix<double> columns_of(const Shape& shape) {
  Matrix<double> a = normals(shape.rows, shape.cols, 1);
  if (shape.coherent) {
    // Divided by a normal number each: the tails of a Cauchy distribution.
    const Matrix<double> divisor = normals(shape.rows, 1, 5);
    for (std::int64_t j = 0; j < shape.cols; ++j)
      for (std::int64_t i = 0; i < shape.rows; ++i) a(i, j) /= divisor(i, 0);
    orthonormalize(a);
  }
  const auto last = static_cast<double>((shape.rank > 0 ? shape.rank : shape.cols) - 1);
  for (std::int64_t j = 0; j < shape.cols; ++j) {
    const bool lost = shape.rank > 0 && j >= shape.rank;
    const double factor = lost ? 0 : std::pow(shape.condition, -static_cast<double>(j) / std::max(1.0, last));
    for (std::int64_t i = 0; i < shape.rows; ++i) a(i, j) *= factor;
  }
  if (shape.condition > 1 || shape.rank > 0) mix_columns(a);
  return a;
}

// The data of one case: A and B = A X + noise as large as A X, and what each solver made of them.
struct Problem {
  Matrix<double> a;
  Matrix<double> b;
  Matrix<double> a_copy, b_copy;  // LAPACK overwrites these
  LeastSquaresFit<double> fit;
  Matrix<double> reference_x;

  explicit Problem(const Shape& shape) {
    const std::int64_t m = shape.rows, n = shape.cols, k = shape.right_hand_sides;
    const Matrix<double> columns = columns_of(shape);
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

  void copy_data() {
    a_copy = Matrix<double>::uninitialized(a.rows(), a.cols());
    copy<double>(a.view(), a_copy.view());
    b_copy = b;
  }

  void solve_by_reference(Reference reference) {
    switch (reference) {
      case Reference::dgels:
        dgels(a_copy, b_copy);
        break;
      case Reference::dgelsy:
        dgelsy(a_copy, b_copy, 1e-12);
        break;
      case Reference::normal_equations:
        normal_equations(a_copy, b_copy, reference_x);
        return;
      case Reference::sketch_and_precondition:
        reference_x = least_squares(a, b.view(), {.method = LeastSquaresMethod::sketch_and_precondition}).x;
        return;
      case Reference::gram_and_precondition:
        reference_x = least_squares(a, b.view(), {.method = LeastSquaresMethod::gram_and_precondition}).x;
        return;
      case Reference::cholesky_qr:
        reference_x = least_squares(a, b.view(), {.method = LeastSquaresMethod::cholesky_qr}).x;
        return;
    }
    reference_x = Matrix<double>(b_copy.view().block(0, 0, a.cols(), b.cols()));
  }
};

std::string name_of(Reference reference) {
  switch (reference) {
    case Reference::dgels:
      return "dgels";
    case Reference::dgelsy:
      return "dgelsy";
    case Reference::normal_equations:
      return "normal equations";
    case Reference::sketch_and_precondition:
      return "sketch-and-precondition";
    case Reference::gram_and_precondition:
      return "gram-and-precondition";
    case Reference::cholesky_qr:
      return "cholesky-qr";
  }
  return {};
}

// Of A itself, whoever computed x; of the first right-hand sides, where there are many.
double worst_backward_error(const Problem& p, const Matrix<double>& x) {
  if (x.rows() != p.a.cols()) return std::nan("");
  const std::int64_t vectors = std::min<std::int64_t>(10, p.b.cols());
  const std::vector<double> errors = least_squares_backward_error(p.a, x.view().block(0, 0, x.rows(), vectors),
                                                                  p.b.view().block(0, 0, p.b.rows(), vectors));
  return *std::max_element(errors.begin(), errors.end());
}

Contest make_contest(const Shape& shape) {
  const auto p = std::make_shared<Problem>(shape);
  return {
      .prepare_ours = {},  // it overwrites nothing
      .ours = [p, shape] { p->fit = least_squares(p->a, p->b.view(), {.method = shape.method}); },
      .prepare_reference = [p] { p->copy_data(); },
      .reference = [p, shape] { p->solve_by_reference(shape.reference); },
      .findings = [p]() -> std::vector<std::pair<std::string, double>> {
        return {{"passes", static_cast<double>(p->fit.passes)},
                {"sketch_rows", p->fit.sketch ? static_cast<double>(p->fit.sketch->rows()) : 0},
                {"rank", static_cast<double>(p->fit.rank)},
                {"backward_error", worst_backward_error(*p, p->fit.x)},
                {"reference_backward_error", worst_backward_error(*p, p->reference_x)}};
      },
  };
}

std::string power_of_ten(double value) { return "1e" + std::to_string(std::lround(std::log10(value))); }

Case make_case(const Shape& shape) {
  std::string name =
      shape.method == LeastSquaresMethod::gram_and_precondition ? "gram_and_precondition " : "least_squares ";
  name += shape.layout == Layout::column_major ? "col " : "row ";
  name += std::to_string(shape.rows) + "x" + std::to_string(shape.cols);
  if (shape.coherent) name += " coherent";
  if (shape.condition > 1) name += " k" + power_of_ten(shape.condition);
  if (shape.rank > 0) name += " rank" + std::to_string(shape.rank);
  if (shape.right_hand_sides > 1) name += " rhs" + std::to_string(shape.right_hand_sides);
  // A case has one reference; where several are of interest, its name says which.
  if (shape.reference != Reference::dgels && shape.reference != Reference::dgelsy) {
    std::string beside = name_of(shape.reference);
    std::replace(beside.begin(), beside.end(), ' ', '-');
    name += " beside-" + beside;
  }
  return {.name = name, .reference = name_of(shape.reference), .make = [shape](bool quick) {
            Shape actual = shape;
            if (quick) {
              actual.rows /= 32;
              actual.cols /= 16;
              actual.rank /= 16;
              actual.right_hand_sides = std::min<std::int64_t>(actual.right_hand_sides, 10);
            }
            return make_contest(actual);
          }};
}

// What `automatic` chooses, beside each method it could have been; dgels is slower than all of them at these shapes.
std::vector<Shape> choices() {
  std::vector<Shape> shapes;
  for (const auto& [rows, cols] : {std::pair<std::int64_t, std::int64_t>{100000, 200}, {1 << 15, 1024}})
    for (const double condition : {1e1, 1e4, 1e8, 1e12})
      for (const Reference reference : {Reference::sketch_and_precondition, Reference::gram_and_precondition,
                                        Reference::normal_equations, Reference::dgels})
        if (condition < 1e7 || reference != Reference::normal_equations)
          shapes.push_back({.rows = rows, .cols = cols, .condition = condition, .reference = reference});
  return shapes;
}

// Fifty ridges, from 1e-4 (1e-16 if A is ill conditioned) to 1e4 of the squares of A's largest singular values, beside
// as many solves of one.
Case make_ridge_path_case(const Shape& shape) {
  std::string name = "ridge_path50 col " + std::to_string(shape.rows) + "x" + std::to_string(shape.cols);
  if (shape.condition > 1) name += " k1e" + std::to_string(std::lround(std::log10(shape.condition)));
  return {.name = name, .reference = "50 solves", .make = [shape](bool quick) {
            Shape actual = shape;
            if (quick) actual.rows /= 32;
            const auto p = std::make_shared<Problem>(actual);
            const auto fits = std::make_shared<std::vector<LeastSquaresFit<double>>>();
            std::vector<double> mus;
            const double least = actual.condition > 1 ? -16 : -4;
            for (int i = 0; i < 50; ++i)
              mus.push_back(static_cast<double>(actual.rows) * std::pow(10.0, least + (4 - least) * i / 49));
            return Contest{
                .prepare_ours = {},
                .ours = [p, fits, mus] { *fits = least_squares_ridge_path(p->a, p->b, mus); },
                .prepare_reference = {},
                .reference =
                    [p, mus] {
                      for (const double mu : mus) p->fit = least_squares(p->a, p->b.view(), {.ridge = mu});
                    },
                .findings = [fits]() -> std::vector<std::pair<std::string, double>> {
                  double worst = 0;
                  for (const auto& fit : *fits) worst = std::max(worst, fit.worst_backward_error());
                  return {{"passes", static_cast<double>(fits->front().passes)}, {"backward_error", worst}};
                },
            };
          }};
}

}  // namespace
}  // namespace croquis::perf

int main(int argc, char** argv) {
  using croquis::Layout;
  using croquis::perf::Reference;
  std::vector<croquis::perf::Shape> shapes{
      {.rows = 1 << 17, .cols = 512},
      {.rows = 1 << 17, .cols = 512, .condition = 1e2},
      {.rows = 1 << 17, .cols = 512, .condition = 1e2, .reference = Reference::normal_equations},
      {.rows = 1 << 17, .cols = 512, .condition = 1e8},
      {.rows = 1 << 17, .cols = 512, .condition = 1e12},
      {.rows = 1 << 17, .cols = 512, .layout = Layout::row_major, .condition = 1e8},
      {.rows = 1 << 16, .cols = 1024, .condition = 1e8},
      {.rows = 40000, .cols = 4000, .condition = 1e8, .coherent = true},
      {.rows = 1 << 16, .cols = 512, .rank = 400, .reference = Reference::dgelsy},
      {.rows = 1 << 17, .cols = 512, .condition = 1e8, .right_hand_sides = 10},
      {.rows = 1 << 17, .cols = 512, .right_hand_sides = 512},
  };
  for (const croquis::perf::Shape& shape : croquis::perf::choices()) shapes.push_back(shape);
  std::vector<croquis::perf::Case> cases;
  for (const croquis::perf::Shape& shape : shapes) cases.push_back(croquis::perf::make_case(shape));
  cases.push_back(croquis::perf::make_ridge_path_case({.rows = 100000, .cols = 200}));
  cases.push_back(croquis::perf::make_ridge_path_case({.rows = 100000, .cols = 200, .condition = 1e8}));
  return croquis::perf::run_cases(argc, argv, "least_squares to full accuracy, beside LAPACK and other ways", cases);
}
