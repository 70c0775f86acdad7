#include <croquis/linalg/row_block_reader.hpp>

#include <limits>
#include <utility>

#include <croquis/errors.hpp>

#include "linalg/io/formats.hpp"
#include "linalg/io/row_reader.hpp"

namespace croquis {
namespace {

constexpr std::int64_t block_bytes_wanted = std::int64_t{1} << 25;

// What an svmlight file says only at its end.
io::SvmlightColumns scan_svmlight(const std::filesystem::path& path) {
  io::Reader reader(path);
  io::SvmlightIndices indices;
  for (io::SparseRows row; io::next_svmlight_row(reader, row); row.clear())
    for (const std::int64_t index : row.index) indices.see(index);
  return indices.columns();
}

}  // namespace

class RowBlockReader::Implementation {
 public:
  Implementation(std::filesystem::path path, RowBlockOptions options)
      : path_(std::move(path)), options_(std::move(options)) {
    if (options_.block_rows < 0)
      throw InvalidOption("block_rows is " + std::to_string(options_.block_rows) + " but must not be negative");
    if (options_.cols < 0)
      throw InvalidOption("cols is " + std::to_string(options_.cols) + " but must not be negative");
    reader_ = std::make_unique<io::Reader>(path_);
    state_ = reader_->source().state();
    format_ = options_.format == FileFormat::automatic ? io::detect_format(*reader_) : options_.format;
    if (format_ == FileFormat::svmlight) {
      find_svmlight_columns();
    } else if (options_.cols > 0) {
      throw InvalidOption("cols: " + reader_->name() + " is " + to_string(format_) +
                          ", which says itself how many columns it has");
    }
    rows_ = io::make_row_reader(*reader_, format_, options_.target, svmlight_);
    columns_ = rows_->columns();
  }

  const io::FileColumns& columns() const { return columns_; }
  FileFormat format() const { return format_; }
  bool can_restart() const { return state_.has_value(); }
  const io::RowReader& block() const { return *rows_; }
  std::int64_t first_row() const { return first_row_; }

  bool next(std::int64_t most_rows) {
    first_row_ += count_;
    count_ = 0;
    count_ = rows_->next(most_rows, block_bytes_wanted);
    if (count_ == 0) check_unchanged(*reader_);
    return count_ > 0;
  }
  bool next() { return next(options_.block_rows); }

  void restart() {
    if (!can_restart()) reader_->fail("cannot be read a second time: it is not a file on disk");
    auto again = std::make_unique<io::Reader>(path_);
    check_unchanged(*again);
    auto rows = io::make_row_reader(*again, format_, options_.target, svmlight_);
    if (rows->columns() != columns_) fail_changed();
    // The rows refer to their reader.
    rows_ = std::move(rows);
    reader_ = std::move(again);
    first_row_ = count_ = 0;
  }

 private:
  void find_svmlight_columns() {
    if (options_.target)
      throw InvalidOption("target: " + reader_->name() + " is svmlight, where the labels are the target");
    if (options_.cols > 0) {
      svmlight_ = {1, options_.cols};
    } else if (can_restart()) {
      svmlight_ = scan_svmlight(path_);
    } else {
      throw InvalidOption("cols: " + reader_->name() +
                          " is svmlight, which tells the number of its columns only at its end, and cannot be read "
                          "twice: say how many columns it has");
    }
  }

  void check_unchanged(const io::Reader& reader) const {
    if (reader.source().state() != state_) fail_changed();
  }
  [[noreturn]] void fail_changed() const { reader_->fail("has changed while it was being read"); }

  std::filesystem::path path_;
  RowBlockOptions options_;
  std::unique_ptr<io::Reader> reader_;
  std::optional<io::FileState> state_;
  FileFormat format_ = FileFormat::automatic;
  io::SvmlightColumns svmlight_;
  std::unique_ptr<io::RowReader> rows_;
  io::FileColumns columns_;
  std::int64_t first_row_ = 0;
  std::int64_t count_ = 0;
};

RowBlockReader::RowBlockReader(std::filesystem::path path, RowBlockOptions options)
    : implementation_(std::make_unique<Implementation>(std::move(path), std::move(options))) {}
RowBlockReader::~RowBlockReader() = default;
RowBlockReader::RowBlockReader(RowBlockReader&&) noexcept = default;
RowBlockReader& RowBlockReader::operator=(RowBlockReader&&) noexcept = default;

std::int64_t RowBlockReader::cols() const { return implementation_->columns().count; }
bool RowBlockReader::has_target() const { return implementation_->columns().has_target; }
const std::vector<std::string>& RowBlockReader::column_names() const { return implementation_->columns().names; }
const std::string& RowBlockReader::target_name() const { return implementation_->columns().target_name; }
FileFormat RowBlockReader::format() const { return implementation_->format(); }
bool RowBlockReader::sparse() const { return format() == FileFormat::svmlight; }
bool RowBlockReader::can_restart() const { return implementation_->can_restart(); }

bool RowBlockReader::next() { return implementation_->next(); }
bool RowBlockReader::next(std::int64_t most_rows) {
  if (most_rows < 1) throw InvalidOption("most_rows is " + std::to_string(most_rows) + " but must be at least 1");
  return implementation_->next(most_rows);
}

AnyMatrixView<double> RowBlockReader::a() const { return implementation_->block().a(); }
std::span<const double> RowBlockReader::target() const { return implementation_->block().target(); }
std::int64_t RowBlockReader::first_row() const { return implementation_->first_row(); }
std::int64_t RowBlockReader::block_bytes() const { return implementation_->block().block_bytes(); }

void RowBlockReader::restart() { implementation_->restart(); }

}  // namespace croquis
