// Reading a matrix from a file block by block of rows, when it is larger than memory or comes through a pipe.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <croquis/export.hpp>
#include <croquis/linalg/any_matrix_view.hpp>
#include <croquis/linalg/read_matrix.hpp>

namespace croquis {

/// How to read a file in blocks of rows.
struct RowBlockOptions {
  FileFormat format = FileFormat::automatic;  ///< as in `ReadOptions`
  /// A column to split off as the target, as in `ReadOptions`.
  std::optional<std::string> target = std::nullopt;
  /// The most rows of a block. 0: as many as fill 32 MiB, but at least one.
  std::int64_t block_rows = 0;
  /// The columns of an svmlight file, whose indices then count from 1; other formats say it themselves. 0: found by
  /// reading the file once before, which a pipe does not allow.
  std::int64_t cols = 0;
};

/// Reads the rows of a file in order, a block at a time, with the numbers, the errors and the compression that
/// `read_matrix` has.
///
///     cq::RowBlockReader reader("readings.csv.gz", {.target = "depth"});
///     cq::LeastSquaresStream<double> stream(reader.cols());
///     while (reader.next()) stream.add(reader.a(), reader.target());
///
/// - csv, tsv, and npy in C order: dense blocks, row-major. svmlight: sparse blocks by rows, the labels the target.
/// - npy in Fortran order: dense blocks, column-major, each read in as many pieces as there are columns; neither from a
///   pipe nor compressed, where its first row is complete only at the end.
/// - Matrix Market files cannot be read so: their entries come by columns or in any order.
///
/// Memory: one block, and a line of text; nothing is sized by what a header promises. A regular file is looked at again
/// at the end of each reading and before the next: if it was replaced, resized or written to, that is an error.
/// Movable, not copyable; not for several threads at once.
class CROQUIS_API RowBlockReader {
 public:
  /// Opens the file and reads its header. Throws `FileError` for a file that cannot be read or is none of those above
  /// and `InvalidOption` for a target that it does not have, for an option out of range, and for `cols` where the file
  /// says it itself.
  explicit RowBlockReader(std::filesystem::path path, RowBlockOptions options = {});
  ~RowBlockReader();
  RowBlockReader(RowBlockReader&&) noexcept;
  RowBlockReader& operator=(RowBlockReader&&) noexcept;

  std::int64_t cols() const;                             ///< of A, without the target
  bool has_target() const;                               ///< a column was split off, or the labels of svmlight
  const std::vector<std::string>& column_names() const;  ///< csv and tsv with a header; empty otherwise
  const std::string& target_name() const;
  FileFormat format() const;
  bool sparse() const;  ///< whether the blocks are
  /// Whether the file can be read again: it is a regular one.
  bool can_restart() const;

  /// Reads the next block, of at most `block_rows` rows, over the one before it. False at the end of the file. Throws
  /// `FileError` naming the file and the line or byte of the first thing wrong.
  bool next();
  /// The same, of at most `most_rows` >= 1 rows, whatever the options say.
  bool next(std::int64_t most_rows);

  /// The block: rows x `cols()`, valid until `next` or `restart` is called.
  AnyMatrixView<double> a() const;
  /// Its part of the target; empty if there is none.
  std::span<const double> target() const;
  /// The row of the file, from 0, that the block begins with.
  std::int64_t first_row() const;
  /// Bytes that the blocks are held in.
  std::int64_t block_bytes() const;

  /// Goes back to the first row. Throws `FileError` if the file has changed or cannot be read again.
  void restart();

 private:
  class Implementation;
  std::unique_ptr<Implementation> implementation_;
};

}  // namespace croquis
