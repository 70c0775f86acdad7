// `croquis solve --stream` and `--one-pass`: A read in blocks of rows.
#include <cmath>
#include <cstdlib>
#include <thread>

#include <sys/wait.h>
#include <croquis/linalg/read_matrix.hpp>
#include <croquis/linalg/write_matrix.hpp>
#include <croquis/sketch/apply.hpp>
#include <croquis/sketch/gaussian.hpp>

#include "tests/support/gzip.hpp"
#include "tests/support/temporary_folder.hpp"
#include "tests/tools/command.hpp"

using namespace croquis;
using namespace croquis::test;
using nlohmann::json;

namespace {

constexpr std::int64_t m = 3000;
constexpr std::int64_t n = 4;

// [A b], 3000 x 5, normal entries; b is independent of A.
Matrix<double> table(Layout layout) {
  Matrix<double> result = Matrix<double>::uninitialized(m, n + 1, layout);
  fill(Gaussian{.rows = m, .cols = n + 1, .seed = 4}, result.view());
  return result;
}

std::string digits(double value) {
  char text[40];
  std::snprintf(text, sizeof text, "%.17g", value);
  return text;
}

struct Scene : CommandScene {
  Scene() : CommandScene{"solve"} {}
  Matrix<double> data = table(Layout::row_major);
  std::string x = path("x.csv");

  std::string write_table(const std::string& name, Layout layout = Layout::row_major) const {
    write_matrix(path(name), table(layout));
    return path(name);
  }
  std::string csv_text() const {
    std::string text = "u,v,w,z,y\n";
    for (std::int64_t i = 0; i < m; ++i)
      for (std::int64_t j = 0; j <= n; ++j) text += digits(data(i, j)) + (j < n ? "," : "\n");
    return text;
  }
  std::string svmlight_text() const {
    std::string text;
    for (std::int64_t i = 0; i < m; ++i) {
      text += digits(data(i, n));
      for (std::int64_t j = 0; j < n; ++j)
        text.append(" ").append(std::to_string(j + 1)).append(":").append(digits(data(i, j)));
      text += "\n";
    }
    return text;
  }
  std::vector<double> solution() const {
    const MatrixFile file = read_matrix(x);
    const auto entries = std::get<Matrix<double>>(file.matrix).entries();
    return {entries.begin(), entries.end()};
  }
  // The report and x of a solve by `command`, which a shell runs.
  json shell(const std::string& command) const {
    const std::string out = path("report.json");
    const int status = std::system((command + " --json -o " + x + " > " + out).c_str());
    CHECK(WEXITSTATUS(status) == 0);
    return json::parse(file_bytes(out), nullptr, false);
  }
};

double distance(const std::vector<double>& x, const std::vector<double>& y) {
  REQUIRE(x.size() == y.size());
  double sum = 0;
  for (std::size_t j = 0; j < x.size(); ++j) sum += (x[j] - y[j]) * (x[j] - y[j]);
  return std::sqrt(sum);
}

// Condition numbers near one and entries of x below one: a few hundred roundoffs.
constexpr double rounding = 1e-13;

}  // namespace

