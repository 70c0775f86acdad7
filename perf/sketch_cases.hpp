// Cases that time S A beside a bound.
#pragma once

#include <functional>
#include <string>

#include <croquis/linalg/sparse.hpp>
#include <croquis/sketch/any_sketch.hpp>

#include "perf/paired_timing.hpp"

namespace croquis::perf {

/// A is rows x cols; S is sketch_rows x rows.
struct SketchShape {
  std::int64_t rows, cols, sketch_rows;
};

/// The smaller problem that --quick asks for.
SketchShape reduced(const SketchShape& shape, bool quick);

/// An operator: its name in the case's, and how to make it d x m.
struct TimedSketch {
  std::string name;
  std::function<AnySketch(std::int64_t rows, std::int64_t cols)> make;
};

/// "NAME col MxN dD" or "NAME row MxN dD", with " float" at the end unless T is double.
template <class T>
std::string case_name(const std::string& name, Layout layout, const SketchShape& shape);

/// S A of a dense A beside a copy of A's memory.
template <class T>
Case sketch_beside_copy(const TimedSketch& sketch, const SketchShape& shape, Layout layout);

/// S A of a dense A beside the matrix product of the same shape, the entries of S already in memory.
template <class T>
Case sketch_beside_product(const TimedSketch& sketch, const SketchShape& shape, Layout layout);

/// S A in float beside the same in double: "NAME col MxN dD float beside-double".
Case float_beside_double(const TimedSketch& sketch, const SketchShape& shape, Layout layout);

/// rows x cols by rows, with equally many entries in each row, one at a scrambled place in each of equal ranges of
/// columns.
SparseMatrix<double> scattered(std::int64_t rows, std::int64_t cols, std::int64_t nonzeros);

}  // namespace croquis::perf
