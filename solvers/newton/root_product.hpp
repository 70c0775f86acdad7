// Products with a Hessian that is given by its square root.
#pragma once

#include <croquis/solvers/objective.hpp>

namespace croquis {

/// HV = A^T (d (A V)) + ridge V, reading A once; V and HV are n x k.
void root_product(const HessianRoot& root, MatrixView<const double> v, MatrixView<double> hv);

}  // namespace croquis
