// `croquis fit` on small files whose statistics are known.
#include <algorithm>
#include <cmath>

#include <croquis/linalg/read_matrix.hpp>
#include <croquis/linalg/write_matrix.hpp>

#include "tests/support/temporary_folder.hpp"
#include "tests/tools/command.hpp"

using namespace croquis;
using namespace croquis::test;
using nlohmann::json;

namespace {

bool close(const json& computed, double expected) {
  return std::abs(computed.get<double>() - expected) <= 1e-12 * std::abs(expected);
}

// y = 0.8 + 2.3 u with residuals .2, -.1, -.4, .3.
struct Scene : CommandScene {
  Scene() : CommandScene{"fit"} {}
  std::string line = folder.write("line.csv", "u,y\n0,1\n1,3\n2,5\n3,8\n").string();
};

}  // namespace

TEST_CASE_FIXTURE(Scene, "a line: every field of the JSON object") {
  const json report = run_json({line, "--target", "y"});
  CHECK(report["status"] == "converged");
  CHECK(report["response"] == "y");
  CHECK(report["intercept"] == true);
  CHECK(report["rows"] == 4);
  CHECK(report["cols"] == 2);
  CHECK(report["rank"] == 2);
  const json& coefficients = report["coefficients"];
  REQUIRE(coefficients.size() == 2);
  CHECK(coefficients[0]["name"] == "(intercept)");
  CHECK(close(coefficients[0]["estimate"], 0.8));
  CHECK(close(coefficients[0]["std_error"], std::sqrt(0.15 * 14 / 20)));
  CHECK(coefficients[1]["name"] == "u");
  CHECK(close(coefficients[1]["estimate"], 2.3));
  CHECK(close(coefficients[1]["std_error"], std::sqrt(0.03)));
  const double t = 2.3 / std::sqrt(0.03);
  CHECK(close(coefficients[1]["t_value"], t));
  // Two degrees of freedom: p = 1 - t / sqrt(2 + t^2).
  const double p = 2 / (std::sqrt(2 + t * t) * (std::sqrt(2 + t * t) + t));
  CHECK(close(coefficients[1]["p_value"], p));
  // Sorted -.4, -.1, .2, .3; quartiles lie between.
  CHECK(std::abs(report["residuals"]["min"].get<double>() + 0.4) < 1e-14);
  CHECK(std::abs(report["residuals"]["first_quartile"].get<double>() + 0.175) < 1e-14);
  CHECK(std::abs(report["residuals"]["median"].get<double>() - 0.05) < 1e-14);
  CHECK(std::abs(report["residuals"]["third_quartile"].get<double>() - 0.225) < 1e-14);
  CHECK(std::abs(report["residuals"]["max"].get<double>() - 0.3) < 1e-14);
  CHECK(close(report["residual_standard_error"], std::sqrt(0.15)));
  CHECK(report["degrees_of_freedom"] == 2);
  CHECK(close(report["r_squared"], 1 - 0.3 / 26.75));
  CHECK(close(report["adjusted_r_squared"], 1 - 0.45 / 26.75));
  CHECK(close(report["f_statistic"], 26.45 / 0.15));
  CHECK(report["model_degrees_of_freedom"] == 1);
  CHECK(close(report["f_p_value"], p));
  CHECK(report["backward_error"].get<double>() < 1e-15);
}

TEST_CASE_FIXTURE(Scene, "the text is the table that statisticians know") {
  const CommandResult result = run_croquis({"fit", line, "--target", "y"});
  CHECK(result.status == 0);
  CHECK(result.errors.empty());
  for (const char* part : {"y on 1 column and an intercept, 4 rows of line.csv", "Residuals:", "Median",
                           "Estimate Std. Error t value", "u                2.3   0.173205  13.279  0.00562 **",
                           "Signif. codes:", "Residual standard error: 0.3873 on 2 degrees of freedom",
                           "Multiple R-squared: 0.9888, adjusted R-squared: 0.9832",
                           "F-statistic: 176.3 on 1 and 2 degrees of freedom, p-value: 0.00562"})
    CHECK_MESSAGE(contains(result.output, part), result.output);
  const CommandResult quiet = run_croquis({"fit", line, "--target", "y", "--quiet"});
  CHECK(quiet.status == 0);
  CHECK(quiet.output.empty());
}

