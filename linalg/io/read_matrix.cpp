#include <croquis/linalg/read_matrix.hpp>

#include <croquis/errors.hpp>

#include "linalg/copy.hpp"
#include "linalg/io/formats.hpp"

namespace croquis {
namespace {

// Splits column `target` off a matrix whose columns have no names.
void split_target(MatrixFile& file, const std::string& target, const std::string& name) {
  const auto* dense = std::get_if<Matrix<double>>(&file.matrix);
  if (dense == nullptr)
    throw InvalidOption("target: " + name + " is a sparse " + to_string(file.format) +
                        " file; a column can be split off dense files only");
  const std::int64_t index = io::target_column(target, dense->cols(), name);
  const MatrixView<const double> all = dense->view();
  file.target.resize(static_cast<std::size_t>(all.rows));
  copy<double>(all.block(0, index, all.rows, 1), column_major(file.target.data(), all.rows, 1));
  Matrix<double> rest = Matrix<double>::uninitialized(all.rows, all.cols - 1, all.layout);
  const MatrixView<double> to = rest.view();
  const std::int64_t behind = all.cols - 1 - index;
  copy<double>(all.block(0, 0, all.rows, index), to.block(0, 0, all.rows, index));
  copy<double>(all.block(0, index + 1, all.rows, behind), to.block(0, index, all.rows, behind));
  file.matrix = std::move(rest);
}

}  // namespace

MatrixFile read_matrix(const std::filesystem::path& path, const ReadOptions& options) {
  if (options.first_index && *options.first_index != 0 && *options.first_index != 1)
    throw InvalidOption("first_index is " + std::to_string(*options.first_index) + " but must be 0 or 1");
  io::Reader reader(path);
  const FileFormat format = options.format == FileFormat::automatic ? io::detect_format(reader) : options.format;
  if (format == FileFormat::csv) return io::read_csv(reader, ',', options.target);
  if (format == FileFormat::tsv) return io::read_csv(reader, '\t', options.target);
  if (format == FileFormat::svmlight) {
    if (options.target)
      throw InvalidOption("target: " + reader.name() + " is svmlight, where the labels are the target");
    return io::read_svmlight(reader, options.first_index);
  }
  MatrixFile file = format == FileFormat::npy ? io::read_npy(reader) : io::read_matrix_market(reader);
  if (options.target) split_target(file, *options.target, reader.name());
  return file;
}

std::string to_string(FileFormat format) {
  switch (format) {
    case FileFormat::automatic:
      return "automatic";
    case FileFormat::matrix_market:
      return "matrix-market";
    case FileFormat::npy:
      return "npy";
    case FileFormat::csv:
      return "csv";
    case FileFormat::tsv:
      return "tsv";
    case FileFormat::svmlight:
      return "svmlight";
  }
  return "unknown";
}

}  // namespace croquis
