// `croquis fit --model`: curves by an expression.
#include <cmath>
#include <cstdlib>

#include <croquis/linalg/read_matrix.hpp>

#include "tests/support/temporary_folder.hpp"
#include "tests/tools/command.hpp"

using namespace croquis;
using namespace croquis::test;
using nlohmann::json;

namespace {

// y = 0.8 + 2.3 u with residuals .2, -.1, -.4, .3.
struct Scene : CommandScene {
  Scene() : CommandScene{"fit"} {}
  std::string line = folder.write("line.csv", "u,y\n0,1\n1,3\n2,5\n3,8\n").string();

  CommandResult run(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), subcommand);
    return run_croquis(arguments);
  }
  // Of the model, with starting values for a and b.
  std::string failure_of(const std::string& model) const {
    return failure({line, "--target", "y", "--model", model, "--start", "a=1,b=1"}, 1);
  }
};

double estimate(const json& report, std::size_t k) { return report["coefficients"][k]["estimate"].get<double>(); }

// A report without what is never the same twice.
json timeless(json report) {
  report.erase("seconds");
  report.erase("threads");
  return report;
}

}  // namespace

TEST_CASE_FIXTURE(Scene, "a line as a curve: every field of the JSON object") {
  if (!has_expressions()) return;
  const json report = run_json({line, "--target", "y", "--model", "a + b*u", "--start", "b=1,a=-1"});
  // The differences are exact to a few roundoffs, the problem's condition is near two.
  const auto close = [](const json& computed, double expected) {
    return std::abs(computed.get<double>() - expected) <= 1e-11 * std::abs(expected);
  };
  CHECK(report["status"] == "converged");
  CHECK(report["response"] == "y");
  CHECK(report["model"] == "a + b*u");
  CHECK(report["rows"] == 4);
  CHECK(report["parameters"] == 2);
  CHECK(report["rank"] == 2);
  const json& slope = report["coefficients"][0];
  CHECK(slope["name"] == "b");
  CHECK(slope["start"] == 1);
  CHECK(slope["lower"].is_null());
  CHECK(slope["upper"].is_null());
  CHECK(slope["at_bound"] == false);
  CHECK(close(slope["estimate"], 2.3));
  CHECK(close(slope["std_error"], std::sqrt(0.03)));
  const double t = 2.3 / std::sqrt(0.03);
  CHECK(close(slope["t_value"], t));
  // Two degrees of freedom: p = 1 - t / sqrt(2 + t^2).
  CHECK(close(slope["p_value"], 2 / (std::sqrt(2 + t * t) * (std::sqrt(2 + t * t) + t))));
  CHECK(report["coefficients"][1]["name"] == "a");
  CHECK(close(report["coefficients"][1]["estimate"], 0.8));
  CHECK(close(report["coefficients"][1]["std_error"], std::sqrt(0.105)));
  CHECK(close(report["covariance"][0][1], -0.045));
  CHECK(close(report["covariance"][1][1], 0.105));
  CHECK(close(report["correlation"][1][0], -0.045 / std::sqrt(0.03 * 0.105)));
  CHECK(report["correlation"][0][0] == 1);
  CHECK(std::abs(report["residuals"]["min"].get<double>() + 0.4) < 1e-11);
  CHECK(std::abs(report["residuals"]["max"].get<double>() - 0.3) < 1e-11);
  CHECK(close(report["residual_sum_of_squares"], 0.3));
  CHECK(close(report["residual_standard_error"], std::sqrt(0.15)));
  CHECK(report["degrees_of_freedom"] == 2);
  CHECK(report["weighted"] == false);
  CHECK(report["loss"]["name"] == "squares");
  CHECK(close(report["cost"], 0.15));
  CHECK(report["evaluations"].get<int>() > report["iterations"].get<int>());
}

TEST_CASE_FIXTURE(Scene,
                  "the text is the summary that statisticians know, and the table and the covariance are files") {
  if (!has_expressions()) return;
  const std::string table = path("table.csv");
  const std::string covariance = path("covariance.npy");
  const CommandResult text = run({line, "--target", "y", "--model", "a + b*u", "--start", "a=1", "--start", "b=1", "-o",
                                  table, "--covariance", covariance});
  CHECK_MESSAGE(text.status == 0, text.errors);
  for (const char* part : {"y ~ a + b*u, 4 rows of line.csv", "Estimate Std. Error t value Pr(>|t|)",
                           "b      2.3   0.173205  13.279  0.00562 **",
                           "Residual standard error: 0.3873 on 2 degrees of freedom", "Iterations: ", "solved: "})
    CHECK_MESSAGE(contains(text.output, part), text.output);
  CHECK(file_bytes(table).rfind("name,estimate,std_error,t_value,p_value\n\"a\",0.", 0) == 0);
  const MatrixFile read = read_matrix(covariance);
  CHECK(std::get<Matrix<double>>(read.matrix)(1, 1) == doctest::Approx(0.03).epsilon(1e-10));
}

