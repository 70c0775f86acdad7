// Mistakes in the arguments: each throws one readable line and leaves the output as it was.
#include <doctest/doctest.h>

#include <functional>
#include <string>

#include <croquis/errors.hpp>

#include "tests/sketch/sketch_support.hpp"

using namespace croquis;

namespace {

constexpr double untouched = 123;

struct Output {
  Matrix<double> memory;
  Output(std::int64_t rows, std::int64_t cols) : memory(rows, cols) {
    for (double& x : memory.entries()) x = untouched;
  }
  bool unchanged() const {
    for (const double x : memory.entries())
      if (x != untouched) return false;
    return true;
  }
};

template <class Expected>
void check_refused(Output& out, const std::string& part_of_message, const std::function<void()>& call) {
  CAPTURE(part_of_message);
  try {
    call();
    FAIL_CHECK("nothing was thrown");
  } catch (const Expected& error) {
    const std::string message = error.what();
    CAPTURE(message);
    CHECK(message.find(part_of_message) != std::string::npos);
    CHECK(message.find('\n') == std::string::npos);
  }
  CHECK(out.unchanged());
}

}  // namespace

TEST_CASE("shapes that do not fit are refused") {
  const Matrix<double> a(10, 4);
  for (const AnySketch& s : test::sketches_of_shape(3, 10, 1)) {
    CAPTURE(to_string(s));
    Output out(3, 4);
    Output wrong(4, 4);
    const Matrix<double> short_a(9, 4);
    check_refused<ShapeError>(out, "A is 9 x 4 but S is 3 x 10", [&] { apply(s, short_a, out.memory.view()); });
    check_refused<ShapeError>(wrong, "out is 4 x 4 but must be 3 x 4", [&] { apply(s, a, wrong.memory.view()); });
    check_refused<ShapeError>(out, "A_block is 10 x 4 from row 1", [&] { accumulate(s, 1, a, out.memory.view()); });
    check_refused<ShapeError>(out, "from row -1", [&] { accumulate(s, -1, short_a, out.memory.view()); });
    check_refused<ShapeError>(out, "from row 11", [&] { accumulate(s, 11, Matrix<double>(0, 4), out.memory.view()); });
    check_refused<ShapeError>(wrong, "out is 4 x 4", [&] { accumulate(s, 0, a, wrong.memory.view()); });
    check_refused<ShapeError>(out, "as many columns as S", [&] { apply_right(a, s, out.memory.view()); });
    check_refused<ShapeError>(wrong, "out is 4 x 4 but must be 4 x 3",
                              [&] { apply_right(a.view().transposed(), s, wrong.memory.view()); });
    check_refused<ShapeError>(out, "block from (1, 0)", [&] { fill(s, out.memory.view(), 1, 0); });
    check_refused<ShapeError>(out, "block from (0, 7)", [&] { fill(s, out.memory.view(), 0, 7); });
    check_refused<ShapeError>(out, "block from (0, -1)", [&] { fill(s, out.memory.view(), 0, -1); });
    CHECK_THROWS_AS(s * AnyMatrixView<double>(short_a), ShapeError);
  }
}

TEST_CASE("views and sparse arrays that are not well formed are refused") {
  const Gaussian s{.rows = 3, .cols = 10};
  Output out(3, 4);
  const Matrix<double> a(10, 4);
  MatrixView<double> bad_out = out.memory.view();
  bad_out.leading_dimension = 2;
  check_refused<ShapeError>(out, "out: leading dimension 2", [&] { apply(s, a, bad_out); });
  MatrixView<const double> bad_a = a.view();
  bad_a.data = nullptr;
  check_refused<ShapeError>(out, "A: data is null", [&] { apply(s, bad_a, out.memory.view()); });
  const std::vector<std::int32_t> start = {0, 1, 1, 1, 1};
  const std::vector<std::int32_t> row = {10};
  const std::vector<double> value = {1};
  check_refused<ShapeError>(out, "row[0] = 10 is outside [0, 10)", [&] {
    apply(s, CscView<double>{10, 4, start.data(), row.data(), value.data()}, out.memory.view());
  });
}

TEST_CASE("operators that are none are refused, naming the field and its range") {
  const Matrix<double> a(10, 4);
  Output out(3, 4);
  const auto refused = [&](const AnySketch& s, const std::string& message) {
    check_refused<InvalidOption>(out, message, [&] { apply(s, a, out.memory.view()); });
    check_refused<InvalidOption>(out, message, [&] { accumulate(s, 0, a, out.memory.view()); });
    check_refused<InvalidOption>(out, message, [&] { apply_right(a, s, out.memory.view()); });
    check_refused<InvalidOption>(out, message, [&] { fill(s, out.memory.view()); });
    CHECK_THROWS_AS(s * AnyMatrixView<double>(a), InvalidOption);
  };
  refused(Gaussian{.rows = 0, .cols = 10}, "Gaussian::rows = 0 is outside [1, ");
  refused(Gaussian{.rows = 3, .cols = -10}, "Gaussian::cols = -10 is outside [0, ");
  refused(Rademacher{.rows = 0, .cols = 10}, "Rademacher::rows = 0 is outside [1, ");
  refused(Rademacher{.rows = 3, .cols = -10}, "Rademacher::cols = -10 is outside [0, ");
  refused(Uniform{.rows = 0, .cols = 10}, "Uniform::rows = 0 is outside [1, ");
  refused(Uniform{.rows = 3, .cols = -10}, "Uniform::cols = -10 is outside [0, ");
  refused(SparseSign{.rows = 3, .cols = 10, .nonzeros = 4}, "SparseSign::nonzeros = 4 is outside [1, 3]");
  refused(SparseSign{.rows = 3, .cols = 10, .nonzeros = 0}, "SparseSign::nonzeros = 0");
  refused(SparseSign{.rows = std::int64_t{1} << 31, .cols = 10, .nonzeros = 1}, "SparseSign::rows");
  refused(Srht{.rows = 17, .cols = 10}, "Srht::rows = 17 is outside [1, 16]");
  refused(HashedRht{.rows = 3, .cols = 10, .nonzeros = 4}, "HashedRht::nonzeros = 4 is outside [1, 3]");
  refused(HashedRht{.rows = 0, .cols = 10}, "HashedRht::rows = 0 is outside [1, ");
  refused(HashedRht{.rows = 3, .cols = -1}, "HashedRht::cols = -1");
  refused(Srtt{.rows = 11, .cols = 10}, "Srtt::rows = 11 is outside [1, 10]");
  refused(Srtt{.rows = 1, .cols = 0}, "Srtt::cols = 0");
}
