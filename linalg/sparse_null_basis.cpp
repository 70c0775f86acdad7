#include "linalg/sparse_null_basis.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <variant>

#include "linalg/probe_numbers.hpp"

namespace croquis {
namespace {

// A pivot is at least this part of the largest entry of its row.
constexpr double least_pivot = 0.1;
// An entry takes so many times as long to eliminate as to multiply: where rows that left nothing have taken as long as
// a null vector of the others would, the next ones are looked at first.
constexpr double elimination = 10;
// Entries of the basis, beside its ones.
constexpr double most_entry = 1000;

// What is less than this part of what it was made from counts as rounding errors.
template <class T>
double negligible_part() {
  return std::pow(std::numeric_limits<T>::epsilon() / 2, 2.0 / 3);
}

// x(pivot_column[p]) + sum of value * x(column) = 0 for each pivot row p. A row holds no pivot column of the rows
// before it.
class Echelon {
 public:
  explicit Echelon(std::int64_t cols)
      : pivot_of_(static_cast<std::size_t>(cols), -1), value_of_(pivot_of_.size(), 0), used_(pivot_of_.size(), false) {
    pivot_column_.reserve(pivot_of_.size());
    start_.reserve(pivot_of_.size() + 1);
    columns_.reserve(pivot_of_.size());
  }

  std::int64_t rank() const { return static_cast<std::int64_t>(pivot_column_.size()); }
  double work() const { return work_; }
  double entries() const { return static_cast<double>(value_.size() + pivot_column_.size()); }
  bool has_pivot(std::int64_t column) const { return pivot_of_[column] >= 0; }

  /// Adds value to the row at hand.
  void add(std::int64_t column, double value) {
    if (!used_[column]) {
      used_[column] = true;
      columns_.push_back(column);
      if (pivot_of_[column] >= 0) {
        ahead_.push_back(-pivot_of_[column]);
        std::push_heap(ahead_.begin(), ahead_.end());
      }
    }
    value_of_[column] += value;
    largest_ = std::max(largest_, std::abs(value_of_[column]));
    ++work_;
  }

  /// Ends the row at hand; true if it is independent of those before it.
  bool eliminate(double negligible) {
    while (!ahead_.empty()) {
      std::pop_heap(ahead_.begin(), ahead_.end());
      const std::int64_t p = -ahead_.back();
      ahead_.pop_back();
      const double factor = value_of_[pivot_column_[p]];
      value_of_[pivot_column_[p]] = 0;
      if (std::abs(factor) <= negligible * largest_) continue;
      for (std::size_t k = start_[p]; k < start_[p + 1]; ++k) add(column_[k], -factor * value_[k]);
    }
    double left = 0;
    for (const std::int64_t j : columns_) left = std::max(left, std::abs(value_of_[j]));
    const bool independent = left > negligible * largest_;
    if (independent) append(left, negligible);
    for (const std::int64_t j : columns_) {
      used_[j] = false;
      value_of_[j] = 0;
    }
    columns_.clear();
    largest_ = 0;
    return independent;
  }

  /// Fills in x at the pivots' columns.
  template <class T>
  void substitute(T* x) {
    for (std::int64_t p = rank() - 1; p >= 0; --p) {
      double sum = 0;
      for (std::size_t k = start_[p]; k < start_[p + 1]; ++k) sum += value_[k] * x[column_[k]];
      x[pivot_column_[p]] = static_cast<T>(-sum);
    }
    work_ += entries();
  }

 private:
  void append(double left, double negligible) {
    std::int64_t pivot = -1;
    for (const std::int64_t j : columns_)
      if (std::abs(value_of_[j]) >= least_pivot * left && (pivot < 0 || j < pivot)) pivot = j;
    for (const std::int64_t j : columns_) {
      if (j == pivot || std::abs(value_of_[j]) <= negligible * left) continue;
      column_.push_back(j);
      value_.push_back(value_of_[j] / value_of_[pivot]);
    }
    pivot_of_[pivot] = rank();
    pivot_column_.push_back(pivot);
    start_.push_back(value_.size());
  }

