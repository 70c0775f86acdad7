// How fast is `randomized_svd` beside LAPACK's dgesdd, and beside the reads of A that it cannot do without?
#include <croquis/solvers/low_rank.hpp>

#include <algorithm>
#include <cmath>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include <croquis/sketch/apply.hpp>

#include "linalg/blas.hpp"
#include "perf/bounds.hpp"
#include "perf/paired_timing.hpp"

namespace croquis::perf {
namespace {

constexpr std::int64_t rank = 20;
constexpr std::int64_t signal = 40;

enum class Reference { dgesdd, reads };

Matrix<double> normals(std::int64_t rows, std::int64_t cols, std::uint64_t seed) {
  Matrix<double> result = Matrix<double>::uninitialized(rows, cols);
  fill(Gaussian{.rows = rows, .cols = cols, .seed = seed}, result.view());
  return result;
}

struct Problem {
  Matrix<double> a;
  Matrix<double> copy;  // dgesdd overwrites it
  RandomizedSvd<double> svd;
  std::vector<double> reference_values;
  std::uint64_t sum = 0;

  // Singular values of about 1, 1/2, ..., 1/40 and noise far below.
  Problem(std::int64_t rows, std::int64_t cols) : a(normals(rows, cols, 1)) {
    Matrix<double> left = normals(rows, signal, 2);
    const Matrix<double> right = normals(cols, signal, 3);
    for (std::int64_t k = 0; k < signal; ++k)
      for (std::int64_t i = 0; i < rows; ++i) left(i, k) /= static_cast<double>(k + 1);
    multiply<double>(1, left.view(), right.view().transposed(), 1e-5, a.view());
  }

  void run_dgesdd() {
    const blas_int m = to_blas_int(a.rows(), "rows");
    const blas_int n = to_blas_int(a.cols(), "columns");
    reference_values.resize(static_cast<std::size_t>(n));
    Matrix<double> u = Matrix<double>::uninitialized(m, n);
    Matrix<double> vt = Matrix<double>::uninitialized(n, n);
    std::vector<blas_int> integers(8 * static_cast<std::size_t>(n));
    blas_int info = 0;
    const auto run = [&](double* work, blas_int size) {
      dgesdd_("S", &m, &n, copy.data(), &m, reference_values.data(), u.data(), &m, vt.data(), &n, work, &size,
              integers.data(), &info, 1);
      if (info != 0) throw std::runtime_error("dgesdd failed");
    };
    double wanted = 0;
    run(&wanted, -1);
    std::vector<double> work(static_cast<std::size_t>(wanted));
    run(work.data(), static_cast<blas_int>(wanted));
  }

  // The largest relative difference of the singular values, where there is a reference.
  double value_error() const {
    double worst = 0;
    for (std::size_t j = 0; j < svd.singular_values.size() && j < reference_values.size(); ++j)
      worst = std::max(worst, std::abs(svd.singular_values[j] / reference_values[j] - 1));
    return worst;
  }
};

Case make_case(std::int64_t rows, std::int64_t cols, Reference reference) {
  const std::string name =
      "randomized_svd" + std::to_string(rank) + " col " + std::to_string(rows) + "x" + std::to_string(cols);
  return {.name = reference == Reference::dgesdd ? name : name + " bound",
          .reference = reference == Reference::dgesdd ? "dgesdd" : "4 reads of A",
          .make = [=](bool quick) -> Contest {
            const auto p = std::make_shared<Problem>(quick ? rows / 32 : rows, quick ? cols / 8 : cols);
            Contest contest;
            contest.ours = [p] { p->svd = randomized_svd(p->a, {.rank = rank}); };
            if (reference == Reference::dgesdd) {
              contest.prepare_reference = [p] { p->copy = p->a; };
              contest.reference = [p] { p->run_dgesdd(); };
            } else {
              contest.reference = [p] {
                for (std::int64_t pass = 0; pass < 4; ++pass)
                  p->sum += read_memory(p->a.data(), p->a.view().size() * static_cast<std::int64_t>(sizeof(double)));
              };
            }
            contest.findings = [p]() -> std::vector<std::pair<std::string, double>> {
              return {{"passes", static_cast<double>(p->svd.passes)},
                      {"relative_error", p->svd.error_estimate / p->svd.norm_estimate},
                      {"singular_value_error", p->value_error()}};
            };
            return contest;
          }};
}

}  // namespace
}  // namespace croquis::perf

int main(int argc, char** argv) {
  using namespace croquis::perf;
  return run_cases(argc, argv, "randomized SVD, beside LAPACK's dgesdd and beside the reads of A",
                   {make_case(1 << 15, 1024, Reference::dgesdd), make_case(1 << 15, 1024, Reference::reads)});
}
