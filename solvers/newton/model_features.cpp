#include "solvers/newton/model_features.hpp"

#include "linalg/stored_by_rows.hpp"
#include "solvers/newton/weighted_rows.hpp"

namespace croquis {
namespace {

bool stored_by_columns(const AnyMatrixView<double>& a) {
  return std::visit(
      [](const auto& view) {
        return requires { view.column_start; };
      },
      a.storage());
}

}  // namespace

MatrixFeatures::MatrixFeatures(const AnyMatrixView<double>& a, bool intercept, std::int64_t triangles,
                               std::int64_t vectors, const NewtonOptions& options)
    : by_rows_(stored_by_columns(a) ? stored_by_rows<double>(a) : SparseMatrix<double>()),
      a_(stored_by_columns(a) ? AnyMatrixView<double>(by_rows_) : a),
      root_(a_, intercept, triangles, vectors, options) {}

void MatrixFeatures::transformed_product(MatrixView<const double> x, MatrixView<double> g,
                                         const RowTransform<double>& transform) const {
  croquis::transformed_product<double>(a_, x, g, transform);
}

double MatrixFeatures::squared_norm(const std::vector<double>& row_scale) const {
  double sum = 0;
  for (const double square : weighted_column_squares(a_, row_scale, false)) sum += square;
  return sum;
}

}  // namespace croquis
