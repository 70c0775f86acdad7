#include "solvers/spectrum/eigenpair_options.hpp"

#include <algorithm>
#include <string>

#include <croquis/errors.hpp>

#include "solvers/conclude.hpp"
#include "solvers/option_checks.hpp"

namespace croquis {
namespace {

constexpr std::int64_t default_blocks = 12;
constexpr std::int64_t default_space = 400;
constexpr std::int64_t default_numbers = std::int64_t{1} << 25;  // 256 MiB

}  // namespace

void check_eigenpair_options(std::int64_t n, std::int64_t k, const EigenpairOptions& options) {
  if (k < 1 || k > n)
    throw InvalidOption("k is " + std::to_string(k) + " but must be from 1 to " + std::to_string(n) +
                        ", the rows of A");
  if (!(options.tolerance >= 1e-13 && options.tolerance < 1))
    throw InvalidOption("tolerance is " + scientific(options.tolerance) + " but must be from 1e-13 to below 1");
  check_at_least("block", options.block, 1);
  if (options.space != 0 && options.space < std::min(n, 2 * (k + options.block)))
    throw InvalidOption("space is " + std::to_string(options.space) + " but must be 0 or at least " +
                        std::to_string(std::min(n, 2 * (k + options.block))) + ", which is 2 (k + block) or n");
  check_at_least("product_limit", options.product_limit, 1);
}

std::int64_t vectors_in_memory(std::int64_t n, std::int64_t k, const EigenpairOptions& options) {
  if (options.space > 0) return std::min(n, options.space);
  const std::int64_t least = 2 * k + default_blocks * std::min(options.block, n);
  return std::min(n, std::max(least, std::min(default_space, default_numbers / n)));
}

}  // namespace croquis
