#include "tools/json_report.hpp"

#include <limits>
#include <vector>

#include <croquis/version.hpp>

#include "tools/json_text.hpp"

namespace croquis::tools {
namespace {

Json per_vector(std::vector<double> values, std::int64_t vectors) {
  values.resize(static_cast<std::size_t>(vectors), std::numeric_limits<double>::quiet_NaN());
  return vectors == 1 ? Json(values[0]) : Json(values);
}

Json sketch_json(const AnySketch& sketch) {
  return {{"family", to_string(sketch.family())},
          {"rows", sketch.rows()},
          {"nonzeros", sketch.nonzeros()},
          {"seed", sketch.seed()}};
}

// One object, or an array of them for several right-hand sides.
Json error_bars_json(const std::vector<ErrorBar>& bars) {
  Json array = Json::array();
  for (const ErrorBar& bar : bars)
    array.push_back({{"solution", bar.solution},
                     {"largest_coefficient", bar.largest_coefficient},
                     {"coefficients", bar.coefficients},
                     {"fit", bar.fit},
                     {"residual_norm", bar.residual_norm},
                     {"residual_low", bar.residual_low},
                     {"residual_high", bar.residual_high}});
  return array.size() == 1 ? array[0] : array;
}

Json quantiles_json(const Quantiles& q) { return {{"low", q.low}, {"median", q.median}, {"high", q.high}}; }

Json seconds_json(const SketchedSolveSeconds& s) {
  return {{"sketch", s.sketch}, {"factor", s.factor}, {"iterate", s.iterate}, {"total", s.total}};
}

Json size_json(const SketchSizeProfile& size) {
  Json json = sketch_json(size.sketch);
  json["ratio"] = size.ratio;
  json["distortion"] = quantiles_json(size.distortion);
  json["condition"] = quantiles_json(size.condition);
  json["typical_distortion"] = size.typical.distortion;
  json["typical_condition"] = size.typical.preconditioned_condition();
  json["predicted"] = seconds_json(size.predicted);
  json["predicted"]["passes"] = size.predicted_passes;
  json["measured"] = seconds_json(size.measured);
  json["measured"]["passes"] = size.passes;
  json["status"] = size.status ? Json(to_string(*size.status)) : Json();
  return json;
}

Json choice_json(const SketchProfile& profile, const std::optional<std::size_t>& index) {
  if (!index) return nullptr;
  const SketchSizeProfile& size = profile.sizes[*index];
  Json json = sketch_json(size.sketch);
  json["predicted_seconds"] = size.predicted.total;
  json["measured_seconds"] = size.measured.total;
  return json;
}

Json stream_json(const StreamSummary& stream) {
  return {{"form", stream.replayed ? "replayed" : "one-pass"},
          {"readings", stream.readings},
          {"blocks", stream.blocks},
          {"rows_read", stream.rows_read},
          {"peak_block_bytes", stream.peak_block_bytes}};
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

std::string json_report(const SolveOptions& options, const ProblemSummary& problem, const LeastSquaresReport& report,
                        const std::optional<Comparison>& comparison) {
  const std::int64_t vectors = problem.vectors;
  Json json = {{"status", to_string(report.status)},
               {"message", report.message},
               {"rows", problem.rows},
               {"cols", problem.cols},
               {"rhs", vectors},
               {"ridge", options.ridge},
               {"weighted", options.weights.has_value()},
               {"min_norm", options.minimum_norm},
               {"constraints", problem.constraints},
               {"rank", report.rank},
               {"method", to_string(report.method)},
               {"iterations", report.iterations},
               {"passes", report.passes},
               {"sketch", report.sketch ? sketch_json(*report.sketch) : Json()},
               {"backward_error", per_vector(report.backward_error, vectors)},
               {"residual_norm", per_vector(report.residual_norm, vectors)},
               {"gradient_norm", per_vector(report.gradient_norm, vectors)},
               {"condition_estimate", report.condition_estimate},
               {"seconds",
                {{"read", problem.read_seconds},
                 {"sketch", report.seconds.sketch},
                 {"factor", report.seconds.factor},
                 {"iterate", report.seconds.iterate},
                 {"total", problem.read_seconds + report.seconds.total},
                 {"predicted", report.predicted_seconds}}},
               {"threads", runtime_info().task_threads},
               {"version", version()}};
  if (!report.error_bars.empty()) {
    json["error_bars"] = error_bars_json(report.error_bars);
    json["seconds"]["bootstrap"] = report.seconds.bootstrap;
  }
  if (problem.stream) json["stream"] = stream_json(*problem.stream);
  if (comparison) json["compare"] = comparison_json(*comparison, vectors);
  return one_line(json);
}

std::string json_report(const FittedModel& fitted) {
  const LinearModel& model = fitted.model;
  Json coefficients = Json::array();
  for (const std::int64_t column : fitted.order()) {
    const auto j = static_cast<std::size_t>(column);
    coefficients.push_back({{"name", fitted.name(column)},
                            {"estimate", model.coefficients[j]},
                            {"std_error", model.standard_errors[j]},
                            {"t_value", model.t_values[j]},
                            {"p_value", model.p_values[j]}});
  }
  const std::vector<double> residuals = fitted.residual_quantiles();
  return one_line({{"status", to_string(model.status)},
                   {"message", model.message},
                   {"response", fitted.response()},
                   {"intercept", fitted.intercept},
                   {"rows", fitted.problem.a.rows()},
                   {"cols", fitted.problem.a.cols()},
                   {"rank", model.rank},
                   {"coefficients", coefficients},
                   {"residuals",
                    {{"min", residuals[0]},
                     {"first_quartile", residuals[1]},
                     {"median", residuals[2]},
                     {"third_quartile", residuals[3]},
                     {"max", residuals[4]}}},
                   {"residual_standard_error", model.residual_standard_error},
                   {"degrees_of_freedom", model.degrees_of_freedom},
                   {"r_squared", model.r_squared},
                   {"adjusted_r_squared", model.adjusted_r_squared},
                   {"f_statistic", model.f_statistic},
                   {"model_degrees_of_freedom", model.model_degrees_of_freedom},
                   {"f_p_value", model.f_p_value},
                   {"method", to_string(model.method)},
                   {"backward_error", per_vector(model.backward_error, 1)},
                   {"condition_estimate", model.condition_estimate},
                   {"seconds", {{"read", fitted.problem.read_seconds}, {"solve", model.seconds.total}}},
                   {"threads", runtime_info().task_threads},
                   {"version", version()}});
}

std::string json_report(const SketchReport& report) {
  return one_line({{"status", "sketched"},
                   {"sketch", sketch_json(report.sketch)},
                   {"rows", report.sketch.cols()},
                   {"cols", report.cols},
                   {"sparse", !report.dense},
                   {"output", report.output},
                   {"output_sparse", report.stored_entries.has_value()},
                   {"seconds",
                    {{"read", report.read_seconds},
                     {"sketch", report.sketch_seconds},
                     {"write", report.write_seconds},
                     {"total", report.read_seconds + report.sketch_seconds + report.write_seconds}}},
                   {"threads", runtime_info().task_threads},
                   {"version", version()}});
}

std::string json_report(const SketchProfile& profile, double read_seconds) {
  Json sizes = Json::array();
  for (const SketchSizeProfile& size : profile.sizes) sizes.push_back(size_json(size));
  const SketchRecommendation& found = profile.recommendation;
  Json smallest = Json::array();
  for (const std::size_t index : found.smallest) smallest.push_back(sketch_json(profile.sizes[index].sketch));
  return one_line({{"status", to_string(profile.status)},
                   {"message", profile.message},
                   {"rows", profile.rows},
                   {"cols", profile.cols},
                   {"rank", profile.rank},
                   {"seeds", profile.seeds},
                   {"distortion", profile.wanted_distortion},
                   {"sizes", sizes},
                   {"recommended",
                    {{"fastest", choice_json(profile, found.fastest)},
                     {"fastest_measured", choice_json(profile, found.fastest_measured)},
                     {"measured_ratio", found.measured_ratio},
                     {"smallest_for_distortion", smallest}}},
                   {"seconds",
                    {{"read", read_seconds},
                     {"pass", profile.pass_seconds},
                     {"direct_predicted", profile.direct_seconds},
                     {"total", read_seconds + profile.seconds}}},
                   {"threads", runtime_info().task_threads},
                   {"version", version()}});
}

std::string json_error(const std::string& message) { return one_line({{"status", "error"}, {"message", message}}); }

}  // namespace croquis::tools
