#include "perf/nonlinear_set.hpp"

#include <algorithm>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <utility>

#include "linalg/products.hpp"

namespace croquis::perf {
namespace {

std::vector<test::NonlinearTestProblem> large_problems() {
  using namespace test;
  std::vector<NonlinearTestProblem> problems{
      artif(1000),         argtrig(1000),  bratu2d(34),    bratu3d(12),    cbratu2d(24),   broydn3d(1000),
      chandheq(1000),      integreq(1000), morebv(1000),   luksan21(1000), oscigrne(1000), oscipane(1000),
      vardimne(1000),      freurone(1000), penlt1ne(1000), penlt2ne(1000), msqrta(32),     arglale(1000, 2000),
      arglble(1000, 2000), luksan11(1000), eigena(32),     eigenb(32),     yatp1cne(30),   brownal(1000),
      powellsg(1000),      arwhdne(1000)};
  const std::map<std::string, double> minima{{"FREURONE", 60734.855055},
                                             {"ARWHDNE", 139.567515},
                                             {"ARGLBLE", 249.812545},
                                             {"ARGLALE", 500},
                                             // All unknowns are equal there: one equation, solved to 40 digits.
                                             {"PENLT1NE", 4.843136116507267e-8}};
  for (NonlinearTestProblem& p : problems) p.minimum = minima.contains(p.name) ? minima.at(p.name) : 0;
  return problems;
}

SparseMatrix<double> entries_of(const Matrix<double>& j) {
  std::vector<Triplet<double>> entries;
  for (std::int64_t k = 0; k < j.cols(); ++k)
    for (std::int64_t i = 0; i < j.rows(); ++i)
      if (j(i, k) != 0) entries.push_back({i, k, j(i, k)});
  return SparseMatrix<double>::from_triplets(j.rows(), j.cols(), entries);
}

// No more than one entry in twenty is not zero.
bool is_sparse(const Matrix<double>& j) {
  const auto zeros = std::count(j.entries().begin(), j.entries().end(), 0.0);
  return 20 * (j.rows() * j.cols() - zeros) <= j.rows() * j.cols();
}

// J at one x, which is made once.
class CachedJacobian {
 public:
  explicit CachedJacobian(const NonlinearProblem& problem)
      : problem_(problem), dense_(problem.residuals, problem.unknowns) {}

  AnyMatrixView<double> at(std::span<const double> x) {
    if (!std::equal(x.begin(), x.end(), x_.begin(), x_.end())) {
      x_.assign(x.begin(), x.end());
      problem_.jacobian(x, dense_.view());
      has_few_entries_ = is_sparse(dense_);
      if (has_few_entries_) sparse_ = entries_of(dense_);
    }
    if (has_few_entries_) return sparse_;
    return std::as_const(dense_).view();
  }

 private:
  NonlinearProblem problem_;
  std::vector<double> x_;
  Matrix<double> dense_;
  SparseMatrix<double> sparse_;
  bool has_few_entries_ = false;
};

}  // namespace

std::vector<test::NonlinearTestProblem> problem_set(int size) {
  return size == 100 ? test::nonlinear_test_problems() : large_problems();
}

NonlinearProblem by_products(const NonlinearProblem& problem) {
  const auto j = std::make_shared<CachedJacobian>(problem);
  NonlinearProblem result = problem;
  result.jacobian = nullptr;
  result.jacobian_times = [j](std::span<const double> x, MatrixView<const double> v, MatrixView<double> jv) {
    multiply_by<double>(j->at(x), v, jv);
  };
  result.jacobian_transposed_times = [j](std::span<const double> x, MatrixView<const double> u,
                                         MatrixView<double> jtu) { multiply_by_transpose<double>(j->at(x), u, jtu); };
  return result;
}

NonlinearProblem by_entries_if_sparse(const test::NonlinearTestProblem& test) {
  const NonlinearProblem& problem = test.problem;
  const auto whole = std::make_shared<Matrix<double>>(problem.residuals, problem.unknowns);
  problem.jacobian(test.x0, whole->view());
  if (!is_sparse(*whole)) return problem;
  NonlinearProblem result = by_products(problem);
  result.sparse_jacobian = [problem, whole](std::span<const double> x) {
    problem.jacobian(x, whole->view());
    return entries_of(*whole);
  };
  return result;
}

}  // namespace croquis::perf
