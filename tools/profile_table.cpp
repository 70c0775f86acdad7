#include "tools/profile_table.hpp"

#include <initializer_list>

#include "tools/number_text.hpp"

namespace croquis::tools {
namespace {

constexpr char header[] =
    "family,rows,ratio,distortion_5,distortion_50,distortion_95,condition_5,condition_50,condition_95,"
    "typical_distortion,typical_condition,predicted_passes,predicted_sketch,predicted_factor,predicted_iterate,"
    "predicted_total,passes,measured_sketch,measured_factor,measured_iterate,measured_total,status\n";

void add(std::string& line, std::initializer_list<double> values) {
  for (const double value : values) line.append(",").append(all_digits(value));
}
void add(std::string& line, const Quantiles& q) { add(line, {q.low, q.median, q.high}); }
void add(std::string& line, const SketchedSolveSeconds& s) { add(line, {s.sketch, s.factor, s.iterate, s.total}); }

}  // namespace

std::string csv_table(const SketchProfile& profile) {
  std::string text = header;
  for (const SketchSizeProfile& size : profile.sizes) {
    text += to_string(size.sketch.family()) + "," + std::to_string(size.sketch.rows());
    add(text, {size.ratio});
    add(text, size.distortion);
    add(text, size.condition);
    add(text, {size.typical.distortion, size.typical.preconditioned_condition(), size.predicted_passes});
    add(text, size.predicted);
    text.append(",").append(std::to_string(size.passes));
    add(text, size.measured);
    text.append(",").append(size.status ? to_string(*size.status) : "not_solved").append("\n");
  }
  return text;
}

}  // namespace croquis::tools
