// `croquis profile`: the table, the JSON object, the CSV file, the plot, and what is refused.
#include <algorithm>
#include <cstdlib>
#include <sstream>

#include <croquis/linalg/write_matrix.hpp>
#include <croquis/sketch/apply.hpp>

#include "tests/support/temporary_folder.hpp"
#include "tests/tools/command.hpp"

using namespace croquis;
using namespace croquis::test;
using nlohmann::json;

namespace {

bool has_gnuplot() { return std::system("command -v gnuplot > /dev/null 2>&1") == 0; }

struct Scene : CommandScene {
  std::string a = path("a.npy");
  std::string b = path("b.npy");
  std::vector<std::string> quick = {"--sketch", "sparse-sign,srht", "--ratio", "2,4", "--seeds", "3", "--solves", "1"};

  Scene() : CommandScene{"profile"} {
    Matrix<double> matrix(200, 10);
    fill(Gaussian{.rows = 200, .cols = 10, .seed = 5}, matrix);
    write_matrix(a, matrix);
    write_matrix(b, matrix.view().block(0, 3, 200, 1));
  }
  std::vector<std::string> command(std::vector<std::string> more) const {
    std::vector<std::string> result = {"profile"};
    result.insert(result.end(), more.begin(), more.end());
    result.insert(result.end(), quick.begin(), quick.end());
    return result;
  }
  json profile(std::vector<std::string> more) const {
    std::vector<std::string> words = command(std::move(more));
    words.push_back("--json");
    const CommandResult result = run_croquis(words);
    CHECK_MESSAGE(result.status == 0, result.output, result.errors);
    return json_output(result);
  }
};

std::vector<std::string> keys(const json& object) {
  std::vector<std::string> result;
  for (const auto& [key, value] : object.items()) result.push_back(key);
  std::sort(result.begin(), result.end());
  return result;
}
using Names = std::vector<std::string>;

std::vector<std::string> split(const std::string& line, char separator) {
  std::vector<std::string> fields;
  std::istringstream stream(line);
  for (std::string field; std::getline(stream, field, separator);) fields.push_back(field);
  return fields;
}

void remove_seconds(json& report) {
  report.erase("seconds");
  report.erase("recommended");
  report.erase("threads");
  for (json& size : report["sizes"]) {
    for (const char* kind : {"predicted", "measured"})
      for (const char* phase : {"sketch", "factor", "iterate", "total"}) size[kind].erase(phase);
  }
}

}  // namespace

TEST_CASE_FIXTURE(Scene, "the JSON object has the fields it promises") {
  const json report = profile({a});
  CHECK(keys(report) == Names{"cols", "distortion", "message", "rank", "recommended", "rows", "seconds", "seeds",
                              "sizes", "status", "threads", "version"});
  CHECK(report["status"] == "converged");
  CHECK(report["rows"] == 200);
  CHECK(report["cols"] == 10);
  CHECK(report["rank"] == 10);
  CHECK(report["seeds"] == 3);
  REQUIRE(report["sizes"].size() == 4);
  const json& size = report["sizes"][1];
  CHECK(keys(size) == Names{"condition", "distortion", "family", "measured", "nonzeros", "predicted", "ratio", "rows",
                            "seed", "status", "typical_condition", "typical_distortion"});
  CHECK(size["family"] == "sparse-sign");
  CHECK(size["rows"] == 40);
  CHECK(size["ratio"] == 4.0);
  CHECK(size["typical_distortion"] == 0.5);
  CHECK(size["status"] == "converged");
  CHECK(keys(size["distortion"]) == Names{"high", "low", "median"});
  for (const char* kind : {"predicted", "measured"}) {
    CHECK(keys(size[kind]) == Names{"factor", "iterate", "passes", "sketch", "total"});
    CHECK(size[kind]["total"].get<double>() > 0);
  }
  CHECK(keys(report["recommended"]) ==
        Names{"fastest", "fastest_measured", "measured_ratio", "smallest_for_distortion"});
  CHECK(report["recommended"]["measured_ratio"].get<double>() >= 1);
  CHECK(keys(report["seconds"]) == Names{"direct_predicted", "pass", "read", "total"});
}