TEST_CASE_FIXTURE(Scene, "without an intercept") {
  const json report = run_json({line, "--target", "y", "--no-intercept"});
  CHECK(report["intercept"] == false);
  CHECK(report["cols"] == 1);
  CHECK(report["coefficients"].size() == 1);
  CHECK(close(report["coefficients"][0]["estimate"], 37.0 / 14));
  CHECK(close(report["r_squared"], 37.0 * 37 / 14 / 99));
  CHECK(contains(run_croquis({"fit", line, "--target", "y", "--no-intercept"}).output, "no intercept"));
}

TEST_CASE_FIXTURE(Scene, "npy with a response in a file of its own, and svmlight") {
  const double u[] = {0, 1, 2, 3};
  const double y[] = {1, 3, 5, 8};
  const std::string a = path("a.npy");
  const std::string b = path("b.npy");
  write_matrix(a, column_major(u, 4, 1));
  write_matrix(b, column_major(y, 4, 1));
  const std::string labelled = folder.write("a.svm", "1 1:0\n3 1:1\n5 1:2\n8 1:3\n").string();
  for (const json& report : {run_json({a, b}), run_json({labelled})}) {
    CHECK(report["response"] == "b");
    CHECK(report["coefficients"][1]["name"] == "x[0]");
    CHECK(close(report["coefficients"][1]["estimate"], 2.3));
    CHECK(close(report["coefficients"][1]["std_error"], std::sqrt(0.03)));
  }
}

TEST_CASE_FIXTURE(Scene, "the table and the covariance as files") {
  const std::string table = path("table.csv");
  const std::string covariance = path("covariance.npy");
  const std::string data = folder.write("named.csv", "\"size, \"\"net\"\"\",y\n0,1\n1,3\n2,5\n3,8\n").string();
  const CommandResult text = run_croquis({"fit", data, "--target", "y", "-o", table, "--covariance", covariance});
  CHECK(text.status == 0);
  CHECK(contains(text.output, "written to " + table));
  const std::string bytes = file_bytes(table);
  CHECK(bytes.rfind("name,estimate,std_error,t_value,p_value\n\"(intercept)\",0.", 0) == 0);
  CHECK(contains(bytes, "\n\"size, \"\"net\"\"\",2.3"));
  const MatrixFile read = read_matrix(covariance);
  const auto& matrix = std::get<Matrix<double>>(read.matrix);
  // The intercept first: 0.15 / 20 times [14 -6; -6 4].
  CHECK(matrix(0, 0) == doctest::Approx(0.105).epsilon(1e-12));
  CHECK(matrix(0, 1) == doctest::Approx(-0.045).epsilon(1e-12));
  CHECK(matrix(1, 1) == doctest::Approx(0.03).epsilon(1e-12));
}

TEST_CASE_FIXTURE(Scene, "dependent columns are not available, and that is said") {
  const std::string data =
      folder.write("twice.csv", "u,one,v,y\n0,1,0,1\n1,1,2,3\n2,1,4,5\n3,1,6,8\n1.5,1,3,4.25\n").string();
  const json report = run_json({data, "--target", "y"});
  CHECK(report["status"] == "rank_deficient");
  CHECK(report["rank"] == 2);
  // The fifth point lies at the mean of u and of y, so the line is the same.
  CHECK(close(report["coefficients"][0]["estimate"], 0.8));
  CHECK(close(report["coefficients"][1]["estimate"], 2.3));
  for (const std::size_t k : {2, 3}) {
    CHECK(report["coefficients"][k]["estimate"].is_null());
    CHECK(report["coefficients"][k]["p_value"].is_null());
  }
  const CommandResult text = run_croquis({"fit", data, "--target", "y"});
  CHECK(text.status == 0);
  CHECK(contains(text.output, "2 not available because of linear dependence"));
  CHECK(contains(text.output, "NA"));
}

