#include "solvers/nonlinear/jacobian_source.hpp"

#include <algorithm>
#include <limits>

#include "linalg/check.hpp"
#include "linalg/copy.hpp"
#include "linalg/parallel.hpp"
#include "linalg/products.hpp"
#include "solvers/nonlinear/finite_differences.hpp"

namespace croquis {
namespace {

// So many columns of the identity stand in memory at once.
constexpr std::int64_t identity_columns = 64;

// Entries that a callable does not write must not be what memory, or the Jacobian before, held there.
void fill_unwritten_serial(MatrixView<double> a) {
  const MatrixView<double> columns = a.layout == Layout::column_major ? a : a.transposed();
  for (std::int64_t j = 0; j < columns.cols; ++j)
    std::fill_n(&columns(0, j), columns.rows, std::numeric_limits<double>::quiet_NaN());
}

void scale_rows_serial(const double* scale, MatrixView<double> a) {
  if (a.layout == Layout::column_major) {
    for (std::int64_t j = 0; j < a.cols; ++j)
      for (std::int64_t i = 0; i < a.rows; ++i) a(i, j) *= scale[i];
  } else {
    for (std::int64_t i = 0; i < a.rows; ++i)
      for (std::int64_t j = 0; j < a.cols; ++j) a(i, j) *= scale[i];
  }
}

void fill_unwritten(MatrixView<double> a) {
  const MatrixView<double> columns = a.layout == Layout::column_major ? a : a.transposed();
  const Partition tiles(columns.cols, 64);
  for_each_tile(tiles.count, [&](std::int64_t tile) {
    fill_unwritten_serial(columns.block(0, tiles.begin(tile), columns.rows, tiles.length(tile)));
  });
}

}  // namespace

JacobianSource::JacobianSource(const NonlinearProblem& problem, ResidualFunction& residual, std::int64_t column_limit)
    : problem_(problem), residual_(residual), budget_("columns of Jacobians", column_limit) {
  if (problem.jacobian_times) {
    directional_ = [this](MatrixView<const double> v, MatrixView<double> jv) {
      fill_unwritten(jv);
      problem_.jacobian_times(x_, v, jv);
    };
  } else if (!problem.jacobian && !problem.sparse_jacobian && !problem.jacobian_rows) {
    by_differences_ = true;
    directional_ = [this](MatrixView<const double> v, MatrixView<double> jv) {
      difference_quotients(residual_, problem_, problem_.differences, x_, r_, v, jv);
    };
  }
}

void JacobianSource::move_to(std::span<const double> x, std::span<const double> r) {
  x_.assign(x.begin(), x.end());
  r_.assign(r.begin(), r.end());
  whole_is_current_ = false;
}

JacobianSource::Price JacobianSource::price(std::int64_t directions, std::int64_t rounds) const {
  if (whole_is_current_) return {0, 0};
  const std::int64_t n = problem_.unknowns;
  const bool has_transposes = static_cast<bool>(problem_.jacobian_transposed_times);
  if (directional_ && (has_transposes || rounds == 0 || comes_by_rows())) {
    const std::int64_t products = directions + rounds;
    return {products + rounds * (has_transposes ? 1 : n),
            by_differences_ ? products * evaluations_of(problem_.differences) : 0};
  }
  // J by rows is made anew for each product.
  if (comes_by_rows()) return {(rounds + (directions > 0 ? 1 : 0)) * n + rounds * (has_transposes ? 1 : n), 0};
  // Before J is whole, a transposed product is cheaper.
  return {n + (has_transposes && rounds > 0 ? 1 : 0), 0};
}

void JacobianSource::require(std::int64_t directions, std::int64_t rounds) const {
  const Price needed = price(directions, rounds);
  budget_.require(needed.columns);
  residual_.budget().require(needed.evaluations);
}

bool JacobianSource::affords(std::int64_t directions) const {
  const Price needed = price(directions, 0);
  return needed.columns <= budget_.left() && needed.evaluations <= residual_.budget().left();
}

void JacobianSource::multiply(MatrixView<const double> v, MatrixView<double> jv) {
  if (v.cols == 0) return;
  require(v.cols);
  if (!whole_is_current_ && !directional_ && comes_by_rows()) {
    const std::vector<double> unscaled;
    const MadeRows<double> by_rows = rows(unscaled);
    RowBatches<double> batches(by_rows);
    for (std::int64_t batch = 0; batch < batches.count(); ++batch) {
      const MatrixView<const double> made = batches.make(batch);
      multiply_by<double>(made, v, jv.block(batches.first_row(batch), 0, made.rows, jv.cols));
    }
    return;
  }
  if (whole_is_current_ || !directional_) {
    multiply_by<double>(whole(), v, jv);
    return;
  }
  directional_(v, jv);
  budget_.spend(v.cols);
}

void JacobianSource::multiply_transposed(MatrixView<const double> u, MatrixView<double> jtu) {
  if (u.cols == 0) return;
  if (problem_.jacobian_transposed_times && !whole_is_current_) {
    budget_.spend(u.cols);
    fill_unwritten(jtu);
    problem_.jacobian_transposed_times(x_, u, jtu);
  } else if (!whole_is_current_ && comes_by_rows()) {
    budget_.require(problem_.unknowns);
    set_zero(jtu);
    auto part = Matrix<double>::uninitialized(jtu.rows, jtu.cols);
    const std::vector<double> unscaled;
    const MadeRows<double> by_rows = rows(unscaled);
    RowBatches<double> batches(by_rows);
    for (std::int64_t batch = 0; batch < batches.count(); ++batch) {
      const MatrixView<const double> made = batches.make(batch);
      multiply_by_transpose<double>(made, u.block(batches.first_row(batch), 0, made.rows, u.cols), part.view());
      for (std::int64_t k = 0; k < jtu.cols; ++k)
        for (std::int64_t j = 0; j < jtu.rows; ++j) jtu(j, k) += part(j, k);
    }
  } else {
    multiply_by_transpose<double>(whole(), u, jtu);
  }
}

const AnyMatrixView<double>& JacobianSource::whole() {
  if (!whole_is_current_) {
    require(problem_.unknowns);
    make_whole();
    if (!comes_by_rows()) budget_.spend(problem_.unknowns);
    whole_is_current_ = true;
  }
  return whole_;
}

MadeRows<double> JacobianSource::rows(const std::vector<double>& scale) {
  return {.rows = problem_.residuals,
          .cols = problem_.unknowns,
          .layout = problem_.jacobian_layout,
          .in_parallel = problem_.parallel_residuals,
          .make = [this, &scale](std::int64_t first, MatrixView<double> block) {
            if (first == 0) budget_.spend(problem_.unknowns);
            fill_unwritten_serial(block);
            problem_.jacobian_rows(x_, first, block);
            if (!scale.empty()) scale_rows_serial(scale.data() + first, block);
          }};
}

void JacobianSource::make_whole() {
  const std::int64_t m = problem_.residuals;
  const std::int64_t n = problem_.unknowns;
  if (problem_.sparse_jacobian) {
    sparse_ = problem_.sparse_jacobian(x_);
    check_shape(sparse_.rows(), sparse_.cols(), m, n, "sparse_jacobian",
                "it needs a row for each residual and a column for each unknown");
    whole_ = sparse_;
    return;
  }
  if (dense_.rows() != m)
    dense_ = Matrix<double>::uninitialized(m, n, directional_ ? Layout::column_major : problem_.jacobian_layout);
  whole_ = dense_;
  if (comes_by_rows()) {
    const std::vector<double> unscaled;
    rows(unscaled).make(0, dense_.view());
    return;
  }
  if (problem_.jacobian) {
    fill_unwritten(dense_.view());
    problem_.jacobian(x_, dense_.view());
    return;
  }
  const std::int64_t at_once = std::min(identity_columns, n);
  Matrix<double> identity(n, at_once);
  for (std::int64_t first = 0; first < n; first += at_once) {
    const std::int64_t count = std::min(at_once, n - first);
    for (std::int64_t k = 0; k < count; ++k) identity(first + k, k) = 1;
    directional_(identity.view().block(0, 0, n, count), dense_.view().block(0, first, m, count));
    for (std::int64_t k = 0; k < count; ++k) identity(first + k, k) = 0;
  }
}

}  // namespace croquis
