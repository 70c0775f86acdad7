// The exceptions croquis throws: each is a mistake of the caller's. A numerical outcome is never an
// exception; it is a status in the report a solver returns.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>

#include <croquis/export.hpp>

namespace croquis {

/// Base of every exception croquis throws itself; `what()` is one readable line.
class CROQUIS_API Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
  ~Error() override;
};

/// Shapes, leading dimensions or index arrays that do not fit together. The message names the argument and
/// both shapes.
class CROQUIS_API ShapeError : public Error {
 public:
  using Error::Error;
  ~ShapeError() override;
};

/// An option outside its range. The message names the option, its value and the range.
class CROQUIS_API InvalidOption : public Error {
 public:
  using Error::Error;
  ~InvalidOption() override;
};

/// A file that cannot be opened, read, understood or written. The message starts with the file and, where there
/// is one, the line or the byte: `data.csv:17: ...` or `data.npy: byte 10: ...`.
class CROQUIS_API FileError : public Error {
 public:
  using Error::Error;
  ~FileError() override;
};

}  // namespace croquis
