#include "solvers/derivative_free/orthogonal_basis.hpp"

#include <algorithm>

#include "linalg/blas.hpp"

namespace croquis {
namespace {

double dot(std::span<const double> a, std::span<const double> b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

}  // namespace

std::vector<double> OrthogonalBasis::coordinates(std::span<const double> v) const {
  std::vector<double> result;
  for (const auto& column : columns_) result.push_back(dot(column, v));
  return result;
}

std::vector<double> OrthogonalBasis::combine(std::span<const double> y) const {
  std::vector<double> result(static_cast<std::size_t>(length_));
  for (std::size_t k = 0; k < columns_.size(); ++k)
    for (std::size_t i = 0; i < result.size(); ++i) result[i] += y[k] * columns_[k][i];
  return result;
}

std::vector<double> OrthogonalBasis::remainder(std::span<const double> v, std::vector<double>& coefficients) const {
  std::vector<double> rest(v.begin(), v.end());
  coefficients.assign(columns_.size(), 0.0);
  for (int round = 0; round < 2; ++round) {
    const std::vector<double> part = coordinates(rest);
    for (std::size_t k = 0; k < columns_.size(); ++k) {
      coefficients[k] += part[k];
      for (std::size_t i = 0; i < rest.size(); ++i) rest[i] -= part[k] * columns_[k][i];
    }
  }
  return rest;
}

bool OrthogonalBasis::append(std::span<const double> v, double tolerance) {
  std::vector<double> coefficients;
  std::vector<double> rest = remainder(v, coefficients);
  const double norm = norm2(length_, rest.data());
  if (!(norm > tolerance * norm2(length_, v.data()))) return false;
  for (double& entry : rest) entry /= norm;
  coefficients.push_back(norm);
  columns_.push_back(std::move(rest));
  triangle_.push_back(std::move(coefficients));
  return true;
}

Matrix<double> OrthogonalBasis::triangle() const {
  Matrix<double> r(size(), size());
  for (std::size_t k = 0; k < triangle_.size(); ++k)
    std::copy(triangle_[k].begin(), triangle_[k].end(), r.data() + static_cast<std::int64_t>(k) * size());
  return r;
}

}  // namespace croquis
