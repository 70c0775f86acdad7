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
  const std::filesystem::path folder = resolved(path).parent_path();
  file_ = open(folder.empty() ? "." : folder.c_str(), O_WRONLY | O_TMPFILE | O_CLOEXEC, 0666);
  if (file_ >= 0 && access(named_by_process().c_str(), F_OK) == 0) return;
  if (file_ >= 0) close(file_);
  with_temporary_name([&](const char* name) {
    file_ = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    return file_ >= 0;
  });
}

AtomicFile::~AtomicFile() {
  if (file_ >= 0) close(file_);
  if (!temporary_.empty()) unlink(temporary_.c_str());
}

// The open file's name among the process's own.
std::string AtomicFile::named_by_process() const { return "/proc/self/fd/" + std::to_string(file_); }

// Calls `make` with names beside the file until one is free.
template <class Make>
void AtomicFile::with_temporary_name(const Make& make) {
  static std::atomic<unsigned> count = 0;
  const std::filesystem::path folder = resolved(path_).parent_path();
  do {
    const std::string name = ".croquis-" + std::to_string(getpid()) + "-" + std::to_string(count++);
    temporary_ = (folder / name).string();
    if (make(temporary_.c_str())) return;
  } while (errno == EEXIST);
  const int error = errno;
  temporary_.clear();
  errno = error;
  fail();
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
  if (temporary_.empty())
    with_temporary_name([&](const char* name) {
      return linkat(AT_FDCWD, named_by_process().c_str(), AT_FDCWD, name, AT_SYMLINK_FOLLOW) == 0;
    });
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
