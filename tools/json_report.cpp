#include "tools/json_report.hpp"

#include <limits>
#include <vector>

#include <croquis/version.hpp>
#include <nlohmann/json.hpp>

namespace croquis::tools {
namespace {

using Json = nlohmann::ordered_json;

// Messages may hold file names in any encoding; what is not UTF-8 is replaced. The library writes NaN as null.
std::string one_line(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

Json per_vector(std::vector<double> values, std::int64_t vectors) {
  values.resize(static_cast<std::size_t>(vectors), std::numeric_limits<double>::quiet_NaN());
  return vectors == 1 ? Json(values[0]) : Json(values);
}

Json sketch_json(const std::optional<AnySketch>& sketch) {
  if (!sketch) return nullptr;
  return {{"family", to_string(sketch->family())},
          {"rows", sketch->rows()},
          {"nonzeros", sketch->nonzeros()},
          {"seed", sketch->seed()}};
}

Json comparison_json(const Comparison& comparison, std::int64_t vectors) {
  Json json = {{"method", "lapack-dgels"},
               {"seconds", comparison.seconds > 0 ? Json(comparison.seconds) : Json()},
               {"backward_error", per_vector(comparison.backward_error, vectors)},
               {"croquis_backward_error", per_vector(comparison.croquis_backward_error, vectors)}};
  if (!comparison.message.empty()) json["message"] = comparison.message;
  return json;
}

}  // namespace

std::string json_report(const Problem& problem, const LeastSquaresReport& report,
                        const std::optional<Comparison>& comparison) {
  const std::int64_t vectors = problem.b.cols();
  Json json = {{"status", to_string(report.status)},
               {"message", report.message},
               {"rows", problem.a.rows()},
               {"cols", problem.a.cols()},
               {"rhs", vectors},
               {"rank", report.rank},
               {"method", to_string(report.method)},
               {"iterations", report.iterations},
               {"passes", report.passes},
               {"sketch", sketch_json(report.sketch)},
               {"backward_error", per_vector(report.backward_error, vectors)},
               {"residual_norm", per_vector(report.residual_norm, vectors)},
               {"gradient_norm", per_vector(report.gradient_norm, vectors)},
               {"condition_estimate", report.condition_estimate},
               {"seconds",
                {{"read", problem.read_seconds},
                 {"sketch", report.seconds.sketch},
                 {"factor", report.seconds.factor},
                 {"iterate", report.seconds.iterate},
                 {"total", problem.read_seconds + report.seconds.total}}},
               {"threads", runtime_info().task_threads},
               {"version", version()}};
  if (comparison) json["compare"] = comparison_json(*comparison, vectors);
  return one_line(json);
}

std::string json_error(const std::string& message) { return one_line({{"status", "error"}, {"message", message}}); }

}  // namespace croquis::tools
