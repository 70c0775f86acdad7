#include "linalg/sparse_qr.hpp"

#include <algorithm>
#include <stdexcept>

#if defined(CROQUIS_HAVE_SUITESPARSE)
#include "linalg/cholmod_session.hpp"
#include "linalg/parallel.hpp"
#endif

namespace croquis {

#if defined(CROQUIS_HAVE_SUITESPARSE)

namespace {

// A D P by columns.
struct OrderedColumns {
  std::vector<std::int64_t> start{0};
  std::vector<std::int64_t> row;
  std::vector<double> value;

  template <class T>
  OrderedColumns(const CscView<T, std::int64_t>& a, const std::vector<std::int64_t>& ordering,
                 const std::vector<T>& scale) {
    start.reserve(ordering.size() + 1);
    row.reserve(static_cast<std::size_t>(a.nonzeros()));
    value.reserve(static_cast<std::size_t>(a.nonzeros()) + 1);  // not null
    for (const std::int64_t column : ordering) {
      for (std::int64_t k = a.column_start[column]; k < a.column_start[column + 1]; ++k) {
        row.push_back(a.row[k]);
        value.push_back(static_cast<double>(a.value[k]) * scale[column]);
      }
      start.push_back(static_cast<std::int64_t>(row.size()));
    }
  }
  cholmod_sparse borrowed(std::int64_t rows) const {
    return borrowed_columns(rows, static_cast<std::int64_t>(start.size()) - 1, start.back(), start.data(), row.data(),
                            value.data());
  }
};

// What SPQR returns.
struct Factors {
  CholmodSession& session;
  std::size_t cols;
  cholmod_dense* qtb = nullptr;
  cholmod_sparse* r = nullptr;
  std::int64_t* extra_ordering = nullptr;  // of singletons; null where SPQR kept the order given

