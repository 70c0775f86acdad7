#include "linalg/io/byte_source.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <new>
#include <system_error>
#include <vector>

#include <croquis/errors.hpp>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

namespace croquis::io {
namespace {

constexpr std::size_t compressed_block = std::size_t{1} << 16;

}  // namespace

// Turns the compressed bytes of a source into plain ones.
class ByteSource::Inflater {
 public:
  explicit Inflater(ByteSource& source) : source_(source), compressed_(compressed_block) {
    // 16: a gzip wrapper rather than a zlib one.
    if (inflateInit2(&stream_, 16 + MAX_WBITS) != Z_OK) throw std::bad_alloc();
  }
  ~Inflater() { inflateEnd(&stream_); }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;

  std::size_t read(char* to, std::size_t size) {
    stream_.next_out = reinterpret_cast<Bytef*>(to);
    stream_.avail_out = static_cast<uInt>(std::min(size, std::size_t{1} << 30));
    const uInt wanted = stream_.avail_out;
    while (stream_.avail_out == wanted && !ended_) {
      if (stream_.avail_in == 0 && !refill()) fail("truncated gzip data");
      const int code = inflate(&stream_, Z_NO_FLUSH);
      if (code == Z_STREAM_END) {
        ended_ = !next_member();
      } else if (code == Z_MEM_ERROR) {
        throw std::bad_alloc();
      } else if (code != Z_OK && code != Z_BUF_ERROR) {
        fail(std::string("damaged gzip data: ") + (stream_.msg != nullptr ? stream_.msg : "unknown zlib error"));
      }
    }
    return wanted - stream_.avail_out;
  }

 private:
  bool refill() {
    const std::size_t count = source_.read_file(compressed_.data(), compressed_.size());
    stream_.next_in = reinterpret_cast<Bytef*>(compressed_.data());
    stream_.avail_in = static_cast<uInt>(count);
    consumed_ += static_cast<std::int64_t>(count);
    return count > 0;
  }

  // After the end of a member: another one, or zeros that some tapes and tools pad with, or the end of the file.
  bool next_member() {
    for (bool padding = false;; padding = true) {
      if (stream_.avail_in == 0 && !refill()) return false;
      if (*stream_.next_in != 0) {
        if (padding || *stream_.next_in != 0x1f) fail("bytes that are not gzip after the end of the compressed data");
        inflateReset(&stream_);
        return true;
      }
      ++stream_.next_in;
      --stream_.avail_in;
    }
  }

  [[noreturn]] void fail(const std::string& what) const {
    throw FileError(source_.name_ + ": byte " + std::to_string(consumed_ - stream_.avail_in) + ": " + what);
  }

  ByteSource& source_;
  std::vector<char> compressed_;
  z_stream stream_{};
  std::int64_t consumed_ = 0;
  bool ended_ = false;
};

ByteSource::ByteSource(const std::filesystem::path& path) : name_(path.string()) {
  file_ = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file_ < 0) throw FileError(name_ + ": cannot be opened: " + std::generic_category().message(errno));
  // The destructor does not run when a constructor throws.
  try {
    struct stat about {};
    if (fstat(file_, &about) == 0 && S_ISDIR(about.st_mode)) throw FileError(name_ + ": is a directory, not a file");
    std::size_t have = 0;
    while (have < sizeof(first_)) {
      const std::size_t count = read_file(first_ + have, sizeof(first_) - have);
      if (count == 0) break;
      have += count;
    }
    first_end_ = have;
    if (have == sizeof(first_) && first_[0] == '\x1f' && first_[1] == '\x8b')
      inflater_ = std::make_unique<Inflater>(*this);
  } catch (...) {
    close(file_);
    throw;
  }
}

ByteSource::~ByteSource() { close(file_); }

std::size_t ByteSource::read(char* to, std::size_t size) {
  return inflater_ ? inflater_->read(to, size) : read_file(to, size);
}

std::size_t ByteSource::read_at(std::int64_t first, char* to, std::size_t size) const {
  std::size_t have = 0;
  while (have < size) {
    const ssize_t count = pread(file_, to + have, std::min(size - have, std::size_t{1} << 30),
                                static_cast<off_t>(first) + static_cast<off_t>(have));
    if (count == 0) break;
    if (count > 0) have += static_cast<std::size_t>(count);
    if (count < 0 && errno != EINTR)
      throw FileError(name_ + ": cannot be read: " + std::generic_category().message(errno));
  }
  return have;
}

std::optional<FileState> ByteSource::state() const {
  struct stat about {};
  if (fstat(file_, &about) != 0 || !S_ISREG(about.st_mode)) return std::nullopt;
  return FileState{.device = about.st_dev,
                   .inode = about.st_ino,
                   .size = about.st_size,
                   .modified_seconds = about.st_mtim.tv_sec,
                   .modified_nanoseconds = about.st_mtim.tv_nsec};
}

std::size_t ByteSource::read_file(char* to, std::size_t size) {
  if (first_begin_ < first_end_) {
    const std::size_t count = std::min(size, first_end_ - first_begin_);
    std::memcpy(to, first_ + first_begin_, count);
    first_begin_ += count;
    return count;
  }
  for (;;) {
    const ssize_t count = ::read(file_, to, std::min(size, std::size_t{1} << 30));
    if (count >= 0) return static_cast<std::size_t>(count);
    if (errno != EINTR) throw FileError(name_ + ": cannot be read: " + std::generic_category().message(errno));
  }
}

}  // namespace croquis::io
