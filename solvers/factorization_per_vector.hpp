// Factorizations of several matrices for one block of vectors.
#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "linalg/parallel.hpp"
#include "solvers/factorization.hpp"

namespace croquis {

/// Column v of a block belongs to part v / width, the parts being of full rank and of the same size; each part takes
/// its columns at once, on a thread of its own. Blocks have width * parts columns. The other members are of a single
/// matrix, and are asked of `of_vector`.
template <class T>
class FactorizationPerVector final : public Factorization<T> {
 public:
  FactorizationPerVector(std::vector<std::unique_ptr<Factorization<T>>> parts, std::int64_t width)
      : parts_(std::move(parts)), width_(width) {
    this->scale = parts_.front()->scale;
    this->rank = parts_.front()->rank;
    this->rcond = parts_.front()->rcond;
  }

  const Factorization<T>& of_vector(std::int64_t v) const override {
    return *parts_[static_cast<std::size_t>(v / width_)];
  }
  void precondition(MatrixView<const T> y, MatrixView<T> x) const override {
    for_each_tile(static_cast<std::int64_t>(parts_.size()), [&](std::int64_t i) {
      parts_[static_cast<std::size_t>(i)]->precondition(columns(y, i), columns(x, i));
    });
  }
  void precondition_transposed(MatrixView<const T> x, MatrixView<T> y) const override {
    for_each_tile(static_cast<std::int64_t>(parts_.size()), [&](std::int64_t i) {
      parts_[static_cast<std::size_t>(i)]->precondition_transposed(columns(x, i), columns(y, i));
    });
  }
  std::vector<T> transposed_product(const T* s) const override { return parts_.front()->transposed_product(s); }
  std::vector<T> product(const std::vector<T>& g) const override { return parts_.front()->product(g); }
  std::unique_ptr<ShiftedFactor<T>> shifted(double root) const override { return parts_.front()->shifted(root); }

 private:
  template <class U>
  MatrixView<U> columns(MatrixView<U> x, std::int64_t part) const {
    return x.block(0, part * width_, x.rows, width_);
  }

  std::vector<std::unique_ptr<Factorization<T>>> parts_;
  std::int64_t width_;
};

}  // namespace croquis
