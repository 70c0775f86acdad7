// `croquis spectrum`: singular values and eigenvalues that are known, JSON, CSV, the plot, and what is refused.
#include <algorithm>
#include <cmath>
#include <cstdlib>

#include <croquis/linalg/write_matrix.hpp>

#include "tests/support/temporary_folder.hpp"
#include "tests/tools/command.hpp"

using namespace croquis;
using namespace croquis::test;
using nlohmann::json;

namespace {

// A(i, j) is 0.9^j at (j, j) and 0.9^j again at (j + 40, j): singular values sqrt(2) 0.9^j.
struct Scene : CommandScene {
  std::string a = path("a.npy");
  std::string s = path("s.mtx");

  Scene() : CommandScene{"spectrum"} {
    Matrix<double> tall(80, 40);
    for (std::int64_t j = 0; j < 40; ++j) tall(j, j) = tall(j + 40, j) = std::pow(0.9, static_cast<double>(j));
    write_matrix(a, tall);
    // Eigenvalues -3 and 1 - j / 60 for j = 1, ..., 59.
    Matrix<double> symmetric(60, 60);
    for (std::int64_t j = 0; j < 60; ++j) symmetric(j, j) = j == 0 ? -3 : 1 - static_cast<double>(j) / 60;
    write_matrix(s, symmetric);
  }
};

bool holds(const json& estimate, double value) {
  return estimate["low"].get<double>() <= value + 1e-9 && value <= estimate["high"].get<double>() + 1e-9;
}

}  // namespace

TEST_CASE_FIXTURE(Scene, "singular values: the largest, the norm, counts, effective dimension; tall and wide") {
  Matrix<double> wide(40, 80);
  for (std::int64_t j = 0; j < 40; ++j) wide(j, j) = wide(j, j + 40) = std::pow(0.9, static_cast<double>(j));
  write_matrix(path("wide.npy"), wide);
  for (const std::string& file : {a, path("wide.npy")}) {
    const json report = run_json({file, "--top", "4", "--threshold", "0.1", "--ridge", "0.5"});
    CHECK(report["status"] == "converged");
    CHECK(report["values"] == "singular values");
    REQUIRE(report["top"].size() == 4);
    double squares = 0, dimension = 0;
    for (int j = 0; j < 40; ++j) {
      const double sigma = std::sqrt(2) * std::pow(0.9, j);
      squares += sigma * sigma;
      dimension += sigma * sigma / (sigma * sigma + 0.5);
      if (j >= 4) continue;
      const json& top = report["top"][static_cast<std::size_t>(j)];
      CHECK(std::abs(top["value"].get<double>() - sigma) <= top["error_bound"].get<double>());
      CHECK(top["error_bound"].get<double>() < 1e-12);
    }
    // As many products as there are columns: exact.
    CHECK(report["frobenius_norm"]["value"].get<double>() == doctest::Approx(std::sqrt(squares)).epsilon(1e-12));
    CHECK(holds(report["above"], 22));  // 0.9^21 = 0.109, 0.9^22 = 0.098
    CHECK(holds(report["effective_dimension"], dimension));
    CHECK(report["logarithmic"] == false);
    const json& points = report["points"];
    CHECK(points.size() == 240);
    for (const json& point : {points[60], points[200]}) {
      double at_least = 0;
      for (int j = 0; j < 40; ++j) at_least += std::sqrt(2) * std::pow(0.9, j) >= point["x"].get<double>();
      CHECK(holds(point["at_least"], at_least));
    }
  }
}

TEST_CASE_FIXTURE(Scene, "eigenvalues of a symmetric matrix, from either end") {
  const json largest = run_json({s, "--symmetric", "--top", "2"});
  CHECK(largest["values"] == "eigenvalues");
  CHECK(largest["top"][0]["value"].get<double>() == doctest::Approx(59. / 60).epsilon(1e-12));
  CHECK(largest["trace"]["value"].get<double>() == doctest::Approx(59 - 59. / 2 - 3).epsilon(1e-12));
  const json smallest = run_json({s, "--symmetric", "--top", "1", "--which", "smallest"});
  CHECK(smallest["top"][0]["value"].get<double>() == doctest::Approx(-3).epsilon(1e-12));
  const json both = run_json({s, "--symmetric", "--top", "2", "--which", "largest-magnitude", "--threshold", "0.2"});
  CHECK(both["top"][1]["value"].get<double>() == doctest::Approx(59. / 60).epsilon(1e-12));
  CHECK(holds(both["above"], 24));  // 1 - j / 60 > 0.6 for j = 1, ..., 23, and -3
  write_matrix(path("zero.npy"), Matrix<double>(5, 5));
  CHECK(run_json({path("zero.npy"), "--symmetric"})["above"]["high"] == 0);
}