TEST_CASE_FIXTURE(Scene, "--stream gives the solution of the matrix in memory, from each format") {
  struct Input {
    std::string file;
    std::vector<std::string> options;
  };
  const std::vector<Input> inputs = {
      {write_table("c.npy"), {"--target", "4"}},
      {write_table("f.npy", Layout::column_major), {"--target", "4"}},
      {folder.write("a.csv", csv_text()).string(), {"--target", "y"}},
      {folder.write("a.csv.gz", gzip(csv_text())).string(), {"--target", "4"}},
      {folder.write("a.svm", svmlight_text()).string(), {}},
      {folder.write("b.svm", svmlight_text()).string(), {"--cols", "4"}},
  };
  (void)solve_json({inputs[0].file, "--target", "4", "-o", x});
  const std::vector<double> expected = solution();
  for (const Input& input : inputs) {
    CAPTURE(input.file);
    for (const std::string rows : {"7", "1000", "0"}) {
      CAPTURE(rows);
      if (rows != "7" && &input != &inputs[0]) continue;  // how blocks are cut is the same for all
      std::vector<std::string> arguments = {input.file, "--stream", "--block-rows", rows, "-o", x};
      arguments.insert(arguments.end(), input.options.begin(), input.options.end());
      const json report = solve_json(arguments);
      CHECK(report["status"] == "converged");
      CHECK(report["rows"] == m);
      CHECK(report["cols"] == n);
      CHECK(report["backward_error"].get<double>() < 1e-15);
      CHECK(distance(solution(), expected) < rounding);
      const json& stream = report["stream"];
      CHECK(stream["form"] == "replayed");
      CHECK(stream["readings"] == report["passes"]);
      CHECK(stream["rows_read"] == m * stream["readings"].get<std::int64_t>());
      CHECK(stream["blocks"] == (rows == "0" ? 1 : rows == "7" ? 429 : 3));
      CHECK(stream["peak_block_bytes"].get<std::int64_t>() > 0);
      // Of 7 rows: rather less than the 120000 bytes of the whole.
      if (rows == "7") CHECK(stream["peak_block_bytes"].get<std::int64_t>() < 3000);
    }
  }
  const CommandResult text = run_croquis({"solve", inputs[0].file, "--target", "4", "--stream"});
  CHECK(contains(text.output, "replayed: "));
}

TEST_CASE_FIXTURE(Scene, "right-hand sides in a file of their own, and an intercept") {
  const std::string a = write_table("a.npy");
  const std::string svm = folder.write("a.svm", svmlight_text()).string();
  Matrix<double> b = Matrix<double>::uninitialized(m, 2);
  fill(Gaussian{.rows = m, .cols = 2, .seed = 9}, b.view());
  write_matrix(path("b.mtx"), b);
  for (const std::string& file : {a, svm}) {
    CAPTURE(file);
    for (const std::vector<std::string>& more : {std::vector<std::string>{}, {"--intercept"}}) {
      std::vector<std::string> arguments = {file, path("b.mtx"), "-o", x};
      arguments.insert(arguments.end(), more.begin(), more.end());
      (void)solve_json(arguments);
      const std::vector<double> expected = solution();
      arguments.insert(arguments.end(), {"--stream", "--block-rows", "100"});
      const json report = solve_json(arguments);
      CHECK(report["rhs"] == 2);
      CHECK(distance(solution(), expected) < rounding);
    }
  }
  // The names of the columns reach the report.
  const std::string csv = folder.write("a.csv", csv_text()).string();
  const CommandResult text = run_croquis({"solve", csv, "--target", "v", "--intercept", "--stream"});
  for (const char* name : {"\nu ", "\nw ", "\ny ", "\n(intercept) "}) CHECK(contains(text.output, name));
}

TEST_CASE_FIXTURE(Scene, "--one-pass: a preview whose error bar holds") {
  const std::string a = write_table("a.npy");
  (void)solve_json({a, "--target", "4", "-o", x});
  const std::vector<double> exact = solution();
  const json report = solve_json({a, "--target", "4", "--one-pass", "--block-rows", "500", "--sketch-rows", "300",
                                  "--seed", "3", "--confidence", "0.99", "-o", x});
  CHECK(report["status"] == "preview");
  CHECK(report["method"] == "sketch-and-solve");
  CHECK(report["passes"] == 1);
  CHECK(report["sketch"]["rows"] == 300);
  CHECK(report["stream"]["form"] == "one-pass");
  CHECK(report["stream"]["readings"] == 1);
  CHECK(report["stream"]["blocks"] == 6);
  CHECK(report["stream"]["rows_read"] == m);
  CHECK(report["backward_error"].is_null());
  const std::vector<double> preview = solution();
  CHECK(distance(preview, exact) > 0);
  CHECK(distance(preview, exact) <= report["error_bars"]["solution"].get<double>());
  // Where blocks are cut changes no more than the rounding.
  (void)solve_json({a, "--target", "4", "--one-pass", "--sketch-rows", "300", "--seed", "3", "-o", x});
  CHECK(distance(solution(), preview) < rounding);
  // The replayed form gives previews, too.
  const json replayed = solve_json({a, "--target", "4", "--stream", "--bootstrap", "--confidence", "0.9"});
  CHECK(replayed["status"] == "preview");
  CHECK(replayed["stream"]["form"] == "replayed");
  CHECK(replayed["error_bars"]["solution"].get<double>() > 0);
}

