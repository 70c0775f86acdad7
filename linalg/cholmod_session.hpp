// What the calls to SuiteSparse share. For the files that are built with it alone.
#pragma once

#include <new>
#include <stdexcept>
#include <string>

#include <suitesparse/SuiteSparseQR.hpp>

namespace croquis {

/// CHOLMOD's and SPQR's parameters and workspace, silent, for one thread at a time.
class CholmodSession {
 public:
  CholmodSession() {
    cholmod_l_start(&common_);
    common_.print = 0;
    common_.try_catch = 1;  // errors are statuses, not lines on standard output
    // One ordering, which draws no random numbers.
    common_.nmethods = 1;
    common_.method[0].ordering = CHOLMOD_AMD;
    common_.postorder = 1;
  }
  ~CholmodSession() { cholmod_l_finish(&common_); }
  CholmodSession(const CholmodSession&) = delete;
  CholmodSession& operator=(const CholmodSession&) = delete;

  cholmod_common* get() { return &common_; }
  cholmod_common* operator->() { return &common_; }

  /// Throws if the last call failed; "not positive definite" is a warning and passes.
  void check() const {
    if (common_.status == CHOLMOD_OUT_OF_MEMORY || common_.status == CHOLMOD_TOO_LARGE) throw std::bad_alloc();
    if (common_.status < 0) throw std::runtime_error("CHOLMOD failed with status " + std::to_string(common_.status));
  }

 private:
  cholmod_common common_;
};

/// The arrays of somebody else's sparse matrix as CHOLMOD's, by columns: rows ascending, no place twice. Without
/// `value` it is a pattern.
inline cholmod_sparse borrowed_columns(std::int64_t rows, std::int64_t cols, std::int64_t nonzeros,
                                       const std::int64_t* start, const std::int64_t* row, const double* value) {
  cholmod_sparse a{};
  a.nrow = static_cast<std::size_t>(rows);
  a.ncol = static_cast<std::size_t>(cols);
  a.nzmax = static_cast<std::size_t>(nonzeros);
  a.p = const_cast<std::int64_t*>(start);  // CHOLMOD's structures have no const; its functions leave inputs alone
  a.i = const_cast<std::int64_t*>(row == nullptr ? start : row);  // null is refused even where there is no entry
  a.x = const_cast<double*>(value);
  a.stype = 0;
  a.itype = CHOLMOD_LONG;
  a.xtype = value == nullptr ? CHOLMOD_PATTERN : CHOLMOD_REAL;
  a.dtype = CHOLMOD_DOUBLE;
  a.sorted = 1;
  a.packed = 1;
  return a;
}

}  // namespace croquis
