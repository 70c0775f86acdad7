// How accurate are estimates of a trace from 100 products, beside Hutchinson's, and how fast are block Lanczos's
// extreme eigenpairs beside LAPACK's?
#include <croquis/solvers/eigenpairs.hpp>
#include <croquis/solvers/trace_estimate.hpp>

#include <algorithm>
#include <cmath>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include <croquis/sketch/apply.hpp>

#include "linalg/blas.hpp"
#include "perf/paired_timing.hpp"

extern "C" void dsyevr_(const char*, const char*, const char*, const croquis::blas_int*, double*,
                        const croquis::blas_int*, const double*, const double*, const croquis::blas_int*,
                        const croquis::blas_int*, const double*, croquis::blas_int*, double*, double*,
                        const croquis::blas_int*, croquis::blas_int*, double*, const croquis::blas_int*,
                        croquis::blas_int*, const croquis::blas_int*, croquis::blas_int*, std::size_t, std::size_t,
                        std::size_t);

namespace croquis::perf {
namespace {

// An eigenvalue for each place in the order.
struct Spectrum {
  const char* name;
  std::function<double(double j, double n)> value;
};

std::vector<double> eigenvalues(const Spectrum& spectrum, std::int64_t n) {
  std::vector<double> d;
  for (std::int64_t j = 0; j < n; ++j) d.push_back(spectrum.value(static_cast<double>(j), static_cast<double>(n)));
  return d;
}

// The estimates do not see a basis: the test vectors are uniform on spheres, so a diagonal matrix stands for all.
struct TraceProblem {
  std::vector<double> d;
  double trace = 0;
  LinearOperator<double> a;
  std::vector<double> errors, reference_errors;
  int covered = 0;

  explicit TraceProblem(std::vector<double> diagonal) : d(std::move(diagonal)) {
    for (const double value : d) trace += value;
    const auto n = static_cast<std::int64_t>(d.size());
    a = {n, n,
         [this](MatrixView<const double> x, MatrixView<double> y) {
           for (std::int64_t j = 0; j < x.cols; ++j)
             for (std::int64_t i = 0; i < x.rows; ++i) y(i, j) = d[static_cast<std::size_t>(i)] * x(i, j);
         },
         nullptr};
  }
  TraceEstimate estimate(TraceMethod method, std::size_t seed) const {
    return estimate_trace(a, {.method = method, .products = 100, .seed = seed});
  }
};

double root_mean_square(const std::vector<double>& errors) {
  return norm2(static_cast<std::int64_t>(errors.size()), errors.data()) / std::sqrt(static_cast<double>(errors.size()));
}

Case trace_case(const Spectrum& spectrum, TraceMethod method) {
  return {.name = "trace " + to_string(method) + " " + spectrum.name + " n10000 p100",
          .reference = "hutchinson",
          .make = [=](bool quick) -> Contest {
            const auto p = std::make_shared<TraceProblem>(eigenvalues(spectrum, quick ? 500 : 10000));
            Contest contest;
            contest.ours = [=] {
              const TraceEstimate found = p->estimate(method, p->errors.size());
              p->errors.push_back(found.trace - p->trace);
              if (std::abs(p->errors.back()) <= found.error_bar) ++p->covered;
            };
            contest.reference = [=] {
              p->reference_errors.push_back(p->estimate(TraceMethod::hutchinson, p->reference_errors.size()).trace -
                                            p->trace);
            };
            contest.findings = [=]() -> std::vector<std::pair<std::string, double>> {
              // The timed calls are too few to judge by.
              while (p->errors.size() < (quick ? 10u : 200u)) {
                contest.ours();
                contest.reference();
              }
              const double ours = root_mean_square(p->errors), theirs = root_mean_square(p->reference_errors);
              return {{"relative_error", ours / std::abs(p->trace)},
                      {"reference_relative_error", theirs / std::abs(p->trace)},
                      {"error_ratio", theirs / ours},
                      {"coverage_of_90", p->covered / static_cast<double>(p->errors.size())}};
            };
            return contest;
          }};
}

constexpr std::int64_t wanted_pairs = 10;

struct EigenProblem {
  Matrix<double> a;
  Matrix<double> copy;  // dsyevr overwrites it
  Eigenpairs found;
  std::vector<double> reference;