TEST_CASE_FIXTURE(Scene, "standard input: read once from a pipe, again and again from a file") {
  const std::string csv = folder.write("a.csv", csv_text()).string();
  const std::string command = "\"$CROQUIS_COMMAND\" solve - --target y ";
  (void)solve_json({csv, "--target", "y", "--one-pass", "-o", x});
  const std::vector<double> preview = solution();
  for (const std::string option : {"--stream", "--one-pass"}) {
    const json report = shell("cat " + csv + " | " + command + option);
    CHECK(report["status"] == "preview");
    CHECK(report["stream"]["form"] == "one-pass");
    CHECK(distance(solution(), preview) == 0);
  }
  (void)solve_json({csv, "--target", "y", "-o", x});
  const std::vector<double> exact = solution();
  CHECK(shell(command + "--stream < " + csv)["stream"]["form"] == "replayed");
  CHECK(distance(solution(), exact) < rounding);
  // In memory, a pipe is as good as a file.
  CHECK(shell("cat " + csv + " | " + command)["status"] == "converged");
  CHECK(distance(solution(), exact) == 0);
  const std::string svm = folder.write("a.svm", svmlight_text()).string();
  CHECK(shell("cat " + svm + " | \"$CROQUIS_COMMAND\" solve - --stream --cols 4")["cols"] == 4);
  const std::string unknown = "cat " + svm + " | \"$CROQUIS_COMMAND\" solve - --stream 2> " + path("errors");
  CHECK(WEXITSTATUS(std::system(unknown.c_str())) == 1);
  CHECK(contains(file_bytes(path("errors")), "say how many columns"));
  CHECK(contains(failure({"-", "-", "--stream"}, 1), "cannot both be standard input"));
}

TEST_CASE_FIXTURE(Scene, "what is wrong in a later block is named, and nothing is written") {
  folder.write("x.csv", "old\n");
  const auto fail = [&](const std::string& name, const std::string& bytes, std::vector<std::string> options,
                        int status) {
    const std::string file = folder.write(name, bytes).string();
    std::vector<std::string> arguments = {file, "--stream", "--block-rows", "100", "-o", x};
    arguments.insert(arguments.end(), options.begin(), options.end());
    return failure(arguments, status);
  };
  const std::vector<std::string> y = {"--target", "y"};
  CHECK(contains(fail("ragged.csv", csv_text() + "1,2,3\n", y, 2), "ragged.csv:3002: 3 fields, but line 1 has 5"));
  CHECK(contains(fail("ragged.csv", csv_text() + "1,2,3\n", {"--target", "y", "--one-pass"}, 2), "ragged.csv:3002"));
  CHECK(contains(fail("text.csv", csv_text() + "1,2,3,4,five\n", y, 2), "text.csv:3002: column 4 (\"y\"): \"five\""));
  std::string npy = file_bytes(write_table("a.npy"));
  npy.pop_back();
  CHECK(contains(fail("short.npy", npy, {"--target", "4"}, 2), "truncated: 14999 of the 15000 entries"));
  npy = file_bytes(write_table("f.npy", Layout::column_major));
  CHECK(contains(fail("long.npy", npy + "1", {"--target", "4"}, 2), "there is more after the 15000 entries"));
  CHECK(contains(fail("f.npy.gz", gzip(npy), {"--target", "4"}, 2), "Fortran order"));
  const std::string zipped = gzip(csv_text());
  CHECK(contains(fail("cut.csv.gz", zipped.substr(0, zipped.size() - 9), y, 2), "truncated gzip data"));
  CHECK(contains(fail("a.mtx", "%%MatrixMarket matrix array real general\n1 1\n1\n", {"--target", "0"}, 2),
                 "Matrix Market"));
  CHECK(contains(fail("few.csv", "u,v,y\n1,2,3\n", y, 1), "few.csv: the stream"));
  CHECK(contains(fail("a.csv", csv_text(), {}, 1), "no right-hand side"));
  for (const std::string rows : {"1\n2\n", "1\n2\n3\n"}) {
    const std::string b = folder.write("b.csv", rows).string();
    const std::string message =
        fail("three.csv", "1,2\n1,3\n1,5\n" + std::string(rows.size() == 4 ? "" : "1,7\n"), {b}, 2);
    CHECK(contains(message, "b.csv: has "));
    CHECK(contains(message, "three.csv has more: each row of A needs one row of B"));
  }
  const std::string four = folder.write("b.csv", "1\n2\n3\n4\n").string();
  CHECK(contains(fail("three.csv", "1,2\n1,3\n1,5\n", {four}, 2), "b.csv: has 4 rows, but "));
  CHECK(file_bytes(x) == "old\n");
}

