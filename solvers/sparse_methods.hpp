// The methods that factor a sparse matrix as one.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "linalg/sparse_cholesky.hpp"
#include "linalg/sparse_qr.hpp"
#include "solvers/attempt.hpp"
#include "solvers/cost_model.hpp"
#include "solvers/sparse_storage.hpp"

namespace croquis {

/// A least-squares problem with a sparse A, by its triangular factor. The ordering of the columns and the fill that it
/// leaves are found once, when first asked for.
template <class T>
class SparseMethods {
 public:
  /// `storage` holds the problem's A; both must outlive this.
  SparseMethods(const LeastSquaresProblem<T>& problem, SparseStorage<T>& storage)
      : problem_(problem), storage_(storage) {}

  /// As `gram_and_precondition`. Where the factor of A^T A stays sparse by CHOLMOD, else by a dense Gram matrix that is
  /// made from the sparse A.
  Attempt<T> gram_and_precondition(LeastSquaresReport& report);

  /// Sparse QR of A by SPQR: the basic solution, refined if need be, and where A is rank deficient moved to the one of
  /// minimum norm. Rejected if croquis was built without, or the analysis says that memory would not suffice.
  Attempt<T> direct(LeastSquaresReport& report);

  /// Why a dense matrix of so many rows and A's columns cannot be worked with; empty if it can.
  std::string why_not_dense(std::int64_t rows) const;

  /// The cost of `direct` in the units of the cost model; infinite if it would be rejected.
  double direct_cost();
  /// No more than that, at no cost: where A^T A is full there is no ordering to look for.
  double least_direct_cost();

 private:
  bool factor_is_dense();
  const SparseCholesky* analysis();
  const SparseQrCost& qr_cost();
  std::string why_not_direct();

  const LeastSquaresProblem<T>& problem_;
  SparseStorage<T>& storage_;
  bool density_is_known_ = false;
  bool dense_ = false;
  double gram_density_ = 0;  ///< where it was looked at
  std::unique_ptr<SparseCholesky> analysis_;
  std::optional<SparseQrCost> qr_cost_;
};

}  // namespace croquis
