// svmlight (libsvm) files, whole.
#include <utility>

#include "linalg/io/formats.hpp"
#include "linalg/io/svmlight_rows.hpp"

namespace croquis::io {

MatrixFile read_svmlight(Reader& reader, std::optional<std::int64_t> first_index) {
  SparseRows rows;
  while (next_svmlight_row(reader, rows)) continue;
  if (rows.rows() == 0) reader.fail("holds no row");

  SvmlightIndices indices;
  for (const std::int64_t index : rows.index) indices.see(index);
  const SvmlightColumns columns = indices.columns(first_index);
  if (first_index && columns.first < *first_index) reader.fail("has an index 0, but its indices are to count from 1");
  for (std::int64_t& index : rows.index) index -= columns.first;

  MatrixFile file;
  const std::int64_t count = rows.rows();
  file.matrix =
      SparseMatrix<double>(count, columns.count, std::move(rows.start), std::move(rows.index), std::move(rows.value));
  file.target = std::move(rows.label);
  file.format = FileFormat::svmlight;
  file.first_index = columns.first;
  return file;
}

}  // namespace croquis::io
