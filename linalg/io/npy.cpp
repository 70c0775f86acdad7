// NumPy's .npy files: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "linalg/check.hpp"
#include "linalg/io/entry_list.hpp"
#include "linalg/io/formats.hpp"
#include "linalg/io/npy_header.hpp"

namespace croquis::io {
namespace {

template <class T>
double convert(const char* bytes, bool swap) {
  char ordered[sizeof(T)];
  std::memcpy(ordered, bytes, sizeof(T));
  if (swap) std::reverse(ordered, ordered + sizeof(T));
  T value;
  std::memcpy(&value, ordered, sizeof(T));
  return static_cast<double>(value);
}

template <class T>
void convert_all(const char* bytes, bool swap, std::int64_t count, double* to) {
  if (swap) {
    for (std::int64_t k = 0; k < count; ++k) to[k] = convert<T>(bytes + k * sizeof(T), true);
  } else {
    for (std::int64_t k = 0; k < count; ++k) to[k] = convert<T>(bytes + k * sizeof(T), false);
  }
}

using Convert = void (*)(const char*, bool, std::int64_t, double*);

Convert converter(const NpyHeader& header) {
  switch (header.kind) {
    case 'f':
      return header.item_size == 8 ? convert_all<double> : convert_all<float>;
    case 'i':
      switch (header.item_size) {
        case 1:
          return convert_all<std::int8_t>;
        case 2:
          return convert_all<std::int16_t>;
        case 4:
          return convert_all<std::int32_t>;
        default:
          return convert_all<std::int64_t>;
      }
    default:
      switch (header.item_size) {
        case 1:
          return convert_all<std::uint8_t>;
        case 2:
          return convert_all<std::uint16_t>;
        case 4:
          return convert_all<std::uint32_t>;
        default:
          return convert_all<std::uint64_t>;
      }
  }
}

}  // namespace

MatrixFile read_npy(Reader& reader) {
  const NpyHeader header = read_npy_header(reader);
  const Convert convert_block = converter(header);
  const bool swap = header.item_size > 1 && header.big_endian != (std::endian::native == std::endian::big);
  const std::int64_t promised = header.rows * header.cols;

  EntryList entries;
  std::vector<char> block(std::size_t{1} << 16);
  while (entries.size() < promised) {
    const std::span<double> room = entries.room();
    const std::int64_t wanted = std::min({static_cast<std::int64_t>(room.size()), promised - entries.size(),
                                          static_cast<std::int64_t>(block.size()) / header.item_size});
    const auto bytes = static_cast<std::size_t>(wanted * header.item_size);
    const std::size_t got = reader.read(block.data(), bytes);
    const std::int64_t whole = static_cast<std::int64_t>(got) / header.item_size;
    convert_block(block.data(), swap, whole, room.data());
    entries.advance(whole);
    if (got < bytes)
      reader.fail_at_byte(reader.byte(), "truncated: " + std::to_string(entries.size()) + " of the " +
                                             std::to_string(promised) + " entries of a " +
                                             shape_text(header.rows, header.cols) + " array");
  }
  const std::int64_t end = reader.byte();
  if (reader.read(block.data(), 1) > 0)
    reader.fail_at_byte(end, "there is more after the " + std::to_string(promised) + " entries of a " +
                                 shape_text(header.rows, header.cols) + " array");

  MatrixFile file;
  file.format = FileFormat::npy;
  file.matrix = entries.take(header.rows, header.cols, header.fortran_order ? Layout::column_major : Layout::row_major);
  return file;
}

}  // namespace croquis::io