TEST_CASE_FIXTURE(Scene, "wrong usage: exit status 1") {
  CHECK(contains(failure({}, 1), "A is required"));
  CHECK(contains(failure({line}, 1), "give a file B, or the column of A that is to be fitted with --target"));
  CHECK(contains(failure({line, "--target", "price"}, 1), "has no column \"price\" among its 2 columns: u, y"));
  CHECK(contains(failure({line, "--target", "y", "--rcond", "2"}, 1), "rcond"));
  CHECK(contains(failure({line, "--target", "y", "--intercept"}, 1), "--intercept"));
  const std::string two = folder.write("two.csv", "1,2\n3,4\n5,6\n8,7\n").string();
  CHECK(contains(failure({line, two}, 1), "two.csv: has 2 columns, but a model has one response"));
  CHECK(contains(failure({line, "--target", "y", "-o", line}, 1), "would overwrite the input"));
  const std::string x = path("x.csv");
  CHECK(contains(failure({line, "--target", "y", "-o", x, "--covariance", x}, 1), "are both"));
}

TEST_CASE_FIXTURE(Scene, "too few rows: exit status 1") {
  const std::string square = folder.write("square.csv", "u,v,y\n0,1,1\n1,0,3\n2,5,5\n").string();
  CHECK(contains(failure({square, "--target", "y"}, 1), "3 rows for 3 coefficients with the intercept"));
  const std::string wide = folder.write("wide.csv", "u,v,y\n0,1,1\n1,0,3\n").string();
  CHECK(contains(failure({wide, "--target", "y"}, 1), "A is 2 x 3 with the intercept"));
  const std::string alone = folder.write("alone.csv", "y\n1\n2\n").string();
  CHECK(contains(failure({alone, "--target", "y", "--no-intercept"}, 1), "there is no column"));
}

TEST_CASE_FIXTURE(Scene, "files: exit status 2, naming the column and the line") {
  const std::string text = folder.write("text.csv", "u,town,y\n1,Lyon,2\n2,Nice,3\n4,Paris,1\n").string();
  CHECK(contains(failure({text, "--target", "y"}, 2), "column 1 (\"town\"): \"Lyon\" is not a number"));
  const std::string missing = folder.write("missing.csv", "u,y\n1,2\n,3\n4,1\n").string();
  CHECK(contains(failure({missing, "--target", "y"}, 2), "missing.csv:3: column 0 (\"u\"): the value is missing"));
  CHECK(contains(failure({path("no.csv"), "--target", "y"}, 2), "no.csv"));
  CHECK(
      contains(failure({line, "--target", "y", "-o", (folder.path() / "no" / "x.csv").string()}, 2), "no such folder"));
}

TEST_CASE_FIXTURE(Scene, "NaN in the data: exit status 3, and no table") {
  const std::string bad = folder.write("bad.csv", "u,y\n0,1\nnan,3\n2,5\n3,8\n").string();
  const std::string table = path("table.csv");
  const CommandResult text = run_croquis({"fit", bad, "--target", "y", "-o", table});
  CHECK(text.status == 3);
  CHECK(text.output.empty());
  CHECK(contains(text.errors, "NaN or an infinity"));
  CHECK_FALSE(std::filesystem::exists(table));
  const CommandResult machine = run_croquis({"fit", bad, "--target", "y", "--json"});
  CHECK(machine.status == 3);
  const json report = json_output(machine);
  CHECK(report["status"] == "non_finite_input");
  CHECK(report["r_squared"].is_null());
  CHECK(report["coefficients"][0]["estimate"].is_null());
}
