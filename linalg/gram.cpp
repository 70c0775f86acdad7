#include "linalg/gram.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <vector>

#include "linalg/blas.hpp"
#include "linalg/memory.hpp"
#include "linalg/parallel.hpp"

namespace croquis {
namespace {

constexpr std::int64_t block_cols = 128;

}  // namespace

Matrix<double> gram(MatrixView<const double> a) {
  const std::int64_t n = a.cols;
  Matrix<double> result = Matrix<double>::uninitialized(n, n);
  const std::int64_t blocks = (n + block_cols - 1) / block_cols;
  const auto columns = [&](std::int64_t block) {
    return a.block(0, block * block_cols, a.rows, std::min(block_cols, n - block * block_cols));
  };
  for_each_tile(blocks * blocks, [&](std::int64_t tile) {
    const std::int64_t i = tile % blocks;
    const std::int64_t j = tile / blocks;
    if (i > j) return;
    const auto left = columns(i);
    const auto right = columns(j);
    multiply<double>(1, left.transposed(), right, 0,
                     result.view().block(i * block_cols, j * block_cols, left.cols, right.cols));
  });
  return result;
}

ExtremeSingularValues singular_values_of_gram(Matrix<double> g) {
  const blas_int n = to_blas_int(g.rows(), "rows");
  if (n == 0) return {};
  std::vector<double> squares(static_cast<std::size_t>(n));
  Workspace<double> work(std::int64_t{66} * n);
  const blas_int size = to_blas_int(work.size(), "workspace");
  blas_int info = 0;
  const SingleThreadedBlas single_threaded_blas;
  dsyev_("N", "U", &n, g.data(), &n, squares.data(), work.data(), &size, &info, 1, 1);
  if (info != 0) throw std::runtime_error("the eigenvalues of a Gram matrix did not converge");
  const double largest = std::max(0.0, squares.back());
  const double rounding = static_cast<double>(n) * std::numeric_limits<double>::epsilon() / 2 * largest;
  return {.largest = std::sqrt(largest), .smallest = squares.front() > rounding ? std::sqrt(squares.front()) : 0};
}

}  // namespace croquis
