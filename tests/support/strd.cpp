#include "tests/support/strd.hpp"

#include <fstream>
#include <regex>
#include <sstream>
#include <stdexcept>

namespace croquis::test {
namespace {

// The header says where the sections are: "(lines 31 to 51)". Lines count from 1.
struct LineRange {
  std::size_t first = 0;
  std::size_t last = 0;
};

LineRange section(const std::vector<std::string>& lines, const std::string& title, const std::string& name) {
  const std::regex pattern(title + R"(\s*\(lines\s+(\d+)\s+to\s+(\d+)\))");
  for (const std::string& line : lines) {
    std::smatch match;
    if (std::regex_search(line, match, pattern)) {
      const LineRange range{std::stoul(match[1]), std::stoul(match[2])};
      if (range.first >= 1 && range.first <= range.last && range.last <= lines.size()) return range;
    }
  }
  throw std::runtime_error(name + ": no section '" + title + "'");
}

std::vector<double> numbers(const std::string& line) {
  std::istringstream stream(line);
  std::vector<double> values;
  for (double value = 0; stream >> value;) values.push_back(value);
  return values;
}

}  // namespace

StrdProblem read_strd(const std::filesystem::path& file) {
  const std::string name = file.stem().string();
  std::ifstream stream(file);
  if (!stream) throw std::runtime_error(file.string() + ": cannot be read");
  std::vector<std::string> lines;
  for (std::string line; std::getline(stream, line);) lines.push_back(line);

  StrdProblem problem;
  problem.name = name;
  const LineRange certified = section(lines, "Certified Values", name);
  const std::regex coefficient(R"(^\s*B(\d+)\s+(\S+)\s+(\S+)\s*$)");
  const std::regex deviation(R"(^\s*Standard Deviation\s+(\S+)\s*$)");
  const std::regex r_squared(R"(^\s*R-Squared\s+(\S+)\s*$)");
  const std::regex regression(R"(^Regression\s+\S+\s+\S+\s+\S+\s+(\S+)\s*$)");
  for (std::size_t i = certified.first; i <= certified.last; ++i) {
    std::smatch match;
    if (std::regex_match(lines[i - 1], match, coefficient)) {
      if (problem.coefficients.empty()) problem.intercept = match[1] == "0";
      problem.coefficients.push_back(std::stod(match[2]));
      problem.standard_deviations.push_back(std::stod(match[3]));
    } else if (std::regex_match(lines[i - 1], match, deviation)) {
      problem.residual_standard_deviation = std::stod(match[1]);
    } else if (std::regex_match(lines[i - 1], match, r_squared)) {
      problem.r_squared = std::stod(match[1]);
    } else if (std::regex_match(lines[i - 1], match, regression)) {
      problem.f_statistic = std::stod(match[1]);
    }
  }

  const LineRange data = section(lines, "Data", name);
  const auto rows = static_cast<std::int64_t>(data.last - data.first + 1);
  const auto cols = static_cast<std::int64_t>(problem.coefficients.size());
  const auto predictors = static_cast<std::int64_t>(numbers(lines[data.first - 1]).size()) - 1;
  const bool polynomial = predictors == 1;
  if (predictors < 1 || (!polynomial && cols != predictors + (problem.intercept ? 1 : 0)))
    throw std::runtime_error(name + ": " + std::to_string(cols) + " coefficients for " + std::to_string(predictors) +
                             " predictors");
  problem.design = Matrix<double>(rows, cols);
  problem.response = Matrix<double>(rows, 1);
  for (std::int64_t i = 0; i < rows; ++i) {
    const std::vector<double> values = numbers(lines[data.first - 1 + static_cast<std::size_t>(i)]);
    if (static_cast<std::int64_t>(values.size()) != predictors + 1)
      throw std::runtime_error(name + ": observation " + std::to_string(i + 1) + " is incomplete");
    problem.response(i, 0) = values[0];
    double power = problem.intercept ? 1 : values[1];
    for (std::int64_t j = 0; j < cols; ++j) {
      problem.design(i, j) = polynomial ? power : (problem.intercept ? (j == 0 ? 1 : values[j]) : values[j + 1]);
      power *= values[1];
    }
  }
  return problem;
}

StrdProblem stacked(const StrdProblem& problem, std::int64_t times) {
  const std::int64_t rows = problem.design.rows();
  StrdProblem result = problem;
  result.name += " x " + std::to_string(times);
  result.design = Matrix<double>(rows * times, problem.design.cols());
  result.response = Matrix<double>(rows * times, 1);
  for (std::int64_t i = 0; i < rows * times; ++i) {
    result.response(i, 0) = problem.response(i % rows, 0);
    for (std::int64_t j = 0; j < problem.design.cols(); ++j) result.design(i, j) = problem.design(i % rows, j);
  }
  return result;
}

}  // namespace croquis::test
