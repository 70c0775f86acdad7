// XTrace: every test vector estimates what the basis of all the others leaves.
#pragma once

#include <croquis/linalg/matrix.hpp>

#include "solvers/spectrum/student_mean.hpp"

namespace croquis {

/// What an estimate of tr A is made from.
struct TraceProducts {
  Matrix<double> tests, images;        ///< w and A w, n x k
  Matrix<double> basis, basis_images;  ///< Q and A Q, n x r
};

/// The mean over the test vectors w_i of e_i = tr Q_i^T A Q_i + (n - k + 1) u_i^T A u_i / u_i^T u_i, Q_i a basis of all
/// images but A w_i, u_i what is left of w_i beside it; Q (r = k) spans all images.
///
/// The e_i are not independent, and their scatter alone makes the error look up to three times too small. Let e_i(j) be
/// e_i with image j left out as well, d_ij = e_i - e_i(j). Given all vectors but w_i, both e_i and e_i(j) have the mean
/// tr A; e_i(j) does not depend on w_j at all. So e_i(j) is uncorrelated with e_j(i) and with d_ji, and cov(e_i, e_j) =
/// E d_ij d_ji: the standard error adds the mean of these products, if positive, to the usual s^2 / k.
///
/// Cost: 12 n k^2 flops and some k^3. Source of the estimate: Epperly, Tropp and Webber, arXiv 2301.07825.
StudentMean exchangeable_trace(const TraceProducts& products);

/// The same with one basis for all test vectors, which does not depend on them: the mean of tr Q^T A Q + (n - r) u_i^T
/// A u_i / u_i^T u_i. Cost: 8 n r k flops.
StudentMean deflated_trace(const TraceProducts& products);

}  // namespace croquis
