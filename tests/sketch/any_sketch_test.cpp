#include <doctest/doctest.h>

#include <algorithm>

#include <croquis/errors.hpp>
#include <croquis/sketch/any_sketch.hpp>

using namespace croquis;

TEST_CASE("every operator converts to AnySketch and keeps what it is") {
  const AnySketch gaussian = Gaussian{.rows = 3, .cols = 7, .seed = 9};
  CHECK(gaussian.rows() == 3);
  CHECK(gaussian.cols() == 7);
  CHECK(gaussian.seed() == 9);
  CHECK(gaussian.nonzeros() == 3);
  CHECK(gaussian.family() == SketchFamily::gaussian);
  CHECK(AnySketch(Rademacher{.rows = 3, .cols = 7}).family() == SketchFamily::rademacher);
  CHECK(AnySketch(Uniform{.rows = 3, .cols = 7}).family() == SketchFamily::uniform);
  CHECK(AnySketch(SparseSign{.rows = 30, .cols = 7}).nonzeros() == 8);
  CHECK(AnySketch(SparseSign{.rows = 30, .cols = 7}).family() == SketchFamily::sparse_sign);
  CHECK(AnySketch(CountSketch{.rows = 30, .cols = 7}).nonzeros() == 1);
  CHECK(AnySketch(CountSketch{.rows = 30, .cols = 7}).family() == SketchFamily::count_sketch);
  CHECK(AnySketch(Srht{.rows = 4, .cols = 7}).family() == SketchFamily::srht);
  CHECK(AnySketch(Srtt{.rows = 4, .cols = 7}).family() == SketchFamily::srtt);
  CHECK(AnySketch(HashedRht{.rows = 4, .cols = 7}).family() == SketchFamily::hashed_rht);
  CHECK(AnySketch(HashedRht{.rows = 4, .cols = 7}).nonzeros() == 4);
}

TEST_CASE("equality is that of the operators; a CountSketch is the SparseSign of one nonzero") {
  CHECK(AnySketch(CountSketch{.rows = 3, .cols = 7, .seed = 1}) ==
        AnySketch(SparseSign{.rows = 3, .cols = 7, .nonzeros = 1, .seed = 1}));
  CHECK_FALSE(AnySketch(Gaussian{.rows = 3, .cols = 7, .seed = 1}) == AnySketch(Gaussian{.rows = 3, .cols = 7}));
  CHECK_FALSE(AnySketch(Gaussian{.rows = 3, .cols = 7}) == AnySketch(Srht{.rows = 3, .cols = 7}));
}

TEST_CASE("an operator prints as it is written") {
  CHECK(to_string(AnySketch(SparseSign{.rows = 2000, .cols = 100000, .seed = 42})) ==
        "SparseSign{rows=2000, cols=100000, nonzeros=8, seed=42}");
  CHECK(to_string(AnySketch(Gaussian{.rows = 2, .cols = 3, .seed = 1})) == "Gaussian{rows=2, cols=3, seed=1}");
  CHECK(to_string(AnySketch(Rademacher{.rows = 2, .cols = 3, .seed = 1})) == "Rademacher{rows=2, cols=3, seed=1}");
  CHECK(to_string(AnySketch(Uniform{.rows = 2, .cols = 3, .seed = 1})) == "Uniform{rows=2, cols=3, seed=1}");
  CHECK(to_string(AnySketch(Srht{.rows = 2, .cols = 3})) == "Srht{rows=2, cols=3, seed=0}");
  CHECK(to_string(AnySketch(Srtt{.rows = 2, .cols = 3, .transform = TrigonometricTransform::hartley})) ==
        "Srtt{rows=2, cols=3, transform=hartley, seed=0}");
  CHECK(to_string(AnySketch(HashedRht{.rows = 2, .cols = 3})) == "HashedRht{rows=2, cols=3, nonzeros=1, seed=0}");
}

