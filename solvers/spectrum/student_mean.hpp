// The mean of a few numbers and how well it is known.
#pragma once

#include <cstddef>
#include <vector>

namespace croquis {

struct StudentMean {
  double mean = 0;
  double standard_error = 0;  ///< of the mean; infinite for one number
};

/// Of at least one number.
StudentMean student_mean(const std::vector<double>& values);

/// Half the width of Student's interval for the mean of `count` numbers, in standard errors; 1 for one number.
double student_factor(std::size_t count, double confidence);

}  // namespace croquis
