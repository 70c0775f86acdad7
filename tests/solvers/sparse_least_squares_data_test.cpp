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
    const auto expected = solve_by_pivoted_qr<double>(densify<double>(a), b, 1e-12);
    REQUIRE(expected.rank == rank);
    double difference = 0;
    for (std::int64_t j = 0; j < a.cols(); ++j) difference = std::hypot(difference, fit.x(j, 0) - expected.x(j, 0));
    // Condition numbers over the range are below 100.
    CHECK(difference <= 1e-12 * norm2(a.cols(), expected.x.data()));
  }
}