  // Householder reflections on both sides of a diagonal matrix.
  EigenProblem(const std::vector<double>& d)
      : a(static_cast<std::int64_t>(d.size()), static_cast<std::int64_t>(d.size())) {
    const std::int64_t n = a.rows();
    for (std::int64_t j = 0; j < n; ++j) a(j, j) = d[static_cast<std::size_t>(j)];
    Matrix<double> v(n, 1), av(n, 1);
    for (std::uint64_t seed = 1; seed <= 3; ++seed) {
      fill(Gaussian{.rows = n, .cols = 1, .seed = seed}, v.view());
      const double norm = norm2(n, v.data());
      for (double& entry : v.entries()) entry /= norm;
      // H A H = A - 2 v w^T - 2 w v^T, w = A v - (v^T A v) v.
      multiply<double>(1, a.view(), v.view(), 0, av.view());
      double form = 0;
      for (std::int64_t i = 0; i < n; ++i) form += v(i, 0) * av(i, 0);
      for (std::int64_t i = 0; i < n; ++i) av(i, 0) -= form * v(i, 0);
      multiply<double>(-2, v.view(), av.view().transposed(), 1, a.view());
      multiply<double>(-2, av.view(), v.view().transposed(), 1, a.view());
    }
  }

  void run_dsyevr() {
    const blas_int n = to_blas_int(a.rows(), "rows");
    const blas_int first = n - static_cast<blas_int>(wanted_pairs) + 1;
    const double zero = 0;
    blas_int count = 0, info = 0, work_size = -1, integer_size = 10 * n;
    reference.resize(static_cast<std::size_t>(n));
    Matrix<double> z(n, wanted_pairs);
    std::vector<blas_int> support(2 * wanted_pairs), integers(static_cast<std::size_t>(integer_size));
    std::vector<double> work(1);
    for (int call = 0; call < 2; ++call) {
      dsyevr_("V", "I", "U", &n, copy.data(), &n, &zero, &zero, &first, &n, &zero, &count, reference.data(), z.data(),
              &n, support.data(), work.data(), &work_size, integers.data(), &integer_size, &info, 1, 1, 1);
      if (info != 0) throw std::runtime_error("dsyevr failed");
      work_size = static_cast<blas_int>(work[0]);
      work.resize(static_cast<std::size_t>(work_size));
    }
    std::reverse(reference.begin(), reference.begin() + wanted_pairs);
  }
};

Case eigenpair_case(const Spectrum& spectrum, std::int64_t n) {
  return {.name = "eigenpairs" + std::to_string(wanted_pairs) + " " + spectrum.name + " n" + std::to_string(n),
          .reference = "dsyevr",
          .make = [=](bool quick) -> Contest {
            const auto p = std::make_shared<EigenProblem>(eigenvalues(spectrum, quick ? 200 : n));
            Contest contest;
            contest.ours = [p] { p->found = top_eigenpairs(linear_operator(p->a), wanted_pairs); };
            contest.prepare_reference = [p] { p->copy = p->a; };
            contest.reference = [p] { p->run_dsyevr(); };
            contest.findings = [p]() -> std::vector<std::pair<std::string, double>> {
              double worst = 0;
              for (std::size_t j = 0; j < p->found.eigenvalues.size(); ++j)
                worst = std::max(worst, std::abs(p->found.eigenvalues[j] - p->reference[j]));
              return {{"products", static_cast<double>(p->found.products)},
                      {"solved", p->found.solved() ? 1 : 0},
                      {"eigenvalue_error", worst / p->found.norm_estimate}};
            };
            return contest;
          }};
}

}  // namespace
}  // namespace croquis::perf

int main(int argc, char** argv) {
  using namespace croquis;
  using namespace croquis::perf;
  const Spectrum fast{"0.7^j", [](double j, double) { return std::pow(0.7, j); }};
  const Spectrum square{"1/j^2", [](double j, double) { return 1 / ((1 + j) * (1 + j)); }};
  const Spectrum slow{"1/j", [](double j, double) { return 1 / (1 + j); }};
  const Spectrum flat{"flat", [](double j, double n) { return 3 - 2 * j / n; }};
  std::vector<Case> cases;
  for (const Spectrum& spectrum : {fast, square, slow, flat})
    for (const TraceMethod method : {TraceMethod::xtrace, TraceMethod::hutch_plus_plus})
      cases.push_back(trace_case(spectrum, method));
  for (const Spectrum& spectrum : {square, slow, flat}) cases.push_back(eigenpair_case(spectrum, 2000));
  return run_cases(argc, argv, "traces from 100 products beside Hutchinson's, and extreme eigenpairs beside LAPACK's",
                   cases);
}
