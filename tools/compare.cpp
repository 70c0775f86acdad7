#include "tools/compare.hpp"

#include <climits>
#include <cstdio>
#include <fstream>
#include <limits>

#include <croquis/solvers/backward_error.hpp>

#include "tools/dense_copy.hpp"
#include "tools/lapack.hpp"
#include "tools/stopwatch.hpp"

namespace croquis::tools {
namespace {

constexpr double gibibyte = 1024.0 * 1024.0 * 1024.0;

// Memory the system can give without swapping; infinite where it does not say.
double available_bytes() {
  std::ifstream information("/proc/meminfo");
  std::string name;
  std::string unit;
  for (double kibibytes = 0; information >> name >> kibibytes; std::getline(information, unit))
    if (name == "MemAvailable:") return kibibytes * 1024;
  return std::numeric_limits<double>::infinity();
}

std::string why_not(std::int64_t rows, std::int64_t cols) {
  if (rows > INT_MAX || cols > INT_MAX) return "the matrix is too large for LAPACK's 32-bit integers";
  if (cols == 0) return "A has no columns";
  const double needed = 8.0 * static_cast<double>(rows) * static_cast<double>(cols);
  if (needed > 0.8 * available_bytes()) {
    char text[80];
    std::snprintf(text, sizeof text, "a dense copy of A needs %.1f GiB, more than is free", needed / gibibyte);
    return text;
  }
  return {};
}

}  // namespace

Comparison compare_with_lapack(const AnyMatrixView<double>& a, MatrixView<const double> b, MatrixView<const double> x) {
  Comparison result;
  result.message = why_not(a.rows(), a.cols());
  if (!result.message.empty()) return result;

  Matrix<double> solution(b);
  {
    Matrix<double> copy = dense_copy(a);
    const int m = static_cast<int>(a.rows());
    const int n = static_cast<int>(a.cols());
    const int vectors = static_cast<int>(b.cols);
    int info = 0;
    int size = -1;
    double wanted = 0;
    dgels_("N", &m, &n, &vectors, copy.data(), &m, solution.data(), &m, &wanted, &size, &info, 1);
    size = static_cast<int>(wanted);
    std::vector<double> work(static_cast<std::size_t>(size));
    const Stopwatch clock;
    dgels_("N", &m, &n, &vectors, copy.data(), &m, solution.data(), &m, work.data(), &size, &info, 1);
    result.seconds = clock.seconds();
    if (info != 0) result.message = "dgels found the matrix exactly singular";
  }
  result.croquis_backward_error = least_squares_backward_error(a, x, b);
  if (result.message.empty())
    result.backward_error = least_squares_backward_error(a, solution.view().block(0, 0, a.cols(), b.cols), b);
  return result;
}

}  // namespace croquis::tools
