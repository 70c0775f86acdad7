#include "tools/classifier.hpp"

#include <stdexcept>

namespace croquis::tools {
namespace {

Matrix<double> predictors_of(const GeneralizedLinearModel& model, const AnyMatrixView<double>& a) {
  return linear_predictors(model, a);
}
Matrix<double> predictors_of(const KernelModel& model, const AnyMatrixView<double>& a) {
  return croquis::predictors(model, a);
}

}  // namespace

KernelFunction kernel_named(const std::string& name) {
  for (const KernelFunction kernel : kernel_functions)
    if (to_string(kernel) == name) return kernel;
  throw std::invalid_argument("its kernel is " + name);
}

const NewtonReport& Classifier::report() const {
  return std::visit([](const NewtonReport& report) -> const NewtonReport& { return report; }, model);
}
NewtonReport& Classifier::report() {
  return std::visit([](NewtonReport& report) -> NewtonReport& { return report; }, model);
}

ModelLoss Classifier::loss() const {
  return std::visit([](const auto& of) { return of.loss; }, model);
}
double Classifier::loss_scale() const {
  return std::visit([](const auto& of) { return of.loss_scale; }, model);
}
const std::vector<double>& Classifier::labels() const {
  return std::visit([](const auto& of) -> const std::vector<double>& { return of.labels; }, model);
}
const Matrix<double>& Classifier::coefficients() const {
  return std::visit([](const auto& of) -> const Matrix<double>& { return of.coefficients; }, model);
}
const std::vector<double>& Classifier::intercepts() const {
  return std::visit([](const auto& of) -> const std::vector<double>& { return of.intercepts; }, model);
}

std::int64_t Classifier::columns() const { return kernel() ? kernel()->centres.cols() : coefficients().rows(); }

std::string Classifier::term(std::int64_t j) const {
  const auto at = static_cast<std::size_t>(j);
  if (kernel()) return "row " + std::to_string(kernel()->centre_rows[at]);
  return column_names.empty() ? "x[" + std::to_string(j) + "]" : column_names[at];
}

Matrix<double> Classifier::predictors(const AnyMatrixView<double>& a) const {
  return std::visit([&](const auto& of) { return predictors_of(of, a); }, model);
}
Matrix<double> Classifier::class_probabilities(const AnyMatrixView<double>& a) const {
  return std::visit([&](const auto& of) { return croquis::class_probabilities(of, a); }, model);
}
std::vector<double> Classifier::predictions(const AnyMatrixView<double>& a) const {
  return std::visit([&](const auto& of) { return croquis::predictions(of, a); }, model);
}
ModelScore Classifier::score(const AnyMatrixView<double>& a, std::span<const double> y) const {
  return std::visit([&](const auto& of) { return croquis::score(of, a, y); }, model);
}

}  // namespace croquis::tools
