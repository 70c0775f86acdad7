#include "linalg/io/atomic_file.hpp"

#include <atomic>
#include <cerrno>
#include <system_error>

#include <croquis/errors.hpp>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace croquis::io {
namespace {

constexpr std::size_t buffer_size = std::size_t{1} << 16;

// What a rename to `path` would replace: the target of a link rather than the link.
std::filesystem::path resolved(const std::filesystem::path& path) {
  std::error_code ignored;
  const std::filesystem::path target = std::filesystem::canonical(path, ignored);
  return ignored ? path : target;
}

void check_replaceable(const std::filesystem::path& path) {
  struct stat about {};
  if (stat(path.c_str(), &about) != 0) {
    if (errno == ENOENT) return;
    throw FileError(path.string() + ": cannot be written: " + std::generic_category().message(errno));
  }
  if (S_ISDIR(about.st_mode)) throw FileError(path.string() + ": cannot be written: it is a directory");
  if (!S_ISREG(about.st_mode)) throw FileError(path.string() + ": cannot be written: it is not a regular file");
  if (access(path.c_str(), W_OK) != 0)
    throw FileError(path.string() + ": cannot be written: " + std::generic_category().message(errno));
}

}  // namespace

AtomicFile::AtomicFile(const std::filesystem::path& path) : path_(path) {
  check_replaceable(path);
  buffer_.reserve(buffer_size);
  static std::atomic<unsigned> count = 0;
  const std::filesystem::path folder = resolved(path).parent_path();
  do {
    const std::string name = ".croquis-" + std::to_string(getpid()) + "-" + std::to_string(count++);
    temporary_ = (folder / name).string();
    file_ = open(temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  } while (file_ < 0 && errno == EEXIST);
  if (file_ < 0) fail();
}

AtomicFile::~AtomicFile() {
  if (file_ >= 0) close(file_);
  if (!temporary_.empty()) unlink(temporary_.c_str());
}

void AtomicFile::write(const char* bytes, std::size_t size) {
  if (buffer_.size() + size > buffer_size) flush();
  buffer_.insert(buffer_.end(), bytes, bytes + size);
}

void AtomicFile::flush() {
  std::size_t done = 0;
  while (done < buffer_.size()) {
    const ssize_t count = ::write(file_, buffer_.data() + done, buffer_.size() - done);
    if (count < 0 && errno != EINTR) fail();
    if (count > 0) done += static_cast<std::size_t>(count);
  }
  buffer_.clear();
}

void AtomicFile::commit() {
  flush();
  // Renaming before the data is on the disk could leave an empty file after a power failure.
  if (fsync(file_) != 0 && errno != EINVAL) fail();
  const int file = file_;
  file_ = -1;
  if (close(file) != 0) fail();
  if (rename(temporary_.c_str(), resolved(path_).c_str()) != 0) fail();
  temporary_.clear();
}

void AtomicFile::fail() const {
  throw FileError(path_.string() + ": cannot be written: " + std::generic_category().message(errno));
}

}  // namespace croquis::io
