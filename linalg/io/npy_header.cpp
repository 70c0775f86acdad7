#include "linalg/io/npy_header.hpp"

#include <bit>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "linalg/check.hpp"
#include "linalg/io/number.hpp"

namespace croquis::io {
namespace {

// Headers are padded to 64 bytes and hold one small dictionary; this leaves room for any that NumPy writes.
constexpr std::uint32_t longest_header = 1u << 16;

// Parses the dictionary {'descr': '<f8', 'fortran_order': False, 'shape': (3, 4), }, keys in any order.
class HeaderParser {
 public:
  HeaderParser(const Reader& reader, std::string_view text, std::int64_t first_byte)
      : reader_(reader), text_(text), first_byte_(first_byte) {}

  NpyHeader parse() {
    expect('{');
    while (!accept('}')) {
      const std::string_view key = string();
      expect(':');
      if (key == "descr") {
        parse_descr();
      } else if (key == "fortran_order") {
        header_.fortran_order = boolean();
      } else if (key == "shape") {
        parse_shape();
      } else {
        fail("unknown key " + quote(key) + " in the header");
      }
      seen_ += key.front();
      if (!accept(',')) {
        expect('}');
        break;
      }
    }
    skip();
    if (at_ != text_.size()) fail("the header does not end after its dictionary");
    for (const char* key : {"descr", "fortran_order", "shape"})
      if (seen_.find(key[0]) == std::string::npos) fail(std::string("the header lacks '") + key + "'");
    return header_;
  }

 private:
  void parse_descr() {
    skip();
    if (at_ < text_.size() && text_[at_] == '[') fail("the array has named fields; only plain numbers are read");
    const std::string_view descr = string();
    const bool known_order = !descr.empty() && std::string_view("<>|=").find(descr[0]) != std::string_view::npos;
    const std::string_view type = known_order ? descr.substr(1) : descr;
    static constexpr std::string_view types[] = {"f4", "f8", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "b1"};
    for (const std::string_view candidate : types) {
      if (type != candidate) continue;
      header_.kind = type[0] == 'b' ? 'u' : type[0];
      header_.item_size = type[1] - '0';
      header_.big_endian =
          known_order && descr[0] != '|' && descr[0] != '=' ? descr[0] == '>' : std::endian::native == std::endian::big;
      return;
    }
    fail("the element type " + quote(descr) + " is not float32, float64, an integer or bool");
  }

  void parse_shape() {
    expect('(');
    std::vector<std::int64_t> sizes;
    while (!accept(')')) {
      skip();
      std::int64_t size = 0;
      const char* const last = text_.data() + text_.size();
      const char* next = parse_integer(text_.data() + at_, last, size);
      if (next == nullptr || size < 0) fail("the shape is not a tuple of sizes");
      if (next != last && *next == 'L') ++next;  // Python 2 wrote long integers so
      at_ = static_cast<std::size_t>(next - text_.data());
      sizes.push_back(size);
      if (!accept(',')) {
        expect(')');
        break;
      }
    }
    if (sizes.size() > 2) fail("the array has " + std::to_string(sizes.size()) + " dimensions; at most two are read");
    header_.rows = sizes.empty() ? 1 : sizes[0];
    header_.cols = sizes.size() < 2 ? 1 : sizes[1];
    constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max() / 16;
    if (header_.cols > 0 && header_.rows > most / header_.cols)
      fail("the shape " + shape_text(header_.rows, header_.cols) + " is not addressable");
  }

  bool boolean() {
    skip();
    for (const auto& [word, value] : {std::pair{"True", true}, std::pair{"False", false}}) {
      if (text_.substr(at_).starts_with(word)) {
        at_ += std::string_view(word).size();
        return value;
      }
    }
    fail("'fortran_order' is neither True nor False");
  }

  std::string_view string() {
    skip();
    if (at_ == text_.size() || (text_[at_] != '\'' && text_[at_] != '"')) fail("the header is not a dictionary");
    const std::size_t end = text_.find(text_[at_], at_ + 1);
    if (end == std::string_view::npos || end == at_ + 1) fail("the header is not a dictionary");
    const std::string_view result = text_.substr(at_ + 1, end - at_ - 1);
    at_ = end + 1;
    return result;
  }

  void skip() {
    while (at_ < text_.size() && (is_blank(text_[at_]) || text_[at_] == '\n')) ++at_;
  }
  bool accept(char c) {
    skip();
    if (at_ == text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  void expect(char c) {
    if (!accept(c)) fail(std::string("the header should have '") + c + "' here");
  }
  [[noreturn]] void fail(const std::string& what) const {
    reader_.fail_at_byte(first_byte_ + static_cast<std::int64_t>(at_), what);
  }

  const Reader& reader_;
  std::string_view text_;
  std::int64_t first_byte_;
  std::size_t at_ = 0;
  std::string seen_;  // first letters of the keys
  NpyHeader header_;
};

}  // namespace

NpyHeader read_npy_header(Reader& reader) {
  unsigned char prefix[12] = {};
  char* const bytes = reinterpret_cast<char*>(prefix);
  const auto read_prefix = [&](std::size_t from, std::size_t size) {
    if (reader.read(bytes + from, size) < size) reader.fail_at_byte(reader.byte(), "truncated in the header");
  };
  read_prefix(0, 8);
  if (std::string_view(bytes, 6) != "\x93NUMPY") reader.fail_at_byte(0, "is not an .npy file");
  const int version = prefix[6];
  if (version < 1 || version > 3)
    reader.fail_at_byte(6, "version " + std::to_string(version) + " of the format is not one of 1, 2 and 3");
  std::uint32_t length = 0;
  read_prefix(8, version == 1 ? 2 : 4);
  for (int k = version == 1 ? 1 : 3; k >= 0; --k) length = length << 8 | prefix[8 + k];
  if (length > longest_header)
    reader.fail_at_byte(8, "a header of " + std::to_string(length) + " bytes is not believable");

  const std::int64_t first_byte = reader.byte();
  std::string text(length, ' ');
  if (reader.read(text.data(), length) < length) reader.fail_at_byte(reader.byte(), "truncated in the header");
  return HeaderParser(reader, text, first_byte).parse();
}

}  // namespace croquis::io
