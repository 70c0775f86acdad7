#include "solvers/newton/losses.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>

namespace croquis {
namespace {

struct ValueAndSlope {
  double value;
  double slope;
};

struct Logistic {
  ValueAndSlope operator()(double z, double y) const {
    const double u = y * z;
    const double e = std::exp(-std::abs(u));
    const double value = std::log1p(e) + (u < 0 ? -u : 0);
    return {value, -y * (u < 0 ? 1 : e) / (1 + e)};
  }
  double curvature(double z, double, double) const {
    const double e = std::exp(-std::abs(z));
    return e / ((1 + e) * (1 + e));
  }
};

struct Poisson {
  ValueAndSlope operator()(double z, double y) const {
    const double mean = std::exp(z);
    return {mean - y * z, mean - y};
  }
  double curvature(double z, double, double) const { return std::exp(z); }
};

struct Squared {
  ValueAndSlope operator()(double z, double y) const { return {0.5 * (z - y) * (z - y), z - y}; }
  double curvature(double, double, double) const { return 1; }
};

// Of the curvature that is lent where there is none, below.
constexpr double most_lent = 0.1;

struct Huber {
  double s;
  ValueAndSlope operator()(double z, double y) const {
    const double r = z - y, size = std::abs(r);
    return size <= s ? ValueAndSlope{0.5 * r * r, r} : ValueAndSlope{s * (size - 0.5 * s), std::copysign(s, r)};
  }
  // Lent: of the parabola above the loss that touches it, as iteratively reweighted least squares takes.
  double curvature(double z, double y, double part) const {
    const double size = std::abs(z - y);
    return size <= s ? 1 : most_lent * part * (s / size);
  }
};

struct SmoothedHinge {
  double s;
  ValueAndSlope operator()(double z, double y) const {
    const double gap = 1 - y * z;
    if (gap <= 0) return {0, 0};
    if (gap <= s) return {0.5 * gap / s * gap, -y * (gap / s)};
    return {gap - 0.5 * s, -y};
  }
  // Lent: of that between the straight parts.
  double curvature(double z, double y, double part) const {
    const double gap = 1 - y * z;
    return gap > 0 && gap <= s ? 1 / s : most_lent * part / s;
  }
};

// body(loss) for a loss of one predictor.
template <class Body>
auto with_loss(ModelLoss loss, double scale, const Body& body) {
  switch (loss) {
    case ModelLoss::logistic:
      return body(Logistic{});
    case ModelLoss::poisson:
      return body(Poisson{});
    case ModelLoss::huber:
      return body(Huber{scale});
    case ModelLoss::smoothed_hinge:
      return body(SmoothedHinge{scale});
    case ModelLoss::squared:
    case ModelLoss::softmax:
      break;
  }
  assert(loss == ModelLoss::squared);
  return body(Squared{});
}

double softmax_losses_and_slopes(const Observations& observations, MatrixView<double> z) {
  double sum = 0;
  for (std::int64_t i = 0; i < observations.count; ++i) {
    const auto own = static_cast<std::int64_t>(observations.response[i]);
    const double weight = observations.weight_at(i);
    double largest = z(i, 0);
    for (std::int64_t k = 1; k < z.cols; ++k) largest = std::max(largest, z(i, k));
    const double above = largest - z(i, own);
    double total = 0;
    for (std::int64_t k = 0; k < z.cols; ++k) total += z(i, k) = std::exp(z(i, k) - largest);
    sum += weight * (std::log(total) + above);
    for (std::int64_t k = 0; k < z.cols; ++k) z(i, k) *= weight / total;
    z(i, own) -= weight;
  }
  return sum;
}

}  // namespace

bool is_exponential(ModelLoss loss) {
  return loss == ModelLoss::logistic || loss == ModelLoss::softmax || loss == ModelLoss::poisson;
}

double losses_and_slopes(ModelLoss loss, double scale, const Observations& observations, MatrixView<double> z) {
  if (loss == ModelLoss::softmax) return softmax_losses_and_slopes(observations, z);
  return with_loss(loss, scale, [&](const auto& f) {
    double sum = 0;
    for (std::int64_t i = 0; i < observations.count; ++i) {
      const double weight = observations.weight_at(i);
      const ValueAndSlope at = f(z(i, 0), observations.response[i]);
      sum += weight * at.value;
      z(i, 0) = weight * at.slope;
    }
    return sum;
  });
}

void curvatures(ModelLoss loss, double scale, const Observations& observations, double part, const double* z,
                double* curvature) {
  with_loss(loss, scale, [&](const auto& f) {
    for (std::int64_t i = 0; i < observations.count; ++i)
      curvature[i] = observations.weight_at(i) * f.curvature(z[i], observations.response[i], part);
  });
}

void softmax(std::int64_t count, std::int64_t classes, const double* z, double* p) {
  for (std::int64_t i = 0; i < count; ++i, z += classes, p += classes) {
    const double largest = *std::max_element(z, z + classes);
    double total = 0;
    for (std::int64_t k = 0; k < classes; ++k) total += p[k] = std::exp(z[k] - largest);
    for (std::int64_t k = 0; k < classes; ++k) p[k] /= total;
  }
}

double least_margin(ModelLoss loss, const Observations& observations, std::int64_t classes, const double* z) {
  double least = std::numeric_limits<double>::infinity();
  for (std::int64_t i = 0; i < observations.count; ++i) {
    if (observations.weight_at(i) == 0) continue;
    if (loss == ModelLoss::softmax) {
      const auto own = static_cast<std::int64_t>(observations.response[i]);
      for (std::int64_t k = 0; k < classes; ++k)
        if (k != own) least = std::min(least, z[i * classes + own] - z[i * classes + k]);
    } else {
      least = std::min(least, observations.response[i] * z[i]);
    }
  }
  return least;
}

}  // namespace croquis
