// Difference quotients, and what is done where a first step tells too little.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <croquis/linalg/matrix_view.hpp>

#include "solvers/nonlinear/difference_steps.hpp"
#include "solvers/nonlinear/quotient_choice.hpp"
#include "solvers/nonlinear/residual_function.hpp"

namespace croquis {

/// The derivatives of residuals along one direction after another, at x with r = r(x). All but x and r must outlive it,
/// and so must what these two show.
class RefinedQuotients {
 public:
  RefinedQuotients(ResidualFunction& residual, const NonlinearProblem& problem, DifferenceScheme scheme,
                   std::span<const double> x, std::span<const double> r);

  /// Writes to the first columns of `points` where residuals are wanted; how many.
  std::int64_t place(const DifferenceSteps& along, const double* v, MatrixView<double> points) const;
  /// Writes the derivatives along v from the residuals there. Where these suffer from rounding or bend within the step,
  /// evaluates them at other steps.
  void write(const double* v, const DifferenceSteps& along, MatrixView<const double> values, double* derivatives);

 private:
  // One step, or the several of an extrapolation.
  struct Trial {
    double t = 0;  // the longest
    std::vector<double> value = {};
    std::vector<double> error = {};  // of extrapolated ones
    std::vector<Evidence> evidence = {};
    double change = 0;        // of the residuals, by the longest step
    double size = 0;          // of those that change, here or where they were evaluated first
    double worst_error = 0;   // of extrapolated ones together, relatively
    bool hides_some = false;  // whether there is no evidence of some residual's change
    bool bends = false;       // whether residuals bend within the step, by differences that show it
  };

  bool extrapolates() const { return scheme_ == DifferenceScheme::extrapolated; }
  double size_of(std::size_t i) const;
  void measure(const DifferenceSteps& along, MatrixView<const double> values, Trial& trial);
  Trial tried(const double* v, const DifferenceSteps& along);
  void lengthen(const double* v, double most_change);
  void shorten(const double* v);
  void shorten_extrapolation(const double* v);
  bool moves_from_zero(const double* v) const;
  void choose(double* derivatives);

  ResidualFunction& residual_;
  const NonlinearProblem& problem_;
  DifferenceScheme scheme_;
  std::span<const double> x_;
  std::span<const double> r_;
  std::vector<Trial> trials_;  // of the direction in hand; the first keeps its memory
  std::vector<double> work_, sizes_;
};

}  // namespace croquis
