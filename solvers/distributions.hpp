// Tail probabilities of the distributions that tests of a linear model refer to.
#pragma once

namespace croquis {

/// P(|T| >= |t|) for Student's T with `freedom` > 0 degrees of freedom. NaN if an argument is, or `freedom` is not
/// positive. The relative error is below 1e-12 for up to 1e7 degrees of freedom, also far in the tail.
double two_sided_t_probability(double t, double freedom);

/// The t >= 0 for which P(|T| >= t) is `probability`, in (0, 1], to a few roundoffs. Otherwise as above.
double two_sided_t_quantile(double probability, double freedom);

/// P(F >= f) for Fisher's F with `numerator` and `denominator` degrees of freedom, f >= 0. Otherwise as above.
double upper_f_probability(double f, double numerator, double denominator);

}  // namespace croquis