TEST_CASE_FIXTURE(Scene, "a number that is not finite: exit status 3, its row, and no x") {
  folder.write("x.csv", "old\n");
  for (const char* row : {"1,nan,3,4,5\n", "1,2,3,4,inf\n"}) {
    CAPTURE(row);
    const std::string a = folder.write("a.csv", csv_text() + row).string();
    for (const char* form : {"--stream", "--one-pass"}) {
      const json report = solve_json({a, "--target", "y", form, "--block-rows", "100", "-o", x}, 3);
      CHECK(report["status"] == "non_finite_input");
      CHECK(contains(report["message"], "row 3000 of the stream"));
      CHECK(report["rows"] == 3001);
    }
  }
  CHECK(file_bytes(x) == "old\n");
}

TEST_CASE_FIXTURE(Scene, "a file that is written to while it is read") {
  folder.write("x.csv", "old\n");
  const std::filesystem::path a = folder.write("a.csv", csv_text());
  std::jthread writer([&](const std::stop_token& done) {
    for (auto time = std::filesystem::last_write_time(a); !done.stop_requested(); std::this_thread::yield())
      std::filesystem::last_write_time(a, time += std::chrono::seconds(1));
  });
  const std::string message = failure({a.string(), "--target", "y", "--stream", "-o", x}, 2);
  writer.request_stop();
  writer.join();
  CHECK(contains(message, "a.csv: has changed while it was being read"));
  CHECK(file_bytes(x) == "old\n");
}

TEST_CASE_FIXTURE(Scene, "options that are not for streams are refused, before anything is read") {
  const std::string a = write_table("a.npy");
  const auto refused = [&](std::vector<std::string> options) {
    options.insert(options.begin(), {a, "--target", "4"});
    return failure(options, 1);
  };
  for (const std::vector<std::string>& option : {std::vector<std::string>{"--compare"},
                                                 {"--ridge", "1"},
                                                 {"--weights", "0"},
                                                 {"--min-norm"},
                                                 {"--constraints", a, a},
                                                 {"--sketch", "srht"},
                                                 {"--nonzeros", "4"},
                                                 {"--method", "direct"},
                                                 {"--method", "gram-and-precondition"}}) {
    CAPTURE(option[0]);
    std::vector<std::string> arguments = option;
    arguments.push_back("--stream");
    CHECK(contains(refused(arguments), option[0]));
  }
  CHECK(contains(refused({"--one-pass", "--ridge", "1"}), "--ridge"));
  CHECK(contains(refused({"--one-pass", "--tolerance", "1e-8"}), "--tolerance is not for --one-pass"));
  CHECK(contains(refused({"--one-pass", "--iteration-limit", "8"}), "--iteration-limit"));
  CHECK(contains(refused({"--one-pass", "--method", "sketch-and-precondition"}), "--method"));
  CHECK(contains(refused({"--stream", "--confidence", "0.9"}), "--confidence"));
  CHECK(contains(refused({"--stream", "--sketch-rows", "2"}), "sketch_rows is 2"));
  CHECK(contains(refused({"--one-pass", "--sketch-rows", "2"}), "at least 4"));
  CHECK(contains(refused({"--stream", "--cols", "4"}), "which says itself"));
  CHECK(contains(refused({"--block-rows", "100"}), "--stream"));
  CHECK(contains(refused({"--cols", "4"}), "--stream"));
  CHECK(contains(refused({"--stream", "--block-rows", "-1"}), "whole number"));
  CHECK(contains(failure({a, "--target", "4", "--stream", "-o", a}, 1), "would overwrite the input"));
}