  Factors(CholmodSession& of, std::size_t columns) : session(of), cols(columns) {}
  ~Factors() {
    if (extra_ordering != nullptr) cholmod_l_free(cols, sizeof(std::int64_t), extra_ordering, session.get());
    cholmod_l_free_sparse(&r, session.get());
    cholmod_l_free_dense(&qtb, session.get());
  }
  Factors(const Factors&) = delete;
  Factors& operator=(const Factors&) = delete;
};

// SPQR squeezes R to `rank` rows: a column is live if it reaches one row further down than those before it.
template <class T>
SparseTrapezoid<T> trapezoid(const cholmod_sparse& r, std::int64_t rank, const std::vector<std::int64_t>& ordering) {
  const auto n = static_cast<std::int64_t>(r.ncol);
  const auto* const start = static_cast<const std::int64_t*>(r.p);
  const auto* const row = static_cast<const std::int64_t*>(r.i);
  const auto* const value = static_cast<const double*>(r.x);
  std::vector<std::int64_t> columns, dependent;
  for (std::int64_t j = 0; j < n; ++j) {
    const std::int64_t last = start[j] == start[j + 1] ? -1 : *std::max_element(row + start[j], row + start[j + 1]);
    (last == static_cast<std::int64_t>(columns.size()) ? columns : dependent).push_back(j);
  }
  if (static_cast<std::int64_t>(columns.size()) != rank) throw std::logic_error("SPQR's R is not a staircase");
  columns.insert(columns.end(), dependent.begin(), dependent.end());
  SparseTrapezoid<T> result;
  result.rank = rank;
  result.start.push_back(0);
  result.row.reserve(static_cast<std::size_t>(start[n]));
  result.value.reserve(static_cast<std::size_t>(start[n]));
  for (std::int64_t place = 0; place < n; ++place) {
    const std::int64_t j = columns[place];
    result.permutation.push_back(ordering[j]);
    for (std::int64_t k = start[j]; k < start[j + 1]; ++k) {
      if (row[k] == place) {
        result.diagonal.push_back(static_cast<T>(value[k]));
      } else {
        result.row.push_back(static_cast<std::int32_t>(row[k]));
        result.value.push_back(static_cast<T>(value[k]));
      }
    }
    result.start.push_back(static_cast<std::int64_t>(result.row.size()));
  }
  return result;
}

template <class T>
SparseQr<T> run(const CscView<T, std::int64_t>& a, const std::vector<T>& scale, MatrixView<const T> b,
                const std::vector<std::int64_t>& ordering, double tolerance) {
  const OrderedColumns columns(a, ordering, scale);
  cholmod_sparse ordered = columns.borrowed(a.rows);
  Matrix<double> right(b.rows, b.cols);
  for (std::int64_t k = 0; k < b.cols; ++k)
    for (std::int64_t i = 0; i < b.rows; ++i) right(i, k) = b(i, k);
  cholmod_dense dense{};
  dense.nrow = static_cast<std::size_t>(b.rows);
  dense.ncol = static_cast<std::size_t>(b.cols);
  dense.nzmax = dense.nrow * dense.ncol;
  dense.d = dense.nrow;
  dense.x = right.data();
  dense.xtype = CHOLMOD_REAL;
  dense.dtype = CHOLMOD_DOUBLE;

  CholmodSession session;
  Factors f(session, ordering.size());
  {
    const SingleThreadedBlas single_threaded_blas;
    SuiteSparseQR<double>(SPQR_ORDERING_FIXED, tolerance, 0, 0, &ordered, nullptr, &dense, nullptr, &f.qtb, &f.r,
                          &f.extra_ordering, nullptr, nullptr, nullptr, session.get());
  }
  session.check();
  std::vector<std::int64_t> final_ordering = ordering;
  if (f.extra_ordering != nullptr)
    for (std::size_t j = 0; j < ordering.size(); ++j) final_ordering[j] = ordering[f.extra_ordering[j]];
  SparseQr<T> result;
  const std::int64_t rank = session->SPQR_istat[4];
  result.r = trapezoid<T>(*f.r, rank, final_ordering);
  result.qtb = Matrix<T>::uninitialized(rank, b.cols);
  const auto* const x = static_cast<const double*>(f.qtb->x);
  for (std::int64_t k = 0; k < b.cols; ++k)
    for (std::int64_t i = 0; i < rank; ++i)
      result.qtb(i, k) = static_cast<T>(x[i + k * static_cast<std::int64_t>(f.qtb->d)]);
  return result;
}

}  // namespace

bool has_sparse_qr() { return true; }

template <class T>
SparseQrCost sparse_qr_cost(const CscView<T, std::int64_t>& a, const std::vector<std::int64_t>& ordering) {
  const OrderedColumns columns(a, ordering, std::vector<T>(ordering.size(), T(1)));
  cholmod_sparse ordered = columns.borrowed(a.rows);
  CholmodSession session;
  auto* qr = SuiteSparseQR_symbolic<double>(SPQR_ORDERING_FIXED, 1, &ordered, session.get());
  session.check();
  // The stack of fronts and of R, and R once more as it is returned.
  const SparseQrCost cost{.flops = session->SPQR_flopcount_bound,
                          .bytes = 8.0 * static_cast<double>(qr->QRsym->maxstack) + 16.0 * session->SPQR_istat[0]};
  SuiteSparseQR_free(&qr, session.get());
  return cost;
}

template <class T>
SparseQr<T> sparse_qr(const CscView<T, std::int64_t>& a, const std::vector<T>& scale, MatrixView<const T> b,
                      const std::vector<std::int64_t>& ordering, double tolerance) {
  return run(a, scale, b, ordering, tolerance);
}

#else

bool has_sparse_qr() { return false; }

template <class T>
SparseQrCost sparse_qr_cost(const CscView<T, std::int64_t>&, const std::vector<std::int64_t>&) {
  throw std::logic_error("built without SuiteSparse");
}

template <class T>
SparseQr<T> sparse_qr(const CscView<T, std::int64_t>&, const std::vector<T>&, MatrixView<const T>,
                      const std::vector<std::int64_t>&, double) {
  throw std::logic_error("built without SuiteSparse");
}

#endif

#define CROQUIS_INSTANTIATE(T)                                                                                   \
  template SparseQrCost sparse_qr_cost<T>(const CscView<T, std::int64_t>&, const std::vector<std::int64_t>&);    \
  template SparseQr<T> sparse_qr<T>(const CscView<T, std::int64_t>&, const std::vector<T>&, MatrixView<const T>, \
                                    const std::vector<std::int64_t>&, double);
CROQUIS_INSTANTIATE(float)
CROQUIS_INSTANTIATE(double)
#undef CROQUIS_INSTANTIATE

}  // namespace croquis