TEST_CASE_FIXTURE(Scene, "text, CSV, the plot, threads, and silence when asked for") {
  const CommandResult text = run_croquis({"spectrum", a});
  CHECK(text.status == 0);
  CHECK(text.errors.empty());
  for (const char* part : {"a.npy, 80 x 40 dense", "largest singular values", "1.41421356237", "Frobenius norm",
                           "above 0.001 max", "products"})
    CHECK_MESSAGE(contains(text.output, part), part);
  json one = run_json({a, "--threads", "1", "--csv", path("points.csv")});
  json two = run_json({a, "--threads", "2"});
  for (json* each : {&one, &two}) {
    each->erase("seconds");
    each->erase("threads");
  }
  CHECK(one == two);
  const std::string csv = file_bytes(path("points.csv"));
  CHECK(std::count(csv.begin(), csv.end(), '\n') == 241);
  CHECK(csv.rfind("x,density,at_least,at_least_low,at_least_high\n", 0) == 0);
  CHECK(run_croquis({"spectrum", a, "--quiet"}).output.empty());
  if (std::system("command -v gnuplot > /dev/null 2>&1") != 0) return;
  (void)run_json({a, "--plot", path("plot.svg")});
  const std::string svg = file_bytes(path("plot.svg"));
  CHECK(contains(svg, "</svg>"));
  for (const char* part : {"a.npy, 80 x 40 dense", "Density", "computed"}) CHECK_MESSAGE(contains(svg, part), part);
  CHECK(contains(failure({a, "--plot", path("plot.pdf")}, 1), "must end in .svg or .png"));
}

TEST_CASE_FIXTURE(Scene, "singular values over orders of magnitude are drawn by their logarithms") {
  Matrix<double> graded(30, 30);
  for (std::int64_t j = 0; j < 30; ++j) graded(j, j) = std::pow(10, -0.1 * static_cast<double>(j));
  write_matrix(path("graded.npy"), graded);
  const json report = run_json({path("graded.npy"), "--vectors", "20"});
  CHECK(report["logarithmic"] == true);
  double integral = 0;
  const json& points = report["points"];
  for (std::size_t k = 0; k + 1 < points.size(); ++k)
    integral +=
        points[k]["density"].get<double>() * std::log(points[k + 1]["x"].get<double>() / points[k]["x"].get<double>());
  // The smoothing reaches beyond the picture.
  CHECK(integral == doctest::Approx(1).epsilon(0.1));
}

TEST_CASE_FIXTURE(Scene, "what is refused: usage 1, files 2, NaN 3") {
  CHECK(contains(failure({}, 1), "A is required"));
  CHECK(contains(failure({a, "--top", "41"}, 1), "--top is 41"));
  CHECK(contains(failure({a, "--symmetric"}, 1), "80 x 40"));
  CHECK(contains(failure({a, "--which", "smallest"}, 1), "--symmetric only"));
  CHECK(contains(failure({a, "--threshold", "1"}, 1), "--threshold is 1"));
  CHECK(contains(failure({a, "--ridge", "0"}, 1), "--ridge is 0"));
  CHECK(contains(failure({a, "--tolerance", "2"}, 1), "tolerance is 2"));
  CHECK(contains(failure({a, "--vectors", "0"}, 1), "vectors is 0"));
  CHECK(contains(failure({a, "--trace-products", "0"}, 1), "--trace-products is 0"));
  for (const char* size : {"1e-200", "1e-160", "1e200"}) {
    const std::string far = folder.write("far.csv", std::string(size) + ",0\n0," + size + "\n").string();
    CHECK(contains(failure({far}, 1), "out of range"));
    CHECK(run_croquis({"spectrum", far, "--symmetric", "--quiet"}).status == 0);
  }
  CHECK(contains(failure({a, "--csv", a}, 1), "would overwrite the input"));
  CHECK(contains(failure({folder.write("skew.csv", "1,2\n0,1\n").string(), "--symmetric"}, 1), "not symmetric"));
  CHECK(contains(failure({path("none.npy")}, 2), "none.npy"));
  const std::string bad = folder.write("bad.csv", "1,2\n3,nan\n5,6\n").string();
  const CommandResult result = run_croquis({"spectrum", bad, "--json", "--csv", path("table.csv")});
  CHECK(result.status == 3);
  CHECK(json_output(result)["status"] == "non_finite_input");
  CHECK(contains(result.errors, "not finite"));
  CHECK_FALSE(std::filesystem::exists(path("table.csv")));
}
