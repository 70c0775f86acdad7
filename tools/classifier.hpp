// A classifier, linear or in the space of a kernel, by what the command asks of it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <croquis/solvers/cross_validation.hpp>

namespace croquis::tools {

/// All there are.
inline constexpr KernelFunction kernel_functions[] = {KernelFunction::gaussian, KernelFunction::matern52,
                                                      KernelFunction::matern32, KernelFunction::laplacian};

/// Throws `std::invalid_argument` if there is none.
KernelFunction kernel_named(const std::string& name);

struct Classifier {
  std::variant<GeneralizedLinearModel, KernelModel> model;
  double ridge = 0;
  bool intercept = true;
  std::vector<std::string> column_names;    ///< of A; empty if the file had none
  std::optional<std::int64_t> first_index;  ///< svmlight: what A's indices counted from

  const KernelModel* kernel() const { return std::get_if<KernelModel>(&model); }
  const NewtonReport& report() const;
  NewtonReport& report();

  ModelLoss loss() const;
  double loss_scale() const;
  const std::vector<double>& labels() const;
  const Matrix<double>& coefficients() const;
  const std::vector<double>& intercepts() const;
  /// The columns of data that it applies to.
  std::int64_t columns() const;
  /// What coefficient j is of: the file's name of a column or "x[j]", and of a kernel the row that is the centre.
  std::string term(std::int64_t j) const;

  /// As the library's functions for both kinds of models.
  Matrix<double> predictors(const AnyMatrixView<double>& a) const;
  Matrix<double> class_probabilities(const AnyMatrixView<double>& a) const;
  std::vector<double> predictions(const AnyMatrixView<double>& a) const;
  ModelScore score(const AnyMatrixView<double>& a, std::span<const double> y) const;
};

}  // namespace croquis::tools
