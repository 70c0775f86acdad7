// `croquis solve` on small files whose answers are known.
#include <algorithm>
#include <cmath>
#include <random>

#include <croquis/linalg/read_matrix.hpp>
#include <croquis/linalg/write_matrix.hpp>
#include <croquis/sketch/any_sketch.hpp>

#include "tests/support/temporary_folder.hpp"
#include "tests/tools/command.hpp"

using namespace croquis;
using namespace croquis::test;
using nlohmann::json;

namespace {

// 2000 rows of y = 3 + 2 u - v + w^2, with w^2 among the columns; exact up to the rounding of y.
std::string regression_csv() {
  std::mt19937_64 random(5);
  std::uniform_real_distribution<double> uniform(-1, 1);
  std::string text = "u,v,y,\"w squared\"\n";
  for (int i = 0; i < 2000; ++i) {
    const double u = uniform(random);
    const double v = uniform(random);
    const double w = uniform(random);
    for (const double value : {u, v, 3 + 2 * u - v + w * w, w * w}) {
      char digits[40];
      std::snprintf(digits, sizeof digits, "%.17g,", value);
      text += digits;
    }
    text.back() = '\n';
  }
  return text;
}

std::vector<double> column_of(const std::filesystem::path& path, std::int64_t column = 0) {
  const MatrixFile file = read_matrix(path);
  const auto& matrix = std::get<Matrix<double>>(file.matrix);
  std::vector<double> result;
  for (std::int64_t i = 0; i < matrix.rows(); ++i) result.push_back(matrix(i, column));
  return result;
}

// The coefficients 2, -1, 1 and 3 of the file above.
void check_coefficients(const std::vector<double>& x) {
  const std::vector<double> expected = {2, -1, 1, 3};
  REQUIRE(x.size() == expected.size());
  // The condition number is about 5 and the residual is the rounding of y: 1e-12 is a thousand roundoffs.
  for (std::size_t j = 0; j < x.size(); ++j) CHECK(std::abs(x[j] - expected[j]) < 1e-12);
}

std::vector<std::string> keys(const json& object) {
  std::vector<std::string> result;
  for (const auto& [key, value] : object.items()) result.push_back(key);
  return result;
}

}  // namespace

TEST_CASE("a target by name or index with an intercept, in each output format") {
  const TemporaryFolder folder;
  const std::string a = folder.write("a.csv", regression_csv()).string();
  for (const char* name : {"x.npy", "x.mtx", "x.csv"}) {
    for (const char* target : {"y", "2"}) {
      CAPTURE(name);
      CAPTURE(target);
      const std::string x = (folder.path() / name).string();
      const json report = solve_json({a, "--target", target, "--intercept", "-o", x});
      CHECK(report["status"] == "converged");
      CHECK(report["cols"] == 4);
      check_coefficients(column_of(x));
    }
  }
}

TEST_CASE("an intercept beside a sparse matrix") {
  const TemporaryFolder folder;
  const std::string a = folder.write("a.svm", "1 1:0\n3 1:1\n5 1:2\n7 1:3\n").string();  // y = 1 + 2 u
  const std::string x = (folder.path() / "x.csv").string();
  const json report = solve_json({a, "--intercept", "-o", x});
  CHECK(report["rows"] == 4);
  CHECK(report["cols"] == 2);
  const std::vector<double> fit = column_of(x);
  CHECK(std::abs(fit[0] - 2) < 1e-14);
  CHECK(std::abs(fit[1] - 1) < 1e-14);
}

TEST_CASE("every method and every sketch solves") {
  const TemporaryFolder folder;
  const std::string a = folder.write("a.csv", regression_csv()).string();
  const std::string x = (folder.path() / "x.npy").string();
  for (const char* method :
       {"automatic", "sketch-and-precondition", "direct", "gram-and-precondition", "cholesky-qr"}) {
    CAPTURE(method);
    (void)solve_json({a, "--target", "y", "--intercept", "-o", x, "--method", method});
    check_coefficients(column_of(x));
  }
  for (const SketchFamily each : all_sketch_families()) {
    const std::string family = to_string(each);
    CAPTURE(family);
    const json report = solve_json({a, "--target", "y", "--intercept", "-o", x, "--method", "sketch-and-precondition",
                                    "--sketch", family, "--seed", "7"});
    CHECK(report["sketch"]["family"] == family);
    CHECK(report["sketch"]["rows"] == 48);
    check_coefficients(column_of(x));
  }
  const json preview = solve_json({a, "--target", "y", "--intercept", "--method", "sketch-and-solve"});
  CHECK(preview["status"] == "preview");
}

