#include <croquis/sketch/apply.hpp>

#include <string>

#include "linalg/check.hpp"
#include "linalg/copy.hpp"
#include "linalg/parallel.hpp"
#include "sketch/check_sketch.hpp"
#include "sketch/entries.hpp"
#include "sketch/multiply_sketch.hpp"

namespace croquis {
namespace {

template <class T>
void multiply_checked(const AnySketch& s, std::int64_t first_row, const AnyMatrixView<T>& a, Update update,
                      MatrixView<T> out) {
  if (out.size() == 0) return;
  if (a.rows() == 0) {
    if (update == Update::overwrite) set_zero(out);
    return;
  }
  std::visit([&](const auto& sketch) { multiply_sketch<T>(sketch, first_row, a, update, out); }, s.storage());
}

template <class T>
void apply_to(const AnySketch& s, const AnyMatrixView<T>& a, MatrixView<T> out) {
  check_sketch(s);
  check_view(a, "A");
  check_view(out, "out");
  if (a.rows() != s.cols())
    throw ShapeError("A is " + shape_text(a.rows(), a.cols()) + " but S is " + shape_text(s.rows(), s.cols()) +
                     ": A must have as many rows as S has columns");
  check_shape(out.rows, out.cols, s.rows(), a.cols(), "out", "the shape of S A");
  multiply_checked(s, 0, a, Update::overwrite, out);
}

template <class T>
void accumulate_to(const AnySketch& s, std::int64_t first_row, const AnyMatrixView<T>& a, MatrixView<T> out) {
  check_sketch(s);
  check_view(a, "A_block");
  check_view(out, "out");
  if (first_row < 0 || first_row > s.cols() || a.rows() > s.cols() - first_row)
    throw ShapeError("A_block is " + shape_text(a.rows(), a.cols()) + " from row " + std::to_string(first_row) +
                     " but S is " + shape_text(s.rows(), s.cols()) + ": its rows leave [0, " +
                     std::to_string(s.cols()) + ")");
  check_shape(out.rows, out.cols, s.rows(), a.cols(), "out", "the shape of S(:, rows) A_block");
  multiply_checked(s, first_row, a, Update::add, out);
}

template <class T>
void apply_right_to(const AnyMatrixView<T>& a, const AnySketch& s, MatrixView<T> out) {
  check_sketch(s);
  check_view(a, "A");
  check_view(out, "out");
  if (a.cols() != s.cols())
    throw ShapeError("A is " + shape_text(a.rows(), a.cols()) + " but S is " + shape_text(s.rows(), s.cols()) +
                     ": A must have as many columns as S");
  check_shape(out.rows, out.cols, a.rows(), s.rows(), "out", "the shape of A S^T");
  multiply_checked(s, 0, a.transposed(), Update::overwrite, out.transposed());
}

template <class T>
void fill_to(const AnySketch& s, MatrixView<T> out, std::int64_t first_row, std::int64_t first_col) {
  check_sketch(s);
  check_view(out, "out");
  if (first_row < 0 || first_row > s.rows() || out.rows > s.rows() - first_row || first_col < 0 ||
      first_col > s.cols() || out.cols > s.cols() - first_col)
    throw ShapeError("out is the " + shape_text(out.rows, out.cols) + " block from (" + std::to_string(first_row) +
                     ", " + std::to_string(first_col) + ") but S is " + shape_text(s.rows(), s.cols()));
  if (out.size() == 0) return;
  const EntryFiller<T> entries = std::visit([](const auto& sketch) { return entries_of<T>(sketch); }, s.storage());
  const Partition parts(out.cols, 64, 256);
  for_each_tile(parts.count, [&](std::int64_t part) {
    const std::int64_t first = parts.begin(part);
    entries(first_row, first_col + first, out.block(0, first, out.rows, parts.length(part)));
  });
}

template <class T>
Matrix<T> product(const AnySketch& s, const AnyMatrixView<T>& a) {
  check_sketch(s);
  Matrix<T> out = Matrix<T>::uninitialized(s.rows(), a.cols());
  apply_to(s, a, out.view());
  return out;
}

}  // namespace

void apply(const AnySketch& s, const AnyMatrixView<float>& a, MatrixView<float> out) { apply_to(s, a, out); }
void apply(const AnySketch& s, const AnyMatrixView<double>& a, MatrixView<double> out) { apply_to(s, a, out); }

void accumulate(const AnySketch& s, std::int64_t first_row, const AnyMatrixView<float>& a_block,
                MatrixView<float> out) {
  accumulate_to(s, first_row, a_block, out);
}
void accumulate(const AnySketch& s, std::int64_t first_row, const AnyMatrixView<double>& a_block,
                MatrixView<double> out) {
  accumulate_to(s, first_row, a_block, out);
}

void apply_right(const AnyMatrixView<float>& a, const AnySketch& s, MatrixView<float> out) {
  apply_right_to(a, s, out);
}
void apply_right(const AnyMatrixView<double>& a, const AnySketch& s, MatrixView<double> out) {
  apply_right_to(a, s, out);
}

void fill(const AnySketch& s, MatrixView<float> out, std::int64_t first_row, std::int64_t first_col) {
  fill_to(s, out, first_row, first_col);
}
void fill(const AnySketch& s, MatrixView<double> out, std::int64_t first_row, std::int64_t first_col) {
  fill_to(s, out, first_row, first_col);
}

Matrix<float> operator*(const AnySketch& s, const AnyMatrixView<float>& a) { return product(s, a); }
Matrix<double> operator*(const AnySketch& s, const AnyMatrixView<double>& a) { return product(s, a); }

}  // namespace croquis
