// Real rank-deficient matrices: their known ranks, and the solutions of minimum norm that LAPACK finds.
#include <croquis/solvers/least_squares.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <string>

#include <croquis/linalg/read_matrix.hpp>

#include "linalg/blas.hpp"
#include "linalg/densify.hpp"
#include "tests/support/data.hpp"
#include "tests/support/lapack_reference.hpp"
#include "tests/support/random.hpp"

using namespace croquis;
using namespace croquis::test;

namespace {

double distance(const Matrix<double>& x, const Matrix<double>& y) {
  double sum = 0;
  for (std::int64_t j = 0; j < y.rows(); ++j) sum = std::hypot(sum, x(j, 0) - y(j, 0));
  return sum;
}

}  // namespace

TEST_CASE("ranks and minimum-norm solutions") {
  struct Known {
    const char* name;
    std::int64_t rank;
  };
  RandomSource random(1);
  for (const auto& [name, rank] : {Known{"Franz1", 755}, Known{"cis-n4c6-b2", 190}, Known{"rel5", 24}}) {
    CAPTURE(name);
    const auto stored = read_matrix((*data_folder() / "rank_deficient" / (std::string(name) + ".mtx.gz")).string());
    const AnyMatrixView<double> a = stored;
    REQUIRE(!a.is_dense());
    const Matrix<double> b = gaussian_matrix(a.rows(), 1, random);
    const auto fit = least_squares(a, b);
    CAPTURE(fit.message);
    CHECK(fit.status == Status::rank_deficient);
    CHECK(fit.rank == rank);
    CHECK(fit.worst_backward_error() <= 1e-15);
    const Matrix<double> dense = densify<double>(a);
    const auto by_svd = solve_by_svd<double>(dense, b, 1e-12);
    for (const auto& expected : {solve_by_pivoted_qr<double>(dense, b, 1e-12), by_svd}) {
      REQUIRE(expected.rank == rank);
      // Condition numbers over the range are below 100.
      CHECK(distance(fit.x, expected.x) <= 1e-12 * norm2(a.cols(), expected.x.data()));
    }
    const auto of_dense = least_squares(dense, b);
    CHECK(of_dense.rank == rank);
    CHECK(distance(of_dense.x, by_svd.x) <= 1e-12 * norm2(a.cols(), by_svd.x.data()));
  }
}
