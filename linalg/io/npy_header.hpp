// The header of an .npy file.
#pragma once

#include <cstdint>

#include "linalg/io/reader.hpp"

namespace croquis::io {

/// What an .npy file holds: rows * cols entries of `item_size` bytes; `kind` is 'f', 'i' or 'u' (booleans are 'u').
struct NpyHeader {
  char kind = 'f';
  std::int64_t item_size = 8;
  bool big_endian = false;
  bool fortran_order = false;
  std::int64_t rows = 0;
  std::int64_t cols = 0;
};

/// Reads the header, versions 1 to 3. A vector is a matrix of one column, a scalar a 1 x 1 matrix. Throws `FileError`
/// naming the byte for what is not a header, an element type other than float32, float64, an integer or bool, more
/// than two dimensions, or a shape that is not addressable.
NpyHeader read_npy_header(Reader& reader);

}  // namespace croquis::io