TEST_CASE_FIXTURE(Scene, "a rational function through a curve like Thurber's: what exact derivatives give") {
  if (!has_expressions()) return;
  const std::string file = std::string(std::getenv("CROQUIS_SOURCE_ROOT")) + "/examples/mobility.csv";
  const std::vector<std::string> arguments = {
      file,
      "--target",
      "mobility",
      "--model",
      "(b0 + b1*log_density + b2*log_density^2 + b3*log_density^3) / (1 + b4*log_density + b5*log_density^2 + "
      "b6*log_density^3)",
      "--start",
      "b0=1000,b1=1000,b2=400,b3=40,b4=0.7,b5=0.3,b6=0.03"};
  auto one_thread = arguments;
  one_thread.insert(one_thread.end(), {"--threads", "1"});
  const json report = run_json(one_thread);
  // At a stationary point of the exact model, to rounding: x^T times the residuals over their norms.
  CHECK(report["orthogonality"].get<double>() <= 1e-9);
  CHECK(report["rank"] == 7);
  for (const char* threads : {"2", "3"}) {
    auto several = arguments;
    several.insert(several.end(), {"--threads", threads});
    CHECK(timeless(run_json(several)) == timeless(report));
  }
}

TEST_CASE_FIXTURE(Scene, "weights, bounds and a loss") {
  if (!has_expressions()) return;
  // The last row is wrong, and weighs nothing: a line through the others is exact.
  const std::string data = folder.write("bad.csv", "u,w,y\n0,1,1\n1,2,3\n2,1,5\n3,0,100\n5,4,11.5\n").string();
  const json weighted = run_json({data, "--target", "y", "--model", "a+b*u", "--start", "a=0,b=0", "--weights", "w"});
  CHECK(weighted["weighted"] == true);
  CHECK(weighted["degrees_of_freedom"] == 2);
  // Weighted means of u and y over rows 0, 1, 2 and 4: 3 and 7.25; sums of squares and products 34 and 72.
  CHECK(estimate(weighted, 1) == doctest::Approx(72.0 / 34).epsilon(1e-10));
  CHECK(estimate(weighted, 0) == doctest::Approx(7.25 - 3 * 72.0 / 34).epsilon(1e-10));
  // The weighted sum of squares of y is 152.5, of which 72^2 / 34 is explained: 1 / 34 is left.
  CHECK(weighted["residual_sum_of_squares"].get<double>() == doctest::Approx(1.0 / 34).epsilon(1e-8));
  CHECK(weighted["residual_standard_error"].get<double>() == doctest::Approx(std::sqrt(0.5 / 34)).epsilon(1e-8));

  const std::vector<std::string> bounded = {line,      "--target",    "y",        "--model",  "a+b*u",
                                            "--start", "a=0.5,b=0.5", "--bounds", "b=:2,a=0:"};
  const json at_bound = run_json(bounded);
  CHECK(estimate(at_bound, 1) == 2);
  CHECK(at_bound["coefficients"][1]["at_bound"] == true);
  CHECK(at_bound["coefficients"][0]["at_bound"] == false);
  CHECK(at_bound["coefficients"][0]["lower"] == 0);
  CHECK(estimate(at_bound, 0) == doctest::Approx(4.25 - 2 * 1.5).epsilon(1e-10));
  CHECK(contains(run(bounded).output, "b is at a bound"));

  const std::string outlier = folder.write("outlier.csv", "u,y\n0,1\n1,3\n2,5\n3,7\n4,9\n5,60\n").string();
  for (const char* loss : {"huber:0.01", "soft-l1:0.01", "cauchy:0.01", "tukey:5"}) {
    const json robust =
        run_json({outlier, "--target", "y", "--model", "a+b*u", "--start", "a=1.5,b=1.5", "--loss", loss});
    CHECK(robust["loss"]["name"] == std::string(loss).substr(0, std::string(loss).find(':')));
    // The line through five of six points; the sixth pulls by at most the scale.
    CHECK(estimate(robust, 1) == doctest::Approx(2).epsilon(0.02));
  }
}

