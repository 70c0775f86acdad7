// Running a test on every instruction set this machine and this build have.
#pragma once

#include <doctest/doctest.h>

#include <functional>

#include <hwy/highway.h>

namespace croquis::test {

inline void for_each_simd_target(const std::function<void()>& body) {
  // What the kernels were compiled for and the processor supports; the lowest bit is the best.
  std::int64_t targets = hwy::SupportedTargets() & HWY_TARGETS;
  CHECK(targets != 0);
  for (; targets != 0; targets &= targets - 1) {
    const std::int64_t target = targets & -targets;
    INFO("instruction set " << hwy::TargetName(target));
    hwy::SetSupportedTargetsForTest(target);
    hwy::GetChosenTarget().Update(hwy::SupportedTargets());
    body();
  }
  hwy::SetSupportedTargetsForTest(0);
  hwy::GetChosenTarget().Update(hwy::SupportedTargets());
}

}  // namespace croquis::test
