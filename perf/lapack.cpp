#include "perf/lapack.hpp"

#include <stdexcept>
#include <string>
#include <vector>

#include "linalg/blas.hpp"

extern "C" {
void dgels_(const char*, const int*, const int*, const int*, double*, const int*, double*, const int*, double*,
            const int*, int*, std::size_t);
void dpotrs_(const char*, const int*, const int*, const double*, const int*, double*, const int*, int*, std::size_t);
void dgelsy_(const int*, const int*, const int*, double*, const int*, double*, const int*, int*, const double*, int*,
             double*, const int*, int*);
}

namespace croquis::perf {
namespace {

struct Sizes {
  int m, n, k;
  Sizes(const Matrix<double>& a, const Matrix<double>& b)
      : m(to_blas_int(a.rows(), "rows of A")),
        n(to_blas_int(a.cols(), "columns of A")),
        k(to_blas_int(b.cols(), "columns of B")) {}
};

// Calls a LAPACK driver twice: for the size of its workspace, and with it.
template <class Driver>
int with_workspace(const char* name, const Driver& driver) {
  double best_size = 0;
  int info = 0, query = -1;
  driver(&best_size, &query, &info);
  int size = static_cast<int>(best_size);
  std::vector<double> work(size);
  driver(work.data(), &size, &info);
  if (info < 0) throw std::logic_error(std::string(name) + ": argument " + std::to_string(-info) + " is wrong");
  return info;
}

}  // namespace

bool dgels(Matrix<double>& a, Matrix<double>& b) {
  const Sizes s(a, b);
  return with_workspace("dgels", [&](double* work, const int* size, int* info) {
           dgels_("N", &s.m, &s.n, &s.k, a.data(), &s.m, b.data(), &s.m, work, size, info, 1);
         }) == 0;
}

std::int64_t dgelsy(Matrix<double>& a, Matrix<double>& b, double rcond) {
  const Sizes s(a, b);
  std::vector<int> pivots(s.n, 0);
  int rank = 0;
  with_workspace("dgelsy", [&](double* work, const int* size, int* info) {
    dgelsy_(&s.m, &s.n, &s.k, a.data(), &s.m, b.data(), &s.m, pivots.data(), &rcond, &rank, work, size, info);
  });
  return rank;
}

bool normal_equations(const Matrix<double>& a, const Matrix<double>& b, Matrix<double>& x) {
  const Sizes s(a, b);
  Matrix<double> gram(s.n, s.n);
  multiply_by_own_transpose<double>(a.view(), 0, gram.view());
  int info = 0;
  dpotrf_("U", &s.n, gram.data(), &s.n, &info, 1);
  if (info != 0) return false;
  x = Matrix<double>(s.n, s.k);
  Matrix<double> residual = b;
  Matrix<double> step = Matrix<double>::uninitialized(s.n, s.k);
  constexpr int refinements = 2;
  for (int pass = 0; pass <= refinements; ++pass) {
    multiply<double>(1, a.view().transposed(), residual.view(), 0, step.view());
    dpotrs_("U", &s.n, &s.k, gram.data(), &s.n, step.data(), &s.n, &info, 1);
    for (std::int64_t i = 0; i < step.view().size(); ++i) x.data()[i] += step.data()[i];
    if (pass == refinements) break;
    residual = b;
    multiply<double>(-1, a.view(), x.view(), 1, residual.view());
  }
  return true;
}

}  // namespace croquis::perf