TEST_CASE_FIXTURE(Scene, "a right-hand side from a file, or a column; families one by one; nothing solved") {
  CHECK(profile({a, b})["sizes"][0]["status"] == "converged");
  CHECK(profile({a, "--target", "3"})["cols"] == 9);
  CHECK(profile({a, "--intercept"})["cols"] == 11);
  quick = {"--family", "srht", "--family", "gaussian", "--ratio", "3", "--seeds", "1", "--solves", "0"};
  const json report = profile({a});
  REQUIRE(report["sizes"].size() == 2);
  CHECK(report["sizes"][0]["family"] == "srht");
  CHECK(report["sizes"][1]["family"] == "gaussian");
  CHECK(report["sizes"][0]["status"].is_null());
  CHECK(report["sizes"][0]["measured"]["total"].is_null());
}

TEST_CASE_FIXTURE(Scene, "the same numbers on 1, 2 and 3 threads, apart from seconds") {
  json one = profile({a, "--threads", "1"});
  remove_seconds(one);
  for (const char* threads : {"2", "3"}) {
    json other = profile({a, "--threads", threads});
    remove_seconds(other);
    CHECK(one == other);
  }
  json another_seed = profile({a, "--seed", "8"});
  remove_seconds(another_seed);
  CHECK(one != another_seed);
}

TEST_CASE_FIXTURE(Scene, "text: the table and what is recommended; silence when asked for") {
  const CommandResult text = run_croquis(command({a}));
  CHECK(text.status == 0);
  CHECK(text.errors.empty());
  for (const char* part : {"a.npy, 200 x 10 dense", "rank 10", "family", "sparse-sign", "srht", "<- recommended",
                           "fastest solve", "distortion 0.5", "the direct method"})
    CHECK_MESSAGE(contains(text.output, part), part);
  CHECK(run_croquis(command({a, "--quiet"})).output.empty());
}

TEST_CASE_FIXTURE(Scene, "the CSV file has a header, as many numbers in each line, and the values of the JSON object") {
  const std::string csv = path("table.csv");
  const json report = profile({a, "--csv", csv});
  const std::vector<std::string> lines = split(file_bytes(csv), '\n');
  REQUIRE(lines.size() == 5);
  const std::vector<std::string> header = split(lines[0], ',');
  CHECK(header.size() == 22);
  for (std::size_t i = 1; i < lines.size(); ++i) {
    const std::vector<std::string> fields = split(lines[i], ',');
    REQUIRE(fields.size() == header.size());
    const json& size = report["sizes"][i - 1];
    CHECK(fields[0] == size["family"]);
    CHECK(fields[21] == size["status"]);
    // The shortest digits that read back to the same double: equality is exact.
    const std::pair<std::size_t, json> expected[] = {{1, size["rows"]},
                                                     {2, size["ratio"]},
                                                     {4, size["distortion"]["median"]},
                                                     {8, size["condition"]["high"]},
                                                     {9, size["typical_distortion"]},
                                                     {15, size["predicted"]["total"]},
                                                     {20, size["measured"]["total"]}};
    for (const auto& [column, value] : expected) {
      const std::string& name = header[column];
      CAPTURE(name);
      CHECK(std::stod(fields[column]) == value.get<double>());
    }
  }
}

TEST_CASE_FIXTURE(Scene, "the plot is an SVG or a PNG file, and nothing else is left behind") {
  if (!has_gnuplot()) return;
  // gnuplot's temporary folder is in ours, where it would be seen.
  setenv("TMPDIR", folder.path().c_str(), 1);
  const std::size_t files = folder.entries();
  (void)profile({a, "--plot", path("plot.svg")});
  (void)profile({a, "--plot", path("plot.png")});
  const std::size_t after = folder.entries();
  unsetenv("TMPDIR");
  CHECK(after == files + 2);
  const std::string svg = file_bytes(path("plot.svg"));
  CHECK(contains(svg, "<svg"));
  CHECK(contains(svg, "</svg>"));
  for (const char* part : {"a.npy, 200 x 10 dense", "sparse-sign", "srht", "recommended", "predicted"})
    CHECK_MESSAGE(contains(svg, part), part);
  CHECK(file_bytes(path("plot.png")).substr(1, 3) == "PNG");
}

