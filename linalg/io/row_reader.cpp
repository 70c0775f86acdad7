#include "linalg/io/row_reader.hpp"

#include <algorithm>
#include <utility>

#include "linalg/io/csv_rows.hpp"
#include "linalg/io/formats.hpp"
#include "linalg/io/npy_entries.hpp"

namespace croquis::io {
namespace {

std::int64_t rows_for(std::int64_t most_rows, std::int64_t bytes, std::int64_t entries_of_row) {
  if (most_rows > 0) return most_rows;
  return std::max<std::int64_t>(1, bytes / (8 * std::max<std::int64_t>(entries_of_row, 1)));
}

std::int64_t bytes_of(const std::vector<double>& values) { return static_cast<std::int64_t>(8 * values.capacity()); }

class CsvReader final : public RowReader {
 public:
  CsvReader(Reader& reader, char separator, const std::optional<std::string>& target)
      : rows_(reader, separator, target) {}

  FileColumns columns() const override {
    return {rows_.cols(), rows_.has_target(), rows_.column_names(), rows_.target_name()};
  }

  std::int64_t next(std::int64_t most_rows, std::int64_t bytes) override {
    const std::int64_t most = rows_for(most_rows, bytes, rows_.cols() + 1);
    row_.resize(static_cast<std::size_t>(rows_.cols()));
    entries_.clear();
    target_.clear();
    double value = 0;
    for (count_ = 0; count_ < most && rows_.next(row_.data(), value); ++count_) {
      std::copy(row_.begin(), row_.end(), entries_.extend(rows_.cols()));
      if (rows_.has_target()) target_.push_back(value);
    }
    return count_;
  }

  AnyMatrixView<double> a() const override { return row_major<const double>(entries_.data(), count_, rows_.cols()); }
  const std::vector<double>& target() const override { return target_; }
  std::int64_t block_bytes() const override { return 8 * entries_.capacity() + bytes_of(target_); }

 private:
  CsvRows rows_;
  std::vector<double> row_;
  EntryBuffer entries_;
  std::vector<double> target_;
  std::int64_t count_ = 0;
};

class NpyReader final : public RowReader {
 public:
  NpyReader(Reader& reader, const std::optional<std::string>& target) : entries_(reader) {
    const NpyHeader& header = entries_.header();
    if (target) target_column_ = target_column(*target, header.cols, reader.name());
    // One column is the same in either order.
    by_columns_ = header.fortran_order && header.cols > 1;
    if (!by_columns_) return;
    if (!entries_.can_seek())
      reader.fail(std::string("is an array in Fortran order, whose first row is complete only at its end, and ") +
                  (reader.source().compressed() ? "compressed: decompress it, or " : "not a file on disk: ") +
                  "write it in C order (numpy.ascontiguousarray) to read it in blocks of rows");
    entries_.check_size();
  }

  FileColumns columns() const override {
    return {entries_.header().cols - (has_target() ? 1 : 0), has_target(), {}, {}};
  }

  std::int64_t next(std::int64_t most_rows, std::int64_t bytes) override {
    const NpyHeader& header = entries_.header();
    const std::int64_t count = std::min(rows_for(most_rows, bytes, header.cols), header.rows - rows_);
    block_.clear();
    target_.clear();
    if (by_columns_) {
      read_by_columns(count);
    } else {
      read_by_rows(count);
    }
    rows_ += count;
    if (rows_ == header.rows && !by_columns_ && !ended_) entries_.expect_end();
    ended_ = rows_ == header.rows;
    return count_ = count;
  }

  AnyMatrixView<double> a() const override {
    const std::int64_t cols = columns().count;
    if (by_columns_) return column_major<const double>(block_.data(), count_, cols);
    return row_major<const double>(block_.data(), count_, cols);
  }
  const std::vector<double>& target() const override { return target_; }
  std::int64_t block_bytes() const override { return 8 * block_.capacity() + bytes_of(target_); }

 private:
  bool has_target() const { return target_column_ >= 0; }

  void read_by_columns(std::int64_t count) {
    const NpyHeader& header = entries_.header();
    double* to = block_.extend(count * (header.cols - (has_target() ? 1 : 0)));
    for (std::int64_t j = 0; j < header.cols; ++j) {
      if (j == target_column_) {
        target_.resize(static_cast<std::size_t>(count));
        entries_.read_at(j * header.rows + rows_, count, target_.data());
      } else {
        entries_.read_at(j * header.rows + rows_, count, to);
        to += count;
      }
    }
  }

