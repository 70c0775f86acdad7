// Notices steps that lead nowhere.
#pragma once

#include <cstdint>

namespace croquis {

/// Watches the cost and the norm of the gradient from one step to the next.
class CrawlWatch {
 public:
  /// After a step tried: whether the last 25 lowered neither to a half.
  bool crawls(double cost, double gradient) {
    if (steps_ == 0 || cost <= sufficient * cost_ || gradient <= sufficient * gradient_) {
      cost_ = cost;
      gradient_ = gradient;
      steps_ = 0;
    }
    return ++steps_ > patience;
  }

 private:
  static constexpr std::int64_t patience = 25;
  static constexpr double sufficient = 0.5;
  std::int64_t steps_ = 0;  // since the last progress
  double cost_ = 0;         // there
  double gradient_ = 0;
};

}  // namespace croquis