TEST_CASE_FIXTURE(Scene, "files without names, and a response in a file of its own") {
  if (!has_expressions()) return;
  const std::string a = folder.write("a.csv", "7,0\n7,1\n7,2\n7,3\n").string();
  const std::string b = folder.write("b.csv", "1\n3\n5\n8\n").string();
  const json report = run_json({a, b, "--model", "a+b*x1", "--start", "a=1,b=1"});
  CHECK(report["response"] == "b");
  CHECK(estimate(report, 1) == doctest::Approx(2.3).epsilon(1e-10));
}

TEST_CASE_FIXTURE(Scene, "broken expressions: exit status 1, and where") {
  if (!has_expressions()) return;
  CHECK(contains(failure_of("a*(1+b*u"), "--model \"a*(1+b*u\": a parenthesis is missing, at character 9"));
  CHECK(contains(failure_of("a+b*u)"), "\")\" is not expected, at character 6"));
  CHECK(contains(failure_of("a+b*"), "it ends where an operand is expected, at character 5"));
  CHECK(contains(failure_of("a+foo(b)"), "foo is not a function, at character 3"));
  CHECK(contains(failure_of("a+2b"), "\"b\" is not expected, at character 4"));
  CHECK(contains(failure_of("a = b"), "\"=\" is not expected (a comparison is ==), at character 3"));
  CHECK(contains(failure_of("a,b"), "it has 2 values"));
  CHECK(contains(failure_of(""), "it is empty"));
  CHECK(contains(failure_of("a # b"), "\"# b \" is not expected, at character 3"));
  CHECK(contains(failure_of("a+b*1e999"), "\"1e999\" is neither a number nor a name, at character 5"));
}

TEST_CASE_FIXTURE(Scene, "names and options that do not fit: exit status 1") {
  if (!has_expressions()) return;
  CHECK(contains(failure_of("a+b*u+c"), "c is not a column of " + line + " (u), and has no starting value"));
  CHECK(contains(failure_of("a+b*y"), "y is the column that is to be fitted"));
  CHECK(contains(failure_of("a+u"), "--start: b does not occur in --model \"a+u\""));
  const auto with = [&](std::vector<std::string> more) {
    more.insert(more.begin(), {line, "--target", "y", "--model", "a+b*u"});
    return failure(more, 1);
  };
  CHECK(contains(with({}), "a, b are not columns of"));
  CHECK(contains(with({"--start", "a=1,b=1,u=2"}), "u is a column of " + line));
  CHECK(contains(with({"--start", "a=1,b=one"}), "--start \"one\" is not the number that b needs"));
  CHECK(contains(with({"--start", "a=1,b"}), "--start \"b\" is not NAME=NUMBER"));
  CHECK(contains(with({"--start", "a=1,b=1,a=2"}), "--start names a twice"));
  CHECK(contains(with({"--start", "a=1,b=inf"}), "is not finite"));
  CHECK(contains(with({"--start", "a=1,b=1", "--bounds", "c=0:1"}), "--bounds: c is not a parameter"));
  CHECK(contains(with({"--start", "a=1,b=1", "--bounds", "b=3:2"}), "the lower bound is above the upper"));
  CHECK(contains(with({"--start", "a=1,b=1", "--bounds", "b=2:3"}), "--start: b=1 lies outside of its --bounds"));
  CHECK(contains(with({"--start", "a=1,b=1", "--loss", "l1"}), "--loss l1 is not one of"));
  CHECK(contains(with({"--start", "a=1,b=1", "--loss", "huber:0"}), "the scale must be positive"));
  CHECK(contains(with({"--start", "a=1,b=1", "--iteration-limit", "0"}), "--iteration-limit"));
  CHECK(contains(with({"--start", "a=1,b=1", "--no-intercept"}), "--no-intercept"));
  CHECK(contains(failure({line, "--target", "y", "--start", "a=1"}, 1), "--model"));
  CHECK(contains(failure({line, "--target", "y", "--model", "2*u"}, 1), "has no parameter"));
}

TEST_CASE_FIXTURE(Scene, "damaged files and too few rows") {
  if (!has_expressions()) return;
  const std::vector<std::string> model = {"--target", "y", "--model", "a+b*u", "--start", "a=1,b=1"};
  const auto failure_with = [&](const std::string& file, int status) {
    std::vector<std::string> arguments = model;
    arguments.insert(arguments.begin(), file);
    return failure(arguments, status);
  };
  const std::string text = folder.write("text.csv", "u,y\n1,2\nNice,3\n4,1\n").string();
  CHECK(contains(failure_with(text, 2), "column 0 (\"u\"): \"Nice\" is not a number"));
  const std::string missing = folder.write("missing.csv", "u,y\n1,2\n,3\n4,1\n").string();
  CHECK(contains(failure_with(missing, 2), "missing.csv:3: column 0 (\"u\"): the value is missing"));
  const std::string two = folder.write("two.csv", "u,y\n1,2\n4,1\n").string();
  CHECK(contains(failure_with(two, 1), "2 rows for 2 parameters"));
}

