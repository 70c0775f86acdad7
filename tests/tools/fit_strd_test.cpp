// `croquis fit` on NIST's certified data, through a file and the command's JSON.
#include <cmath>
#include <string>
#include <vector>

#include "tests/support/backward_error.hpp"
#include "tests/support/data.hpp"
#include "tests/support/strd.hpp"
#include "tests/support/temporary_folder.hpp"
#include "tests/tools/command.hpp"

using namespace croquis;
using namespace croquis::test;
using nlohmann::json;

namespace {

// Column y, then the design but for the column of ones, with all digits.
std::string csv_of(const StrdProblem& problem) {
  std::string text = "y";
  for (std::int64_t j = problem.intercept ? 1 : 0; j < problem.design.cols(); ++j) text += ",x" + std::to_string(j);
  for (std::int64_t i = 0; i < problem.design.rows(); ++i) {
    text += "\n";
    char digits[40];
    std::snprintf(digits, sizeof digits, "%.17g", problem.response(i, 0));
    text += digits;
    for (std::int64_t j = problem.intercept ? 1 : 0; j < problem.design.cols(); ++j) {
      std::snprintf(digits, sizeof digits, ",%.17g", problem.design(i, j));
      text += digits;
    }
  }
  return text + "\n";
}

std::vector<double> column(const json& report, const char* field) {
  std::vector<double> values;
  for (const json& row : report["coefficients"]) values.push_back(row[field].get<double>());
  return values;
}

}  // namespace

TEST_CASE("certified estimates, standard deviations, R^2 and F") {
  // Householder QR's digits less one (its own are luck in the last): of the estimates and the standard deviations.
  const struct {
    const char* name;
    double estimate, deviation;
  } sets[] = {{"Longley", 9.9, 11.3}, {"Filip", 6.9, 6.7},   {"Norris", 11.3, 12}, {"Pontius", 11.2, 12},
              {"Wampler3", 8.4, 12},  {"Wampler5", 4.8, 12}, {"NoInt1", 13, 13},   {"NoInt2", 13, 13}};
  const TemporaryFolder folder;
  for (const auto& set : sets) {
    CAPTURE(set.name);
    const StrdProblem problem = read_strd(*data_folder() / "strd_linear" / (std::string(set.name) + ".dat"));
    const std::string file = folder.write("data.csv", csv_of(problem)).string();
    std::vector<std::string> arguments = {"fit", file, "--target", "y", "--json"};
    if (!problem.intercept) arguments.push_back("--no-intercept");
    const CommandResult result = run_croquis(arguments);
    REQUIRE_MESSAGE(result.status == 0, result.errors);
    const json report = json_output(result);
    CHECK(digits_of_agreement(column(report, "estimate"), problem.coefficients) >= set.estimate);
    CHECK(digits_of_agreement(column(report, "std_error"), problem.standard_deviations) >= set.deviation);
    CHECK(std::abs(report["r_squared"].get<double>() / problem.r_squared - 1) < 1e-9);
    // Twice the relative error of the residual, which cancels 8 digits in Filip.
    CHECK(std::abs(report["f_statistic"].get<double>() / problem.f_statistic - 1) < 2e-7);
  }
}
