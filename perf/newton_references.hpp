// Other solvers of the models that `fit_generalized_linear_model` fits: liblinear and liblbfgs, where they were found.
#pragma once

#include <memory>
#include <vector>

#include <croquis/solvers/generalized_linear_model.hpp>

namespace croquis::perf {

/// Logistic regression by liblinear's trust-region Newton method (-s 0), on its own copy of the data.
class Liblinear {
 public:
  /// Null if it was not built. Labels are -1 and 1; no intercept; C = 1 / (ridge m).
  static std::unique_ptr<Liblinear> make(const AnyMatrixView<double>& a, const std::vector<double>& y, double ridge,
                                         double gradient_tolerance);
  virtual ~Liblinear() = default;
  virtual void train() = 0;
  virtual const std::vector<double>& coefficients() const = 0;
};

/// True if liblbfgs was built in.
bool have_lbfgs();

/// Minimises from zero until ||g|| <= gradient_tolerance ||g(0)||; returns x.
std::vector<double> run_lbfgs(const Objective& objective, double gradient_tolerance, std::int64_t& evaluations);

}  // namespace croquis::perf
