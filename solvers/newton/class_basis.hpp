// Combinations of softmax's predictors in which the mean Hessian of the loss is diagonal.
#pragma once

#include <cstdint>

#include "solvers/newton/model_data.hpp"

namespace croquis {

/// An orthonormal basis (K x K - 1, column-major) of the vectors whose entries add up to zero, in which the weighted
/// mean of diag(p) - p p^T is diagonal. P: the probabilities, m rows of K numbers. Multithreaded over chunks of rows
/// that depend on m alone. Cost: m K^2 flops.
Matrix<double> class_basis(const ModelData& data, const double* p);

/// s_i = sqrt(w_i v^T (diag(p_i) - p_i p_i^T) v), m numbers.
std::vector<double> class_row_scale(const ModelData& data, const double* p, const double* v);

}  // namespace croquis