  // A few entries at a time, so that a false header costs no memory.
  void read_by_rows(std::int64_t count) {
    constexpr std::int64_t most_at_once = std::int64_t{1} << 17;
    const std::int64_t cols = entries_.header().cols;
    while (block_.size() < count * cols) {
      const std::int64_t entries = std::min(most_at_once, count * cols - block_.size());
      entries_.read(entries, block_.extend(entries));
    }
    if (has_target()) split_target(count);
  }

  // Takes the target out of the rows, which move together.
  void split_target(std::int64_t count) {
    const std::int64_t cols = entries_.header().cols;
    double* to = block_.data();
    for (std::int64_t i = 0; i < count; ++i) {
      const double* row = block_.data() + i * cols;
      target_.push_back(row[target_column_]);
      to = std::copy(row, row + target_column_, to);
      to = std::copy(row + target_column_ + 1, row + cols, to);
    }
  }

  NpyEntries entries_;
  std::int64_t target_column_ = -1;
  bool by_columns_ = false;
  EntryBuffer block_;
  std::vector<double> target_;
  std::int64_t rows_ = 0;
  std::int64_t count_ = 0;
  bool ended_ = false;
};

class SvmlightReader final : public RowReader {
 public:
  SvmlightReader(Reader& reader, const SvmlightColumns& columns) : reader_(reader), columns_(columns) {}

  FileColumns columns() const override { return {columns_.count, true, {}, {}}; }

  std::int64_t next(std::int64_t most_rows, std::int64_t bytes) override {
    rows_.clear();
    const auto room = [&] {
      return most_rows > 0 ? rows_.rows() < most_rows : rows_.rows() == 0 || block_entries() * 16 < bytes;
    };
    while (room() && next_svmlight_row(reader_, rows_)) take_row();
    any_ = any_ || rows_.rows() > 0;
    if (!any_) reader_.fail("holds no row");
    return rows_.rows();
  }

  AnyMatrixView<double> a() const override {
    return CsrView<double, std::int64_t>{rows_.rows(), columns_.count, rows_.start.data(), rows_.index.data(),
                                         rows_.value.data()};
  }
  const std::vector<double>& target() const override { return rows_.label; }
  std::int64_t block_bytes() const override {
    return bytes_of(rows_.label) + bytes_of(rows_.value) +
           static_cast<std::int64_t>(8 * (rows_.start.capacity() + rows_.index.capacity()));
  }

 private:
  // A row's label and start are as large as an entry.
  std::int64_t block_entries() const { return rows_.entries() + rows_.rows(); }

  // Makes the indices of the row last read those of columns.
  void take_row() {
    for (std::int64_t k = rows_.start[rows_.start.size() - 2]; k < rows_.entries(); ++k) {
      std::int64_t& index = rows_.index[static_cast<std::size_t>(k)];
      const std::int64_t column = index - columns_.first;
      if (column < 0 || column >= columns_.count)
        reader_.fail_at_line("the index " + std::to_string(index) + " is not one of the " +
                             std::to_string(columns_.count) + " columns, which count from " +
                             std::to_string(columns_.first));
      index = column;
    }
  }

  Reader& reader_;
  SvmlightColumns columns_;
  SparseRows rows_;
  bool any_ = false;
};

}  // namespace

double* EntryBuffer::extend(std::int64_t entries) {
  if (size_ + entries > capacity()) {
    Matrix<double> larger = Matrix<double>::uninitialized(std::max(2 * capacity(), size_ + entries), 1);
    std::copy_n(memory_.data(), size_, larger.data());
    memory_ = std::move(larger);
  }
  size_ += entries;
  return memory_.data() + size_ - entries;
}

std::unique_ptr<RowReader> make_row_reader(Reader& reader, FileFormat format, const std::optional<std::string>& target,
                                           const SvmlightColumns& svmlight) {
  switch (format) {
    case FileFormat::csv:
      return std::make_unique<CsvReader>(reader, ',', target);
    case FileFormat::tsv:
      return std::make_unique<CsvReader>(reader, '\t', target);
    case FileFormat::npy:
      return std::make_unique<NpyReader>(reader, target);
    case FileFormat::svmlight:
      return std::make_unique<SvmlightReader>(reader, svmlight);
    default:
      reader.fail(
          "is a Matrix Market file, whose entries come by columns or in any order: write it as npy, csv or svmlight to "
          "read it in blocks of rows");
  }
}

}  // namespace croquis::io
