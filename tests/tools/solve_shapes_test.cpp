// `croquis solve` with a ridge, weights, constraints and more columns than rows.
#include <cmath>

#include <croquis/linalg/read_matrix.hpp>

#include "tests/support/temporary_folder.hpp"
#include "tests/tools/command.hpp"

using namespace croquis;
using namespace croquis::test;
using nlohmann::json;

namespace {

struct Scene : CommandScene {
  Scene() : CommandScene{"solve"} {}
  std::string a = folder.write("a.csv", "u,v\n1,0\n1,1\n1,2\n1,4\n").string();
  std::string b = folder.write("b.csv", "1\n3\n5\n8\n").string();
  std::string x = path("x.csv");

  std::vector<double> solution(std::vector<std::string> arguments, json* report = nullptr) const {
    arguments.insert(arguments.end(), {"-o", x});
    const json object = solve_json(arguments);
    if (report != nullptr) *report = object;
    const MatrixFile file = read_matrix(x);
    const auto entries = std::get<Matrix<double>>(file.matrix).entries();
    return {entries.begin(), entries.end()};
  }
};

void check(const std::vector<double>& x, const std::vector<double>& expected) {
  REQUIRE(x.size() == expected.size());
  for (std::size_t j = 0; j < x.size(); ++j) CHECK(x[j] == doctest::Approx(expected[j]).epsilon(1e-13));
}

}  // namespace

TEST_CASE_FIXTURE(Scene, "A ridge: the normal equations by hand") {
  json report;
  // [4 + 1, 7; 7, 21 + 1] x = [17; 45]
  check(solution({a, b, "--ridge", "1"}, &report), {59.0 / 61, 106.0 / 61});
  CHECK(report["ridge"] == 1);
  CHECK(contains(failure({a, b, "--ridge", "-1"}, 1), "ridge"));
}

TEST_CASE_FIXTURE(Scene, "Weights from a file, and from a column that is taken out of A") {
  const std::string weights = folder.write("w.csv", "1\n1\n0\n0\n").string();
  json report;
  // Through (0, 1) and (1, 3) alone.
  check(solution({a, b, "--weights", weights}, &report), {1, 2});
  CHECK(report["weighted"] == true);
  const std::string with_column = folder.write("aw.csv", "u,weight,v\n1,1,0\n1,1,1\n1,0,2\n1,0,4\n").string();
  check(solution({with_column, b, "--weights", "weight"}, &report), {1, 2});
  CHECK(report["cols"] == 2);
  check(solution({with_column, b, "--weights", "1"}), {1, 2});
  // A file of the column's name does not hide it: through (0, 1) and (2, 5).
  const std::string both = folder.write("both.csv", "u," + weights + ",v\n1,1,0\n1,0,1\n1,1,2\n1,0,4\n").string();
  check(solution({both, b, "--weights", weights}), {1, 2});
  CHECK(contains(failure({a, b, "--weights", "nothing"}, 2),
                 "--weights nothing: is neither a file of weights nor a column"));
  const std::string few = folder.write("few.csv", "1\n1\n").string();
  CHECK(contains(failure({a, b, "--weights", few}, 2), "is 2 x 1"));
  const std::string negative = folder.write("negative.csv", "1\n1\n-3\n0\n").string();
  CHECK(contains(failure({a, b, "--weights", negative}, 2), "the weight of row 2 is -3"));
}

TEST_CASE_FIXTURE(Scene, "More columns than rows, when that is asked for") {
  const std::string wide = folder.write("wide.csv", "1,1,0,0\n0,0,3,4\n").string();
  const std::string two = folder.write("two.csv", "2\n25\n").string();
  json report;
  check(solution({wide, two, "--min-norm"}, &report), {1, 1, 3, 4});
  CHECK(report["min_norm"] == true);
  CHECK(report["rank"] == 2);
  CHECK(contains(failure({wide, two}, 1), "--min-norm"));
  check(solution({wide, two, "--ridge", "1"}), {2.0 / 3, 2.0 / 3, 75.0 / 26, 100.0 / 26});
}

TEST_CASE_FIXTURE(Scene, "Constraints") {
  const std::string c = folder.write("c.csv", "1,1\n").string();
  const std::string d = folder.write("d.csv", "3\n").string();
  json report;
  // x = (3 - t, t): min sum (b - 3 - t (v - 1))^2, t = 19 / 11.
  const std::vector<double> x = solution({a, b, "--constraints", c, d}, &report);
  check(x, {3 - 19.0 / 11, 19.0 / 11});
  CHECK(report["constraints"] == 1);
  CHECK(contains(failure({a, b, "--constraints", c}, 1), "--constraints"));
  CHECK(contains(failure({a, b, "--constraints", d, d}, 2), "C needs a column"));
  CHECK(contains(failure({a, b, "--constraints", c, b}, 2), "must be 1 x 1"));
  CHECK(contains(failure({a, b, "--constraints", c, "missing.csv"}, 2), "missing.csv"));
  const std::string twice = folder.write("twice.csv", "1,1\n1,1\n").string();
  const std::string apart = folder.write("apart.csv", "3\n4\n").string();
  CHECK(run_croquis({"solve", a, b, "--constraints", twice, apart}).status == 3);
  CHECK(solve_json({a, b, "--constraints", twice, apart}, 3)["status"] == "inconsistent_constraints");
  CHECK(contains(failure({a, b, "--constraints", c, d, "--compare"}, 1), "--compare"));
}
