// The boundary to BLAS and LAPACK: 64-bit sizes are checked before they become 32-bit ones, and one template serves
// float and double. Matrices are column-major here; `multiply` takes views of either layout.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <type_traits>
#include <vector>

#include <croquis/linalg/matrix.hpp>

namespace croquis {

using blas_int = int;

/// `size` as the integer BLAS takes. Throws `ShapeError` naming `what` if it does not fit.
blas_int to_blas_int(std::int64_t size, const char* what);

int blas_threads();
void set_blas_threads(int threads);
std::string blas_description();
std::string blas_kernel();

extern "C" {
#define CROQUIS_DECLARE(p, T)                                                                                         \
  void p##gemm_(const char*, const char*, const blas_int*, const blas_int*, const blas_int*, const T*, const T*,      \
                const blas_int*, const T*, const blas_int*, const T*, T*, const blas_int*, std::size_t, std::size_t); \
  void p##syrk_(const char*, const char*, const blas_int*, const blas_int*, const T*, const T*, const blas_int*,      \
                const T*, T*, const blas_int*, std::size_t, std::size_t);                                             \
  void p##potrf_(const char*, const blas_int*, T*, const blas_int*, blas_int*, std::size_t);                          \
  void p##trsm_(const char*, const char*, const char*, const char*, const blas_int*, const blas_int*, const T*,       \
                const T*, const blas_int*, T*, const blas_int*, std::size_t, std::size_t, std::size_t, std::size_t);  \
  void p##trmm_(const char*, const char*, const char*, const char*, const blas_int*, const blas_int*, const T*,       \
                const T*, const blas_int*, T*, const blas_int*, std::size_t, std::size_t, std::size_t, std::size_t);  \
  void p##trsv_(const char*, const char*, const char*, const blas_int*, const T*, const blas_int*, T*,                \
                const blas_int*, std::size_t, std::size_t, std::size_t);                                              \
  void p##trmv_(const char*, const char*, const char*, const blas_int*, const T*, const blas_int*, T*,                \
                const blas_int*, std::size_t, std::size_t, std::size_t);                                              \
  void p##tpqrt_(const blas_int*, const blas_int*, const blas_int*, const blas_int*, T*, const blas_int*, T*,         \
                 const blas_int*, T*, const blas_int*, T*, blas_int*);                                                \
  void p##geqrt3_(const blas_int*, const blas_int*, T*, const blas_int*, T*, const blas_int*, blas_int*);             \
  void p##geqp3_(const blas_int*, const blas_int*, T*, const blas_int*, blas_int*, T*, T*, const blas_int*,           \
                 blas_int*);                                                                                          \
  void p##ormqr_(const char*, const char*, const blas_int*, const blas_int*, const blas_int*, const T*,               \
                 const blas_int*, const T*, T*, const blas_int*, T*, const blas_int*, blas_int*, std::size_t,         \
                 std::size_t);                                                                                        \
  void p##orgqr_(const blas_int*, const blas_int*, const blas_int*, T*, const blas_int*, const T*, T*,                \
                 const blas_int*, blas_int*);                                                                         \
  void p##gesdd_(const char*, const blas_int*, const blas_int*, T*, const blas_int*, T*, T*, const blas_int*, T*,     \
                 const blas_int*, T*, const blas_int*, blas_int*, blas_int*, std::size_t);                            \
  void p##syev_(const char*, const char*, const blas_int*, T*, const blas_int*, T*, T*, const blas_int*, blas_int*,   \
                std::size_t, std::size_t);
CROQUIS_DECLARE(s, float)
CROQUIS_DECLARE(d, double)
#undef CROQUIS_DECLARE
}

/// C = alpha A B + beta C for views of any layout and size; with beta = 0, C may be uninitialised.
template <class T>
void multiply(T alpha, MatrixView<const std::type_identity_t<T>> a, MatrixView<const std::type_identity_t<T>> b,
              std::type_identity_t<T> beta, MatrixView<std::type_identity_t<T>> c);

/// The upper triangle of C = A^T A + beta C, C column-major; its entries below stay, and with beta = 0 C may be
/// uninitialised.
template <class T>
void multiply_by_own_transpose(MatrixView<const std::type_identity_t<T>> a, std::type_identity_t<T> beta,
                               MatrixView<T> c);

/// Which side of the unknown a triangle stands on, and whether it is transposed.
enum class Side { left, right };
enum class Transpose { no, yes };

/// Solves op(R) X = B (left) or X op(R) = B (right), R upper triangular; B is overwritten by X.
template <class T>
void solve_triangular(Side side, Transpose transpose, MatrixView<const std::type_identity_t<T>> r, MatrixView<T> b);

/// x := op(R) x, R upper triangular.
template <class T>
void multiply_triangular(Transpose transpose, MatrixView<const std::type_identity_t<T>> r, T* x);

/// The upper triangular factor of the QR factorization of [R; diag(d)], R upper triangular.
template <class T>
Matrix<T> append_diagonal(MatrixView<const T> r, const std::vector<T>& d);
/// The same of [R; t I].
template <class T>
Matrix<T> append_scaled_identity(MatrixView<const T> r, T t);

/// Overwrites G, symmetric and given by its upper triangle, with the R of its Cholesky factorization R^T R, zeros
/// below. False if G is not numerically positive definite; it is then spoilt.
template <class T>
bool cholesky(Matrix<T>& g);

/// The singular value decomposition A = U diag(s) V^T of a square matrix.
template <class T>
struct SingularValueDecomposition {
  Matrix<T> u;
  std::vector<T> s;  ///< descending
  Matrix<T> vt;
};

/// Throws `std::runtime_error` if LAPACK's iteration fails, which it does for non-finite entries only.
template <class T>
SingularValueDecomposition<T> singular_value_decomposition(MatrixView<const T> a);

/// Column-pivoted QR of a square matrix, A P = Q R, applied to a right-hand side.
template <class T>
struct PivotedQr {
  Matrix<T> r;                            ///< upper triangular, zeros below; diagonal of falling magnitude
  std::vector<std::int64_t> permutation;  ///< column j of A P is column permutation[j] of A
};

/// Factors A and overwrites B with Q^T B.
template <class T>
PivotedQr<T> pivoted_qr(Matrix<T> a, MatrixView<T> b);

/// Two-norm of n entries `stride` apart, safe from overflow and underflow of the squares; NaN or infinite if an entry
/// is.
template <class T>
double norm2(std::int64_t n, const T* x, std::int64_t stride = 1);

}  // namespace croquis
