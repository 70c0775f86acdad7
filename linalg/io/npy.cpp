// NumPy's .npy files: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
#include <algorithm>

#include "linalg/io/entry_list.hpp"
#include "linalg/io/formats.hpp"
#include "linalg/io/npy_entries.hpp"

namespace croquis::io {

MatrixFile read_npy(Reader& reader) {
  NpyEntries entries(reader);
  const NpyHeader& header = entries.header();
  EntryList list;
  // A few entries at a time, so that a false header costs no memory.
  constexpr std::int64_t most_at_once = std::int64_t{1} << 13;
  while (list.size() < entries.promised()) {
    const std::span<double> room = list.room();
    const std::int64_t count =
        std::min({static_cast<std::int64_t>(room.size()), entries.promised() - list.size(), most_at_once});
    entries.read(count, room.data());
    list.advance(count);
  }
  entries.expect_end();

  MatrixFile file;
  file.format = FileFormat::npy;
  file.matrix = list.take(header.rows, header.cols, header.fortran_order ? Layout::column_major : Layout::row_major);
  return file;
}

}  // namespace croquis::io
