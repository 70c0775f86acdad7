#include "linalg/io/reader.hpp"

#include <algorithm>
#include <cstring>

#include <croquis/errors.hpp>

namespace croquis::io {
namespace {

constexpr std::size_t longest_line = std::size_t{1} << 26;
constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";

}  // namespace

// Moves what is unread to the front of the buffer, makes room if it is full, and reads behind it.
bool Reader::refill() {
  if (ended_) return false;
  if (begin_ > 0) {
    std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
  }
  if (end_ == buffer_.size()) buffer_.resize(2 * buffer_.size());
  const std::size_t count = source_.read(buffer_.data() + end_, buffer_.size() - end_);
  ended_ = count == 0;
  end_ += count;
  return count > 0;
}

std::string_view Reader::peek() {
  while (end_ - begin_ < buffer_.size() && refill()) continue;
  return {buffer_.data() + begin_, end_ - begin_};
}

bool Reader::next_line(std::string_view& line) {
  std::size_t searched = 0;
  const char* newline = nullptr;
  for (;;) {
    const char* from = buffer_.data() + begin_ + searched;
    newline = static_cast<const char*>(std::memchr(from, '\n', end_ - begin_ - searched));
    if (newline != nullptr) break;
    searched = end_ - begin_;
    if (searched > longest_line) {
      ++line_;
      fail_at_line("the line is longer than " + std::to_string(longest_line >> 20) + " MiB");
    }
    if (!refill()) break;
  }
  if (newline == nullptr && begin_ == end_) return false;
  const char* first = buffer_.data() + begin_;
  line = {first, static_cast<std::size_t>((newline != nullptr ? newline : buffer_.data() + end_) - first)};
  const std::size_t taken = line.size() + (newline != nullptr ? 1 : 0);
  begin_ += taken;
  byte_ += static_cast<std::int64_t>(taken);
  if (line_ == 0 && line.starts_with(byte_order_mark)) line.remove_prefix(byte_order_mark.size());
  if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  ++line_;
  return true;
}

std::size_t Reader::read(char* to, std::size_t size) {
  std::size_t count = 0;
  while (count < size) {
    if (begin_ == end_) {
      begin_ = end_ = 0;
      // Long reads of a drained buffer go straight to their destination.
      if (!ended_ && size - count >= buffer_.size()) {
        const std::size_t got = source_.read(to + count, size - count);
        ended_ = got == 0;
        count += got;
        continue;
      }
      if (!refill()) break;
    }
    const std::size_t part = std::min(size - count, end_ - begin_);
    std::memcpy(to + count, buffer_.data() + begin_, part);
    begin_ += part;
    count += part;
  }
  byte_ += static_cast<std::int64_t>(count);
  return count;
}

void Reader::fail_at_line(const std::string& what) const {
  throw FileError(name() + ":" + std::to_string(line_) + ": " + what);
}

void Reader::fail_at_byte(std::int64_t byte, const std::string& what) const {
  throw FileError(name() + ": byte " + std::to_string(byte) + ": " + what);
}

void Reader::fail(const std::string& what) const { throw FileError(name() + ": " + what); }

}  // namespace croquis::io
