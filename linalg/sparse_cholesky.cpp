#include "linalg/sparse_cholesky.hpp"

#if defined(CROQUIS_HAVE_SUITESPARSE)

#include <utility>

#include "linalg/cholmod_session.hpp"
#include "linalg/parallel.hpp"

namespace croquis {
namespace {

// The rows of L = R^T as the columns of R: L by columns comes with its diagonal first in each.
template <class T>
SparseTrapezoid<T> transposed_factor(const cholmod_factor& l) {
  const auto n = static_cast<std::int64_t>(l.n);
  const auto* const start = static_cast<const std::int64_t*>(l.p);
  const auto* const row = static_cast<const std::int64_t*>(l.i);
  const auto* const value = static_cast<const double*>(l.x);
  const auto* const ordering = static_cast<const std::int64_t*>(l.Perm);
  SparseTrapezoid<T> r;
  r.rank = n;
  r.permutation.assign(ordering, ordering + n);
  r.start.assign(static_cast<std::size_t>(n) + 1, 0);
  r.diagonal.resize(static_cast<std::size_t>(n));
  for (std::int64_t j = 0; j < n; ++j)
    for (std::int64_t k = start[j] + 1; k < start[j + 1]; ++k) ++r.start[row[k] + 1];
  for (std::int64_t j = 0; j < n; ++j) r.start[j + 1] += r.start[j];
  r.row.resize(static_cast<std::size_t>(r.start[n]));
  r.value.resize(r.row.size());
  std::vector<std::int64_t> next(r.start.begin(), r.start.end() - 1);
  for (std::int64_t j = 0; j < n; ++j) {
    r.diagonal[j] = static_cast<T>(value[start[j]]);
    for (std::int64_t k = start[j] + 1; k < start[j + 1]; ++k) {
      const std::int64_t place = next[row[k]]++;
      r.row[place] = static_cast<std::int32_t>(j);
      r.value[place] = static_cast<T>(value[k]);
    }
  }
  return r;
}

class CholmodCholesky final : public SparseCholesky {
 public:
  // A by rows is A^T by columns, and CHOLMOD factors F F^T for F = A^T.
  template <class T>
  explicit CholmodCholesky(const CsrView<T, std::int64_t>& a) {
    cholmod_sparse f = borrowed(a, nullptr);
    symbolic_.reset(cholmod_l_analyze(&f, session_.get()));
    session_.check();
    entries = session_->lnz;
    flops = session_->fl;
    const auto* const perm = static_cast<const std::int64_t*>(symbolic_->Perm);
    ordering.assign(perm, perm + a.cols);
  }

  std::optional<SparseTrapezoid<double>> factorize(const CsrView<double, std::int64_t>& a,
                                                   const std::vector<double>& scale) override {
    return factorize_scaled(a, scale);
  }
  std::optional<SparseTrapezoid<float>> factorize(const CsrView<float, std::int64_t>& a,
                                                  const std::vector<float>& scale) override {
    return factorize_scaled(a, scale);
  }

 private:
  template <class T>
  static cholmod_sparse borrowed(const CsrView<T, std::int64_t>& a, const double* value) {
    return borrowed_columns(a.cols, a.rows, a.nonzeros(), a.row_start, a.column, value);
  }

  template <class T>
  std::optional<SparseTrapezoid<T>> factorize_scaled(const CsrView<T, std::int64_t>& a, const std::vector<T>& scale) {
    std::vector<double> value(static_cast<std::size_t>(a.nonzeros()) + 1);  // not null
    for (std::int64_t k = 0; k < a.nonzeros(); ++k) value[k] = static_cast<double>(a.value[k]) * scale[a.column[k]];
    cholmod_sparse f = borrowed(a, value.data());
    const Factor l(cholmod_l_copy_factor(symbolic_.get(), session_.get()), symbolic_.get_deleter());
    session_.check();
    std::optional<SparseTrapezoid<T>> result;
    {
      const SingleThreadedBlas single_threaded_blas;
      session_->final_ll = 1;
      cholmod_l_factorize(&f, l.get(), session_.get());
    }
    if (session_->status == CHOLMOD_OK && l->minor == l->n) {
      cholmod_l_change_factor(CHOLMOD_REAL, 1, 0, 1, 1, l.get(), session_.get());
      if (session_->status == CHOLMOD_OK) result = transposed_factor<T>(*l);
    }
    session_.check();
    return result;
  }

  struct Free {
    cholmod_common* common;
    void operator()(cholmod_factor* factor) const { cholmod_l_free_factor(&factor, common); }
  };
  using Factor = std::unique_ptr<cholmod_factor, Free>;

  CholmodSession session_;
  Factor symbolic_{nullptr, Free{session_.get()}};
};

}  // namespace

template <class T>
std::unique_ptr<SparseCholesky> SparseCholesky::analyze(const CsrView<T, std::int64_t>& a) {
  return std::make_unique<CholmodCholesky>(a);
}

#else

namespace croquis {

template <class T>
std::unique_ptr<SparseCholesky> SparseCholesky::analyze(const CsrView<T, std::int64_t>&) {
  return nullptr;
}

#endif

template std::unique_ptr<SparseCholesky> SparseCholesky::analyze<float>(const CsrView<float, std::int64_t>&);
template std::unique_ptr<SparseCholesky> SparseCholesky::analyze<double>(const CsrView<double, std::int64_t>&);

}  // namespace croquis
