// What a dense or sparse least-squares solve costs, by method and sketch size.
#pragma once

#include <cstdint>

#include <croquis/linalg/any_matrix_view.hpp>

namespace croquis {

/// Shape of a least-squares problem, as far as its cost goes.
struct ProblemShape {
  std::int64_t rows = 0;
  std::int64_t cols = 0;
  std::int64_t stored_entries = 0;
  std::int64_t vectors = 1;
};

/// Costs are in units of the time of one flop of a matrix product: what matters is which is less, and the ratios of
/// memory and panel speeds to the matrix product's are alike on the machines of a generation.
double direct_cost(const ProblemShape& shape);
double sketch_and_precondition_cost(const ProblemShape& shape, std::int64_t sketch_rows);

/// The number of rows of a sparse-sign sketch that minimises the cost: sketch + QR + passes(d / n) * pass.
std::int64_t cheapest_sketch_rows(const ProblemShape& shape);

}  // namespace croquis