TEST_CASE("the size, the nonzeros and the seed of the sketch are those asked for") {
  const TemporaryFolder folder;
  const std::string a = folder.write("a.csv", regression_csv()).string();
  const std::vector<std::string> base = {a, "--target", "y", "--method", "sketch-and-precondition", "--seed", "12"};
  const auto sketch_with = [&](std::vector<std::string> more) {
    more.insert(more.begin(), base.begin(), base.end());
    return solve_json(more)["sketch"];
  };
  CHECK(sketch_with({"--sketch-rows", "60"}) ==
        json{{"family", "sparse-sign"}, {"rows", 60}, {"nonzeros", 8}, {"seed", 12}});
  CHECK(sketch_with({"--sketch", "sparse-sign", "--nonzeros", "4", "--sketch-rows", "60"})["nonzeros"] == 4);
  CHECK(sketch_with({"--nonzeros", "4"})["nonzeros"] == 4);
  CHECK(sketch_with({"--sketch", "gaussian", "--sketch-rows", "50"}) ==
        json{{"family", "gaussian"}, {"rows", 50}, {"nonzeros", 50}, {"seed", 12}});
  // Asking for a sketch is asking to sketch, also where the direct method would be chosen.
  CHECK(solve_json({a, "--target", "y"})["method"] == "direct");
  for (const std::vector<std::string>& option :
       {std::vector<std::string>{"--sketch", "srht"}, {"--sketch-rows", "30"}, {"--nonzeros", "2"}})
    CHECK(solve_json({a, "--target", "y", option[0], option[1]})["method"] == "sketch-and-precondition");
}

TEST_CASE("the JSON object has the fields it promises, for one and several right-hand sides") {
  const TemporaryFolder folder;
  const std::string a = folder.write("a.csv", "1,0\n1,1\n1,2\n1,3\n").string();
  const std::string one = folder.write("one.csv", "1\n3\n5\n8\n").string();
  const std::string two = folder.write("two.csv", "1,0\n3,0\n5,1\n8,1\n").string();
  std::vector<std::string> expected = {
      "status",         "message",       "rows",          "cols",     "rhs",
      "rank",           "method",        "iterations",    "passes",   "sketch",
      "backward_error", "residual_norm", "gradient_norm", "seconds",  "condition_estimate",
      "threads",        "version",       "ridge",         "weighted", "min_norm",
      "constraints"};
  std::sort(expected.begin(), expected.end());

  const json single = solve_json({a, one, "--method", "direct"});
  CHECK(keys(single) == expected);
  CHECK(keys(single["seconds"]) ==
        std::vector<std::string>{"factor", "iterate", "predicted", "read", "sketch", "total"});
  CHECK(single["rhs"] == 1);
  CHECK(single["sketch"].is_null());
  // Residual of the line through 1, 3, 5, 8: (-.2, .1, .4, -.3) in some order of signs, of norm sqrt(.3).
  CHECK(std::abs(single["residual_norm"].get<double>() - std::sqrt(0.3)) < 1e-14);
  CHECK(single["backward_error"].get<double>() < 1e-15);

  const json several = solve_json({a, two});
  CHECK(several["rhs"] == 2);
  for (const char* field : {"backward_error", "residual_norm", "gradient_norm"}) {
    CAPTURE(field);
    CHECK(several[field].is_array());
    CHECK(several[field].size() == 2);
  }
}

TEST_CASE("several right-hand sides give the columns that each alone gives") {
  const TemporaryFolder folder;
  const std::string a = folder.write("a.csv", "1,0\n1,1\n1,2\n1,3\n").string();
  const std::string both = folder.write("both.csv", "1,4\n3,0\n5,-1\n8,1\n").string();
  const std::string x = (folder.path() / "x.npy").string();
  (void)solve_json({a, both, "-o", x});
  const std::vector<double> first = column_of(x, 0);
  const std::vector<double> second = column_of(x, 1);
  const struct {
    const char* name;
    const char* text;
    const std::vector<double>& together;
  } columns[] = {{"first.csv", "1\n3\n5\n8\n", first}, {"second.csv", "4\n0\n-1\n1\n", second}};
  for (const auto& column : columns) {
    CAPTURE(column.name);
    (void)solve_json({a, folder.write(column.name, column.text).string(), "-o", x});
    const std::vector<double> alone = column_of(x);
    for (std::size_t j = 0; j < 2; ++j) CHECK(std::abs(alone[j] - column.together[j]) < 1e-13);
  }
}

