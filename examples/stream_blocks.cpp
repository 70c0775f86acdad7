// Sketching a matrix that never stands in memory whole: blocks of rows come in, S A and S b grow, the blocks go.
// Alone: g++ -std=c++20 -O2 stream_blocks.cpp $(pkg-config --cflags --libs croquis)
#include <cmath>
#include <cstdio>

#include <croquis/croquis.hpp>

namespace cq = croquis;

// Rows first, first + 1, ... of [A b], where b = A (1, 2, ..., n)^T + noise. In earnest this would read a file.
cq::Matrix<double> next_block(std::int64_t first, std::int64_t rows, std::int64_t n) {
  cq::Matrix<double> block(rows, n + 1, cq::Layout::row_major);
  for (std::int64_t i = 0; i < rows; ++i) {
    const double t = static_cast<double>(first + i);
    block(i, n) = 0.01 * std::sin(1.7 * t * t);
    for (std::int64_t j = 0; j < n; ++j) {
      block(i, j) = std::cos(0.1 * t * static_cast<double>(j + 1));
      block(i, n) += block(i, j) * static_cast<double>(j + 1);
    }
  }
  return block;
}

int main() {
  const std::int64_t m = 1000000, n = 10, block_rows = 30000;
  const cq::SparseSign s{.rows = 2000, .cols = m, .nonzeros = 8, .seed = 42};
  cq::Matrix<double> sketch(s.rows, n + 1);
  for (std::int64_t first = 0; first < m; first += block_rows) {
    const cq::Matrix<double> block = next_block(first, std::min(block_rows, m - first), n);
    cq::accumulate(s, first, block, sketch);
  }
  const auto fit = cq::least_squares(sketch.view().block(0, 0, s.rows, n), sketch.view().block(0, n, s.rows, 1));
  std::printf("%ld x %ld sketched to %ld x %ld; solution (1, 2, ..., %ld) recovered as\n", m, n, s.rows, n, n);
  double worst = 0;
  for (std::int64_t j = 0; j < n; ++j) {
    std::printf(" %.4f", fit.x(j, 0));
    worst = std::max(worst, std::abs(fit.x(j, 0) - static_cast<double>(j + 1)));
  }
  std::printf("\n");
  return fit.solved() && worst < 0.01 ? 0 : 1;
}
