#include "tests/support/strd_nonlinear.hpp"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <map>
#include <memory>
#include <numbers>
#include <regex>
#include <sstream>
#include <stdexcept>

#include "tests/support/dual.hpp"

namespace croquis::test {
namespace {

constexpr double pi = std::numbers::pi;

using Unknowns = const std::vector<Dual>&;
using Model = Dual (*)(Unknowns b, const std::vector<double>& x);

Dual square(const Dual& a) { return a * a; }

Dual chwirut(Unknowns b, const std::vector<double>& x) { return exp(-b[0] * x[0]) / (b[1] + b[2] * x[0]); }

Dual gauss(Unknowns b, const std::vector<double>& x) {
  return b[0] * exp(-b[1] * x[0]) + b[2] * exp(-square((x[0] - b[3]) / b[4])) +
         b[5] * exp(-square((x[0] - b[6]) / b[7]));
}

Dual lanczos(Unknowns b, const std::vector<double>& x) {
  return b[0] * exp(-b[1] * x[0]) + b[2] * exp(-b[3] * x[0]) + b[4] * exp(-b[5] * x[0]);
}

Dual enso(Unknowns b, const std::vector<double>& x) {
  const double t = 2 * pi * x[0];
  return b[0] + b[1] * cos(t / 12) + b[2] * sin(t / 12) + b[4] * cos(t / b[3]) + b[5] * sin(t / b[3]) +
         b[7] * cos(t / b[6]) + b[8] * sin(t / b[6]);
}

const std::map<std::string, Model>& models() {
  using X = const std::vector<double>&;
  static const std::map<std::string, Model> all{
      {"Chwirut1", chwirut},
      {"Chwirut2", chwirut},
      {"DanWood", [](Unknowns b, X x) { return b[0] * pow(x[0], b[1]); }},
      {"ENSO", enso},
      {"Eckerle4", [](Unknowns b, X x) { return b[0] / b[1] * exp(-0.5 * square((x[0] - b[2]) / b[1])); }},
      {"Gauss1", gauss},
      {"Gauss2", gauss},
      {"Kirby2",
       [](Unknowns b, X x) {
         return (b[0] + b[1] * x[0] + b[2] * x[0] * x[0]) / (1 + b[3] * x[0] + b[4] * x[0] * x[0]);
       }},
      {"Lanczos1", lanczos},
      {"Lanczos2", lanczos},
      {"Lanczos3", lanczos},
      {"MGH10", [](Unknowns b, X x) { return b[0] * exp(b[1] / (x[0] + b[2])); }},
      {"MGH17", [](Unknowns b, X x) { return b[0] + b[1] * exp(-x[0] * b[3]) + b[2] * exp(-x[0] * b[4]); }},
      {"Misra1a", [](Unknowns b, X x) { return b[0] * (1 - exp(-b[1] * x[0])); }},
      {"Misra1b", [](Unknowns b, X x) { return b[0] * (1 - 1 / square(1 + b[1] * x[0] / 2)); }},
      {"Misra1c", [](Unknowns b, X x) { return b[0] * (1 - pow(1 + 2 * b[1] * x[0], -0.5)); }},
      {"Misra1d", [](Unknowns b, X x) { return b[0] * b[1] * x[0] / (1 + b[1] * x[0]); }},
      // Of the logarithm of the response.
      {"Nelson", [](Unknowns b, X x) { return b[0] - b[1] * x[0] * exp(-b[2] * x[1]); }},
      {"Rat42", [](Unknowns b, X x) { return b[0] / (1 + exp(b[1] - b[2] * x[0])); }},
      {"Rat43", [](Unknowns b, X x) { return b[0] / pow(1 + exp(b[1] - b[2] * x[0]), 1 / b[3]); }},
      {"Roszman1", [](Unknowns b, X x) { return b[0] - b[1] * x[0] - atan(b[2] / (x[0] - b[3])) / pi; }},
  };
  return all;
}

std::vector<double> numbers(const std::string& line) {
  std::istringstream stream(line);
  std::vector<double> values;
  for (double value = 0; stream >> value;) values.push_back(value);
  return values;
}

struct Observations {
  std::vector<double> response;
  std::vector<std::vector<double>> predictors;
};

NonlinearProblem fit(Model model, std::shared_ptr<const Observations> data, std::int64_t unknowns) {
  const auto values = [model, data](std::span<const double> b, const auto& body) {
    std::vector<Dual> variables;
    for (std::size_t j = 0; j < b.size(); ++j) variables.push_back(Dual::variable(b[j], j));
    for (std::size_t i = 0; i < data->response.size(); ++i) body(i, model(variables, data->predictors[i]));
  };
  NonlinearProblem problem{.residuals = static_cast<std::int64_t>(data->response.size()), .unknowns = unknowns};
  problem.residual = [values, data](std::span<const double> b, std::span<double> r) {
    values(b, [&](std::size_t i, const Dual& value) { r[i] = value.value - data->response[i]; });
  };
  problem.jacobian = [values, unknowns](std::span<const double> b, MatrixView<double> j) {
    values(b, [&](std::size_t i, const Dual& value) {
      for (std::int64_t k = 0; k < unknowns; ++k)
        j(static_cast<std::int64_t>(i), k) = value.slope[static_cast<std::size_t>(k)];
    });
  };
  return problem;
}

}  // namespace

StrdNonlinearProblem read_strd_nonlinear(const std::filesystem::path& file) {
  StrdNonlinearProblem result{.name = file.stem().string()};
  const auto model = models().find(result.name);
  std::ifstream stream(file);
  if (!stream) throw std::runtime_error(file.string() + ": cannot be read");
  if (model == models().end()) throw std::runtime_error(file.string() + ": its model is not known");

  const std::regex coefficient(R"(^\s*b\d+ =\s+(\S+)\s+(\S+)\s+(\S+)\s+(\S+)\s*$)");
  const std::regex squares(R"(^Residual Sum of Squares:\s+(\S+)\s*$)");
  const std::regex deviation(R"(^Residual Standard Deviation:\s+(\S+)\s*$)");
  const auto data = std::make_shared<Observations>();
  bool in_data = false;
  for (std::string line; std::getline(stream, line);) {
    std::smatch match;
    if (in_data) {
      std::vector<double> values = numbers(line);
      if (values.size() < 2) continue;
      data->response.push_back(result.name == "Nelson" ? std::log(values[0]) : values[0]);
      data->predictors.emplace_back(values.begin() + 1, values.end());
    } else if (std::regex_match(line, match, coefficient)) {
      result.start[0].push_back(std::stod(match[1]));
      result.start[1].push_back(std::stod(match[2]));
      result.coefficients.push_back(std::stod(match[3]));
      result.standard_deviations.push_back(std::stod(match[4]));
    } else if (std::regex_match(line, match, squares)) {
      result.sum_of_squares = std::stod(match[1]);
    } else if (std::regex_match(line, match, deviation)) {
      result.residual_standard_deviation = std::stod(match[1]);
    } else {
      // The heading of the table, not the description further up, which has no y right behind the colon.
      in_data = std::regex_search(line, std::regex(R"(^Data:\s+y\s+x)"));
    }
  }
  // The file misprints the one certified coefficient as 1.20196866396; this one leaves the certified residual.
  if (result.name == "Roszman1" && result.coefficients.front() == 1.20196866396)
    result.coefficients.front() = 0.20196866396;
  if (result.coefficients.empty() || data->response.size() <= result.coefficients.size())
    throw std::runtime_error(file.string() + ": not a nonlinear data set of StRD");
  result.problem = fit(model->second, data, static_cast<std::int64_t>(result.coefficients.size()));
  return result;
}

std::vector<StrdNonlinearProblem> read_all_strd_nonlinear(const std::filesystem::path& folder) {
  std::vector<StrdNonlinearProblem> result;
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    if (entry.path().extension() == ".dat") result.push_back(read_strd_nonlinear(entry.path()));
  std::sort(result.begin(), result.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  return result;
}

}  // namespace croquis::test