TEST_CASE_FIXTURE(Scene, "without gnuplot a plot is refused before anything is measured") {
  const std::string path_before = std::getenv("PATH");
  setenv("PATH", folder.path().c_str(), 1);
  const std::string message = failure({a, "--plot", path("plot.svg")}, 1);
  setenv("PATH", path_before.c_str(), 1);
  CHECK(contains(message, "--plot needs gnuplot"));
}

TEST_CASE_FIXTURE(Scene, "wrong usage: exit status 1") {
  CHECK(contains(failure({}, 1), "A is required"));
  CHECK(contains(failure({a, "--family", "pencil"}, 1), "pencil is not one of gaussian"));
  CHECK(contains(failure({a, "--ratio", "0.5"}, 1), "ratios holds 0.5"));
  CHECK(contains(failure({a, "--ratio", "x"}, 1), "x"));
  CHECK(contains(failure({a, "--seeds", "0"}, 1), "seeds is 0"));
  CHECK(contains(failure({a, "--seeds", "-1"}, 1), "-1 is not a whole number"));
  CHECK(contains(failure({a, "--distortion", "1"}, 1), "distortion is 1"));
  CHECK(contains(failure({a, b, "--target", "1"}, 1), "both B and --target"));
  const std::string wide = folder.write("wide.csv", "1,2,3\n4,5,6\n").string();
  CHECK(contains(failure({wide}, 1), "2 x 3"));
}

TEST_CASE_FIXTURE(Scene, "inputs are never overwritten; outputs that cannot be written are refused at once") {
  const std::string before = file_bytes(a);
  CHECK(contains(failure({a, "--csv", a}, 1), "would overwrite the input"));
  CHECK(contains(failure({a, b, "--csv", path("./b.npy")}, 1), "would overwrite the input"));
  CHECK(contains(failure({a, "--plot", a}, 1), "would overwrite the input"));
  CHECK(file_bytes(a) == before);
  CHECK(contains(failure({a, "--csv", path("no/table.csv")}, 2), "no such folder"));
  CHECK(contains(failure({a, "--csv", folder.path().string()}, 2), "is a folder"));
  if (!has_gnuplot()) return;
  CHECK(contains(failure({a, "--plot", path("plot.pdf")}, 1), "must end in .svg or .png"));
  CHECK(contains(failure({a, "--plot", path("no/plot.svg")}, 2), "no such folder"));
  CHECK(contains(failure({a, "--plot", path("x.svg"), "--csv", path("x.svg")}, 1), "--csv and --plot are both"));
}

TEST_CASE_FIXTURE(Scene, "damaged and missing files: exit status 2; NaN: exit status 3, said in the report") {
  CHECK(contains(failure({path("none.npy")}, 2), "none.npy"));
  const std::string damaged = folder.write("damaged.npy", file_bytes(a).substr(0, 500)).string();
  CHECK(contains(failure({damaged}, 2), "damaged.npy"));
  const std::string short_b = folder.write("short.csv", "1\n2\n").string();
  CHECK(contains(failure({a, short_b}, 2), "short.csv"));
  const std::string bad = folder.write("bad.csv", "1,2\n3,nan\n5,6\n").string();
  const CommandResult result = run_croquis({"profile", bad, "--json", "--csv", path("table.csv")});
  CHECK(result.status == 3);
  CHECK(json_output(result)["status"] == "non_finite_input");
  CHECK(contains(result.errors, "NaN"));
  CHECK_FALSE(std::filesystem::exists(path("table.csv")));
}
