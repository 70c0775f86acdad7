#include "solvers/newton/curvature_costs.hpp"

#include <algorithm>

namespace croquis {
namespace {

// Seconds for a flop, a byte, an entry or a pair of entries.
constexpr double reads_of_a_sketch = 6;
constexpr double read_byte = 1 / 25e9;
constexpr double vector_flop = 1 / 30e9;
constexpr double gram_flop = 1 / 80e9;
constexpr double qr_flop = 1 / 50e9;
constexpr double sparse_entry = 1.5e-9;
constexpr double sparse_pair = 0.5e-9;

double squared(double x) { return x * x; }

// The sum over the rows of the squares of their numbers of entries.
double pairs_of_entries(const AnyMatrixView<double>& a) {
  return std::visit(
      [](const auto& view) {
        double pairs = 0;
        if constexpr (requires { view.row_start; }) {
          for (std::int64_t i = 0; i < view.rows; ++i)
            pairs += squared(static_cast<double>(view.row_start[i + 1] - view.row_start[i]));
        }
        return pairs;
      },
      a.storage());
}

}  // namespace

CurvatureCosts::CurvatureCosts(const AnyMatrixView<double>& a, std::int64_t size, std::int64_t vectors)
    : n_(static_cast<double>(size)) {
  const auto m = static_cast<double>(a.rows()), k = static_cast<double>(vectors);
  const auto entries = static_cast<double>(std::max<std::int64_t>(1, a.stored_entries()));
  if (a.is_dense()) {
    product_ = std::max(8 * entries * read_byte, 4 * entries * k * vector_flop);
    gram_ = m * n_ * n_ * gram_flop;
    reads_of_a_sketch_ = reads_of_a_sketch * 8 * entries * read_byte;
  } else {
    product_ = entries * std::max(1.0, k / 2) * sparse_entry;
    gram_ = pairs_of_entries(a) * sparse_pair + m * n_ * 1e-10;
    reads_of_a_sketch_ = 8 * entries * sparse_entry;
  }
}

double CurvatureCosts::sketch(std::int64_t d) const {
  return reads_of_a_sketch_ + 2 * (static_cast<double>(d) + n_) * n_ * n_ * qr_flop;
}

double CurvatureCosts::low_rank(std::int64_t d) const {
  const auto rank = static_cast<double>(d);
  return reads_of_a_sketch_ + rank * rank * (n_ + rank / 3) * gram_flop;
}

double CurvatureCosts::low_rank_solve(std::int64_t d) const { return 16 * static_cast<double>(d) * n_ * read_byte; }

}  // namespace croquis
