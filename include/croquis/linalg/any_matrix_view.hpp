// One argument type for every matrix a user has: dense in either layout, CSR or CSC, 32- or 64-bit indices.
#pragma once

#include <cstdint>
#include <variant>

#include <croquis/export.hpp>
#include <croquis/linalg/matrix.hpp>
#include <croquis/linalg/sparse.hpp>

namespace croquis {

/// A read-only view of a dense or sparse matrix of `float` or `double`. Every view and every owning matrix of
/// croquis converts to it, so a function that takes one takes them all. It owns nothing: the matrix must outlive it.
template <class T>
class AnyMatrixView {
 public:
  using Storage = std::variant<MatrixView<const T>, CsrView<T, std::int32_t>, CsrView<T, std::int64_t>,
                               CscView<T, std::int32_t>, CscView<T, std::int64_t>>;

  AnyMatrixView(MatrixView<const T> a) : storage_(a) {}
  AnyMatrixView(MatrixView<T> a) : storage_(MatrixView<const T>(a)) {}
  AnyMatrixView(CsrView<T, std::int32_t> a) : storage_(a) {}
  AnyMatrixView(CsrView<T, std::int64_t> a) : storage_(a) {}
  AnyMatrixView(CscView<T, std::int32_t> a) : storage_(a) {}
  AnyMatrixView(CscView<T, std::int64_t> a) : storage_(a) {}
  AnyMatrixView(const Matrix<T>& a) : storage_(a.view()) {}
  AnyMatrixView(const SparseMatrix<T>& a) : storage_(a.view()), indices_are_known_(true) {}

  std::int64_t rows() const {
    return std::visit([](const auto& a) { return a.rows; }, storage_);
  }
  std::int64_t cols() const {
    return std::visit([](const auto& a) { return a.cols; }, storage_);
  }
  bool is_dense() const { return storage_.index() == 0; }
  /// Stored entries: rows * cols when dense.
  std::int64_t stored_entries() const;

  const Storage& storage() const { return storage_; }
  /// True for a `SparseMatrix` and its transpose: its constructor has checked the indices, which saves each function
  /// that takes it a read of them.
  bool indices_are_known() const { return indices_are_known_; }

  /// The transpose, in the same memory.
  AnyMatrixView transposed() const {
    AnyMatrixView result = std::visit(
        [](const auto& a) -> AnyMatrixView {
          if constexpr (requires { a.transposed(); }) {
            return a.transposed();
          } else {
            return croquis::transposed(a);
          }
        },
        storage_);
    result.indices_are_known_ = indices_are_known_;
    return result;
  }

 private:
  Storage storage_;
  bool indices_are_known_ = false;
};

template <class T>
std::int64_t AnyMatrixView<T>::stored_entries() const {
  return std::visit(
      [](const auto& a) -> std::int64_t {
        if constexpr (requires { a.nonzeros(); }) {
          return a.nonzeros();
        } else {
          return a.size();
        }
      },
      storage_);
}

}  // namespace croquis
