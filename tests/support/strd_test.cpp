// The reader of NIST's data sets: certified coefficients solve the problems that are read.
#include "tests/support/strd.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <stdexcept>

#include "linalg/blas.hpp"
#include "tests/support/data.hpp"

using namespace croquis;
using namespace croquis::test;

TEST_CASE("The certified coefficients leave the certified residual") {
  int count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(*data_folder() / "strd_linear")) {
    const StrdProblem problem = read_strd(entry.path());
    CAPTURE(problem.name);
    ++count;
    const std::int64_t rows = problem.design.rows();
    const std::int64_t cols = problem.design.cols();
    long double square = 0, response_square = 0;
    for (std::int64_t i = 0; i < rows; ++i) {
      long double r = problem.response(i, 0);
      response_square += r * r;
      for (std::int64_t j = 0; j < cols; ++j)
        r -= static_cast<long double>(problem.design(i, j)) * problem.coefficients[j];
      square += r * r;
    }
    const double deviation = static_cast<double>(std::sqrt(square / (rows - cols)));
    // Coefficients of 15 digits and powers rounded to double perturb the fit by up to k * 1e-15 of the response, most
    // in Filip, whose terms cancel seven digits.
    CHECK(std::abs(deviation - problem.residual_standard_deviation) <
          1e-6 * problem.residual_standard_deviation + 1e-7 * static_cast<double>(std::sqrt(response_square)));
  }
  CHECK(count == 11);
}

TEST_CASE("Models: several predictors, polynomial, no intercept") {
  const auto folder = *data_folder() / "strd_linear";
  const StrdProblem longley = read_strd(folder / "Longley.dat");
  CHECK(longley.design.rows() == 16);
  CHECK(longley.design.cols() == 7);
  CHECK(longley.design(0, 0) == 1);
  CHECK(longley.design(0, 1) == 83.0);
  CHECK(longley.design(15, 6) == 1962);
  CHECK(longley.response(15, 0) == 70551);
  CHECK(longley.coefficients[0] == -3482258.63459582);
  const StrdProblem filip = read_strd(folder / "Filip.dat");
  CHECK(filip.design.rows() == 82);
  CHECK(filip.design.cols() == 11);
  CHECK(filip.design(0, 2) == doctest::Approx(6.860120914 * 6.860120914));
  const StrdProblem no_intercept = read_strd(folder / "NoInt1.dat");
  CHECK(no_intercept.design.cols() == 1);
  CHECK(no_intercept.design(0, 0) == 60);
  const StrdProblem twice = stacked(no_intercept, 3);
  CHECK(twice.design.rows() == 33);
  CHECK(twice.design(11, 0) == 60);
  CHECK(twice.response(32, 0) == no_intercept.response(10, 0));
}

TEST_CASE("A file in another format is refused by name") {
  CHECK_THROWS_AS(read_strd("no_such_file.dat"), std::runtime_error);
  CHECK_THROWS_AS(read_strd(*data_folder() / "MANIFEST.md"), std::runtime_error);
}
