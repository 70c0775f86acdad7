// What a solve may spend, and has spent.
#pragma once

#include <cstdint>
#include <limits>
#include <string>

namespace croquis {

/// Thrown before anything is spent beyond a limit. It ends a solve, and never leaves it.
struct BudgetSpent {
  std::string message;
};

/// Counts up to a limit, which it never passes.
class Budget {
 public:
  /// `what` names the things that are counted. A limit of 0 is none.
  Budget(const char* what, std::int64_t limit) : what_(what), limit_(limit) {}

  std::int64_t spent() const { return spent_; }
  std::int64_t left() const { return limit_ > 0 ? limit_ - spent_ : std::numeric_limits<std::int64_t>::max(); }
  /// Throws `BudgetSpent` unless so many more are left.
  void require(std::int64_t count) const {
    if (count > left())
      throw BudgetSpent{"stopped after " + std::to_string(spent_) + " " + what_ + ": the next " +
                        std::to_string(count) + " would pass the limit"};
  }
  void spend(std::int64_t count) {
    require(count);
    spent_ += count;
  }

 private:
  const char* what_;
  std::int64_t limit_;
  std::int64_t spent_ = 0;
};

}  // namespace croquis