  std::vector<std::int64_t> pivot_of_;  // the row whose pivot is in this column, or -1
  std::vector<std::int64_t> pivot_column_;
  std::vector<std::size_t> start_{0};
  std::vector<std::int64_t> column_;
  std::vector<double> value_;
  double work_ = 0;
  // The row at hand: its entries, the columns that have some, and those of them that have a pivot, the first on top.
  std::vector<double> value_of_;
  std::vector<char> used_;
  std::vector<std::int64_t> columns_, ahead_;
  double largest_ = 0;
};

template <class View>
std::vector<std::int64_t> shortest_first(const View& a) {
  std::vector<std::int64_t> place(1, 0), order(static_cast<std::size_t>(a.rows));
  const auto length = [&](std::int64_t i) { return static_cast<std::size_t>(a.row_start[i + 1] - a.row_start[i]); };
  for (std::int64_t i = 0; i < a.rows; ++i) {
    if (place.size() < length(i) + 2) place.resize(length(i) + 2, 0);
    ++place[length(i) + 1];
  }
  for (std::size_t k = 1; k < place.size(); ++k) place[k] += place[k - 1];
  for (std::int64_t i = 0; i < a.rows; ++i) order[place[length(i)]++] = i;
  return order;
}

template <class T, class View>
std::optional<Matrix<T>> null_basis(const View& a, const std::vector<T>& scale, double most_work) {
  const double negligible = negligible_part<T>();
  Echelon echelon(a.cols);
  std::vector<double> null_vector(static_cast<std::size_t>(a.cols));
  std::uint64_t seed = 0;
  bool known = false;  // a null vector of the pivot rows
  double in_vain = 0;
  for (const std::int64_t i : shortest_first(a)) {
    if (known) {
      double sum = 0, size = 0;
      for (auto k = a.row_start[i]; k < a.row_start[i + 1]; ++k) {
        const double term = static_cast<double>(a.value[k]) * scale[a.column[k]] * null_vector[a.column[k]];
        sum += term;
        size += std::abs(term);
      }
      if (std::abs(sum) <= negligible * size) continue;
    }
    for (auto k = a.row_start[i]; k < a.row_start[i + 1]; ++k)
      echelon.add(a.column[k], static_cast<double>(a.value[k]) * scale[a.column[k]]);
    const double before = echelon.work();
    const bool independent = echelon.eliminate(negligible);
    if (echelon.work() > most_work) return std::nullopt;
    if (independent) {
      known = false;
      in_vain = 0;
      continue;
    }
    in_vain += elimination * (echelon.work() - before + static_cast<double>(a.row_start[i + 1] - a.row_start[i]));
    if (!known && in_vain >= echelon.entries()) {
      fill_with_probe_numbers(column_major(null_vector.data(), a.cols, 1), ++seed);
      echelon.substitute(null_vector.data());
      known = true;
    }
  }
  const std::int64_t nullity = a.cols - echelon.rank();
  if (echelon.work() + static_cast<double>(nullity * a.cols) > most_work) return std::nullopt;
  Matrix<T> basis(a.cols, nullity);
  std::int64_t place = 0;
  for (std::int64_t j = 0; j < a.cols; ++j) {
    if (echelon.has_pivot(j)) continue;
    T* const column = basis.data() + place++ * a.cols;
    column[j] = 1;
    echelon.substitute(column);
    if (echelon.work() > most_work) return std::nullopt;
  }
  for (const T entry : basis.entries())
    if (!(std::abs(entry) <= most_entry)) return std::nullopt;
  return basis;
}

}  // namespace

template <class T>
std::optional<Matrix<T>> sparse_null_basis(const AnyMatrixView<T>& a, const std::vector<T>& scale, double most_work) {
  return std::visit(
      [&](const auto& view) -> std::optional<Matrix<T>> {
        if constexpr (requires { view.row_start; }) {
          return null_basis<T>(view, scale, most_work);
        } else {
          return std::nullopt;
        }
      },
      a.storage());
}

template std::optional<Matrix<float>> sparse_null_basis<float>(const AnyMatrixView<float>&, const std::vector<float>&,
                                                               double);
template std::optional<Matrix<double>> sparse_null_basis<double>(const AnyMatrixView<double>&,
                                                                 const std::vector<double>&, double);

}  // namespace croquis