TEST_CASE("--compare adds LAPACK's time and error") {
  const TemporaryFolder folder;
  const std::string a = folder.write("a.csv", regression_csv()).string();
  const json report = solve_json({a, "--target", "y", "--compare"});
  const json& compare = report["compare"];
  CHECK(compare["method"] == "lapack-dgels");
  CHECK(compare["seconds"].get<double>() > 0);
  // Both are backward stable: errors of a few roundoffs.
  CHECK(compare["backward_error"].get<double>() < 1e-15);
  CHECK(compare["croquis_backward_error"].get<double>() < 1e-15);
  const CommandResult text = run_croquis({"solve", a, "--target", "y", "--compare"});
  CHECK(text.output.find("LAPACK dgels") != std::string::npos);
}

TEST_CASE("--compare tells a poor answer from a good one") {
  const TemporaryFolder folder;
  const std::string a = folder.write("a.csv", regression_csv()).string();
  // Without the intercept the residual is large, and a preview is off by a good part of it.
  const json report =
      solve_json({a, "--target", "y", "--compare", "--method", "sketch-and-solve", "--sketch-rows", "30"});
  CHECK(report["compare"]["croquis_backward_error"].get<double>() > 1e-6);
  CHECK(report["compare"]["backward_error"].get<double>() < 1e-15);
}

TEST_CASE("rank deficiency is solved and said") {
  const TemporaryFolder folder;
  const std::string a = folder.write("a.csv", "1,1\n2,2\n3,3\n").string();
  const std::string b = folder.write("b.csv", "2\n4\n6\n").string();
  const std::string x = (folder.path() / "x.csv").string();
  const json report = solve_json({a, b, "-o", x});
  CHECK(report["status"] == "rank_deficient");
  CHECK(report["rank"] == 1);
  for (const double entry : column_of(x)) CHECK(std::abs(entry - 1) < 1e-14);
}

TEST_CASE("text: a summary, names of coefficients, and silence when asked for") {
  const TemporaryFolder folder;
  const std::string a = folder.write("a.csv", regression_csv()).string();
  const CommandResult text = run_croquis({"solve", a, "--target", "y", "--intercept"});
  CHECK(text.status == 0);
  for (const char* part :
       {"converged", "2000 x 4 dense", "rank", "4 of 4", "backward error", "w squared", "(intercept)"})
    CHECK_MESSAGE(text.output.find(part) != std::string::npos, part);
  CHECK(text.errors.empty());
  const CommandResult quiet = run_croquis({"solve", a, "--target", "y", "--quiet"});
  CHECK(quiet.status == 0);
  CHECK(quiet.output.empty());
  CHECK(quiet.errors.empty());
}

TEST_CASE("formats that are forced") {
  const TemporaryFolder folder;
  const std::string a = folder.write("a.txt", "1\n2\n3\n").string();
  const std::string b = folder.write("b.csv", "1\n2\n3\n").string();
  CHECK(solve_json({a, b, "--format", "csv"})["cols"] == 1);
  CHECK(solve_json({a, "--format", "svmlight"})["cols"] == 0);
  CHECK(solve_json({a, b, "--format", "npy"}, 2)["status"] == "error");
}

TEST_CASE("info says what the command runs on") {
  const CommandResult text = run_croquis({"info"});
  CHECK(text.status == 0);
  CHECK(text.output.find("BLAS kernel") != std::string::npos);
  const json object = json_output(run_croquis({"info", "--json"}));
  std::vector<std::string> expected = {"version",      "blas",        "blas_kernel", "blas_threads", "task_backend",
                                       "task_threads", "simd_target", "fftw",        "suitesparse"};
  std::sort(expected.begin(), expected.end());
  CHECK(keys(object) == expected);
  CHECK(run_croquis({"--version"}).output == object["version"].get<std::string>() + "\n");
}

TEST_CASE("help lists the exit codes") {
  for (const std::vector<std::string>& words : {std::vector<std::string>{"--help"}, {"solve", "--help"}}) {
    const CommandResult help = run_croquis(words);
    CHECK(help.status == 0);
    CHECK(help.output.find("3  not solved") != std::string::npos);
  }
}