TEST_CASE_FIXTURE(Scene, "no numbers, and no convergence: exit status 3, no table, and no file") {
  if (!has_expressions()) return;
  const std::string bad = folder.write("bad.csv", "u,v,y\n0,nan,1\n1,2,3\ninf,3,5\n3,4,8\n").string();
  const std::string table = path("table.csv");
  const auto expect = [&](const std::string& file, const std::string& expression, const char* status,
                          const std::string& message, const std::vector<std::string>& more = {}) {
    std::vector<std::string> arguments = {file,      "--target", "y",  "--model", expression,
                                          "--start", "a=1,b=1",  "-o", table};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const CommandResult result = run(arguments);
    CHECK(result.status == 3);
    CHECK(result.output.empty());
    CHECK_MESSAGE(contains(result.errors, message), result.errors);
    arguments.push_back("--json");
    const CommandResult machine = run(arguments);
    CHECK(machine.status == 3);
    const json report = json_output(machine);
    CHECK(report["status"] == status);
    CHECK(report["coefficients"][0]["std_error"].is_null());
    CHECK_FALSE(std::filesystem::exists(table));
  };
  expect(bad, "a+b*u", "non_finite_input", "u is inf in row 2 (counted from 0) of " + bad);
  expect(line, "a+b/u", "non_finite_input", "at the starting values the model is inf in row 0");
  expect(line, "a*exp(b*u)", "iteration_limit", "stopped after 1 iterations", {"--max-iterations", "1"});
  // Of the 14 iterations that this takes, 8 are with forward differences.
  for (const char* limit : {"8", "11"})
    expect(line, "a*exp(b*u)", "iteration_limit", "stopped after " + std::string(limit) + " iterations",
           {"--max-iterations", limit});
}

TEST_CASE_FIXTURE(Scene, "without muparser that is said") {
  if (has_expressions()) return;
  CHECK(contains(failure_of("a+b*u"), "built without muparser"));
}

TEST_CASE_FIXTURE(Scene, "a parameter that is zero is fitted, and its standard error is that of the linear fit") {
  if (!has_expressions()) return;
  // y = 1 + t^2 at symmetric t: the slope is zero, and the residuals have nothing to do with it.
  const std::string even = folder.write("even.csv", "t,y\n-2,5\n-1,2\n0,1\n1,2\n2,5\n").string();
  const json curve = run_json({even, "--target", "y", "--model", "a+b*t", "--start", "a=0,b=1"});
  const json line = run_json({even, "--target", "y"});
  CHECK(curve["rank"] == 2);
  CHECK(std::abs(estimate(curve, 1)) <= 1e-10);
  for (const std::size_t k : {0, 1}) {
    const double expected = line["coefficients"][k]["std_error"];
    CHECK(curve["coefficients"][k]["std_error"].get<double>() == doctest::Approx(expected).epsilon(1e-6));
  }
}

TEST_CASE_FIXTURE(Scene,
                  "names that mean two things, weights that leave nothing, and outputs over inputs are refused") {
  if (!has_expressions()) return;
  const std::string twice = folder.write("twice.csv", "x,x,y\n0,1,1\n1,2,3\n2,2,5\n3,1,8\n").string();
  CHECK(
      contains(failure({twice, "--target", "y", "--model", "a+b*x", "--start", "a=1,b=1"}, 1), "more than one column"));
  const std::string constant = folder.write("constant.csv", "_pi,y\n0,1\n1,3\n2,5\n3,8\n").string();
  CHECK(contains(failure({constant, "--target", "y", "--model", "a+b*_pi", "--start", "a=1,b=1"}, 1), "_pi"));
  const std::string weights = folder.write("none.csv", "0\n0\n0\n0\n").string();
  CHECK(contains(failure({line, "--target", "y", "--model", "a+b*u", "--start", "a=1,b=1", "--weights", weights}, 1),
                 "0 rows of positive weight"));
  CHECK(contains(
      failure({line, "--target", "y", "--model", "a+b*u", "--start", "a=1,b=1", "--weights", weights, "-o", weights},
              1),
      "would overwrite the input"));
}
