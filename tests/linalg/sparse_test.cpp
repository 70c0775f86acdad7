// The owning sparse matrix and the sparse views.
#include <croquis/linalg/sparse.hpp>

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include <croquis/errors.hpp>

using namespace croquis;

namespace {

template <class T>
double entry(const CsrView<T, std::int64_t>& a, std::int64_t i, std::int64_t j) {
  double sum = 0;
  for (std::int64_t k = a.row_start[i]; k < a.row_start[i + 1]; ++k)
    if (a.column[k] == j) sum += static_cast<double>(a.value[k]);
  return sum;
}

// The message of the ShapeError that `make` throws.
template <class F>
std::string shape_error(F make) {
  try {
    make();
  } catch (const ShapeError& error) {
    return error.what();
  }
  return "no error";
}

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE_TEMPLATE("Triplets in any order become sorted rows; repeated places are added in order", T, float, double) {
  const std::vector<Triplet<T>> triplets = {{2, 1, T(4)}, {0, 3, T(1)}, {2, 0, T(2)}, {0, 3, T(8)}, {0, 1, T(-1)}};
  const auto a = SparseMatrix<T>::from_triplets(3, 4, triplets);
  CHECK(a.rows() == 3);
  CHECK(a.cols() == 4);
  CHECK(a.nonzeros() == 4);
  const auto view = a.view();
  CHECK(std::vector<std::int64_t>(view.row_start, view.row_start + 4) == std::vector<std::int64_t>{0, 2, 2, 4});
  CHECK(std::vector<std::int64_t>(view.column, view.column + 4) == std::vector<std::int64_t>{1, 3, 0, 1});
  CHECK(entry(view, 0, 3) == 9);
  CHECK(entry(view, 0, 1) == -1);
  CHECK(entry(view, 2, 0) == 2);
  CHECK(entry(view, 2, 1) == 4);
  CHECK(entry(view, 1, 1) == 0);
}

TEST_CASE("Repeated places are added in the order given") {
  // 1e16 + 1 - 1e16 is 0 in this order and 1 in another.
  const auto a = SparseMatrix<double>::from_triplets(1, 1, {{0, 0, 1e16}, {0, 0, 1.0}, {0, 0, -1e16}});
  CHECK(a.nonzeros() == 1);
  CHECK(a.view().value[0] == 0);
}

TEST_CASE("Empty matrices") {
  const SparseMatrix<double> none;
  CHECK(none.view().nonzeros() == 0);
  const auto no_entries = SparseMatrix<double>::from_triplets(3, 2, {});
  CHECK(no_entries.rows() == 3);
  CHECK(no_entries.view().nonzeros() == 0);
  CHECK(SparseMatrix<double>::from_triplets(0, 5, {}).cols() == 5);
}

TEST_CASE("The transposed view shares the arrays") {
  const auto a = SparseMatrix<double>::from_triplets(2, 3, {{0, 2, 5.0}, {1, 0, 7.0}});
  const auto t = transposed(a.view());
  CHECK(t.rows == 3);
  CHECK(t.cols == 2);
  CHECK(t.column_start == a.view().row_start);
  CHECK(t.nonzeros() == 2);
  CHECK(transposed(t).value == a.view().value);
}

TEST_CASE("A view of some rows counts their entries only") {
  const auto a = SparseMatrix<double>::from_triplets(3, 2, {{0, 0, 1.0}, {1, 0, 2.0}, {1, 1, 3.0}, {2, 1, 4.0}});
  CsrView<double, std::int64_t> last_two = a.view();
  last_two.rows = 2;
  last_two.row_start += 1;
  CHECK(last_two.nonzeros() == 3);
}

TEST_CASE("Triplets outside the matrix are refused by place and shape") {
  for (const Triplet<double>& outside :
       {Triplet<double>{3, 0, 1}, Triplet<double>{0, 2, 1}, Triplet<double>{-1, 0, 1}, Triplet<double>{0, -1, 1}}) {
    const std::string message = shape_error([&] { (void)SparseMatrix<double>::from_triplets(3, 2, {outside}); });
    CHECK(contains(message, "3 x 2"));
    CHECK(contains(message, std::to_string(outside.row) + ", " + std::to_string(outside.col) + ")"));
  }
  CHECK(contains(shape_error([] { (void)SparseMatrix<double>::from_triplets(-3, 2, {}); }), "-3 x 2"));
}

TEST_CASE("CSR arrays that do not fit are refused, and say which") {
  using M = SparseMatrix<double>;
  CHECK(contains(shape_error([] { M(2, 2, {0, 1}, {0}, {1.0}); }), "row_start has 2 entries"));
  CHECK(contains(shape_error([] { M(1, 2, {0, 2}, {0}, {1.0}); }), "from 0 to 2"));
  CHECK(contains(shape_error([] { M(1, 2, {0, 1}, {0}, {1.0, 2.0}); }), "2 values"));
  CHECK(contains(shape_error([] { M(2, 2, {0, 2, 1}, {0}, {1.0}); }), "row_start[2] = 1"));
  CHECK(contains(shape_error([] { M(1, 2, {0, 1}, {2}, {1.0}); }), "column[0] = 2 is outside [0, 2)"));
  CHECK(contains(shape_error([] { M(1, 2, {0, 1}, {-1}, {1.0}); }), "column[0] = -1"));
  CHECK(contains(shape_error([] { M(-1, 2, {}, {}, {}); }), "-1 x 2"));
}
