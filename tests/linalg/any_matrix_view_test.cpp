// One view of any matrix.
#include <croquis/linalg/any_matrix_view.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <vector>

using namespace croquis;

namespace {
std::int64_t rows_of(const AnyMatrixView<double>& a) { return a.rows(); }
}  // namespace

TEST_CASE("Every kind of matrix converts to it, with its shape and number of stored entries") {
  Matrix<double> dense(4, 3);
  const auto sparse = SparseMatrix<double>::from_triplets(4, 3, {{0, 1, 1.0}, {3, 2, 2.0}});
  const std::vector<std::int32_t> start = {0, 1, 1, 1, 2}, column = {1, 2};
  const std::vector<double> value = {1, 2};
  const CsrView<double, std::int32_t> csr{4, 3, start.data(), column.data(), value.data()};

  CHECK(rows_of(dense) == 4);
  CHECK(rows_of(dense.view()) == 4);
  CHECK(rows_of(MatrixView<const double>(dense)) == 4);
  CHECK(rows_of(sparse) == 4);
  CHECK(rows_of(csr) == 4);
  CHECK(rows_of(transposed(csr)) == 3);
  CHECK(rows_of(transposed(sparse.view())) == 3);

  CHECK(AnyMatrixView<double>(dense).is_dense());
  CHECK(AnyMatrixView<double>(dense).stored_entries() == 12);
  CHECK(AnyMatrixView<double>(dense).cols() == 3);
  CHECK_FALSE(AnyMatrixView<double>(csr).is_dense());
  CHECK(AnyMatrixView<double>(csr).stored_entries() == 2);
  CHECK(AnyMatrixView<double>(sparse).stored_entries() == 2);
}

TEST_CASE("Its transpose swaps the shape and keeps the memory") {
  Matrix<double> dense(4, 3);
  const AnyMatrixView<double> t = AnyMatrixView<double>(dense).transposed();
  CHECK(t.rows() == 3);
  CHECK(t.cols() == 4);
  const auto& view = std::get<MatrixView<const double>>(t.storage());
  CHECK(view.data == dense.data());
  CHECK(view.layout == Layout::row_major);

  const auto sparse = SparseMatrix<double>::from_triplets(4, 3, {{0, 1, 1.0}});
  const AnyMatrixView<double> st = AnyMatrixView<double>(sparse).transposed();
  CHECK(st.rows() == 3);
  const auto& csc = std::get<CscView<double, std::int64_t>>(st.storage());
  CHECK(csc.value == sparse.view().value);
  CHECK(std::holds_alternative<CsrView<double, std::int64_t>>(st.transposed().storage()));
}

TEST_CASE("Indices are known to be sound if a SparseMatrix holds them, and only then") {
  auto sparse = SparseMatrix<double>::from_triplets(4, 3, {{0, 1, 1.0}});
  CHECK(AnyMatrixView<double>(sparse).indices_are_known());
  CHECK(AnyMatrixView<double>(sparse).transposed().indices_are_known());
  CHECK_FALSE(AnyMatrixView<double>(sparse.view()).indices_are_known());
  CHECK_FALSE(AnyMatrixView<double>(sparse.view()).transposed().indices_are_known());
}
