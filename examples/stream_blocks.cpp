// Fitting a matrix that never stands in memory whole: blocks of rows come in, their sketch grows, the blocks go.
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
  cq::LeastSquaresStream<double> stream(n, 1, {.sketch_rows = 2000, .seed = 42});
  for (std::int64_t first = 0; first < m; first += block_rows) {
    const cq::Matrix<double> block = next_block(first, std::min(block_rows, m - first), n);
    stream.add(block.view().block(0, 0, block.rows(), n), block.view().block(0, n, block.rows(), 1));
  }
  const auto fit = stream.finish();
  std::printf("%s\nsolution (1, 2, ..., %ld) recovered as\n", fit.message.c_str(), n);
  double worst = 0;
  for (std::int64_t j = 0; j < n; ++j) {
    std::printf(" %.4f", fit.x(j, 0));
    worst = std::max(worst, std::abs(fit.x(j, 0) - static_cast<double>(j + 1)));
  }
  std::printf("\neach of them to %.4f\n", fit.error_bars[0].largest_coefficient);
  return fit.solved() && worst < 0.01 ? 0 : 1;
}
