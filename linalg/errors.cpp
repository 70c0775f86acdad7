#include <croquis/errors.hpp>

namespace croquis {

// The destructors are here so that each class has one home for its type information, and can be caught across
// shared-library boundaries.
Error::~Error() = default;
ShapeError::~ShapeError() = default;
InvalidOption::~InvalidOption() = default;
FileError::~FileError() = default;

}  // namespace croquis