TEST_CASE("families have the names users know them by") {
  CHECK(to_string(SketchFamily::gaussian) == "gaussian");
  CHECK(to_string(SketchFamily::rademacher) == "rademacher");
  CHECK(to_string(SketchFamily::uniform) == "uniform");
  CHECK(to_string(SketchFamily::sparse_sign) == "sparse-sign");
  CHECK(to_string(SketchFamily::count_sketch) == "count-sketch");
  CHECK(to_string(SketchFamily::srht) == "srht");
  CHECK(to_string(SketchFamily::srtt) == "srtt");
  CHECK(to_string(SketchFamily::hashed_rht) == "hashed-rht");
  CHECK(to_string(SketchFamily::row_sampling) == "row-sampling");
}

TEST_CASE("the list of families is complete, in order, and names find them") {
  const std::span<const SketchFamily> families = all_sketch_families();
  REQUIRE(families.size() >= (has_trigonometric_transforms() ? 6u : 5u));
  CHECK(families.front() == SketchFamily::gaussian);
  CHECK(std::is_sorted(families.begin(), families.end()));
  for (const SketchFamily family : families) {
    CAPTURE(to_string(family));
    CHECK(sketch_family_named(to_string(family)) == family);
    CHECK(make_sketch(family, 4, 7, 5).family() == family);
  }
  CHECK(sketch_family_named("srtt") == SketchFamily::srtt);
  for (const char* name : {"", "Gaussian", "automatic", "gaussian "}) CHECK(!sketch_family_named(name));
}

TEST_CASE("the most rows of a family are accepted and one more is not") {
  for (const SketchFamily family : all_sketch_families()) {
    CAPTURE(to_string(family));
    for (const std::int64_t cols : {1, 7, 8, 9}) {
      const std::int64_t most = most_sketch_rows(family, cols);
      CHECK(make_sketch(family, most, cols, 5).rows() == most);
      CHECK_THROWS_AS(make_sketch(family, most + 1, cols, 5), InvalidOption);
    }
  }
  CHECK(most_sketch_rows(SketchFamily::srht, 9) == 16);
  CHECK(most_sketch_rows(SketchFamily::srtt, 9) == 9);
}

TEST_CASE("make_sketch makes the family's operator or refuses the shape") {
  CHECK(make_sketch(SketchFamily::gaussian, 3, 7, 5) == AnySketch(Gaussian{.rows = 3, .cols = 7, .seed = 5}));
  CHECK(make_sketch(SketchFamily::rademacher, 3, 7, 5) == AnySketch(Rademacher{.rows = 3, .cols = 7, .seed = 5}));
  CHECK(make_sketch(SketchFamily::uniform, 3, 7, 5) == AnySketch(Uniform{.rows = 3, .cols = 7, .seed = 5}));
  CHECK(make_sketch(SketchFamily::sparse_sign, 30, 7, 5) == AnySketch(SparseSign{.rows = 30, .cols = 7, .seed = 5}));
  CHECK(make_sketch(SketchFamily::sparse_sign, 3, 7, 5).nonzeros() == 3);
  CHECK(make_sketch(SketchFamily::count_sketch, 3, 7, 5) == AnySketch(CountSketch{.rows = 3, .cols = 7, .seed = 5}));
  CHECK(make_sketch(SketchFamily::srht, 8, 7, 5) == AnySketch(Srht{.rows = 8, .cols = 7, .seed = 5}));
  CHECK(make_sketch(SketchFamily::hashed_rht, 8, 7, 5) == AnySketch(HashedRht{.rows = 8, .cols = 7, .seed = 5}));
  CHECK_THROWS_AS(make_sketch(SketchFamily::srht, 9, 7, 5), InvalidOption);
  CHECK_THROWS_AS(make_sketch(SketchFamily::srtt, 8, 7, 5), InvalidOption);
  for (const SketchFamily family : all_sketch_families()) {
    CHECK_THROWS_AS(make_sketch(family, 0, 7, 5), InvalidOption);
    CHECK_THROWS_AS(make_sketch(family, -1, 7, 5), InvalidOption);
    CHECK_THROWS_AS(make_sketch(family, 1, -1, 5), InvalidOption);
  }
}
