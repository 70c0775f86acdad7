#include "linalg/io/npy_entries.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <string>

#include "linalg/check.hpp"

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

NpyEntries::Convert converter(const NpyHeader& header) {
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

NpyEntries::NpyEntries(Reader& reader)
    : reader_(reader),
      header_(read_npy_header(reader)),
      convert_(converter(header_)),
      swap_(header_.item_size > 1 && header_.big_endian != (std::endian::native == std::endian::big)),
      as_doubles_(header_.kind == 'f' && header_.item_size == 8 && !swap_),
      first_byte_(reader.byte()),
      bytes_(std::size_t{1} << 16) {}

// How many entries to read at once, and to where: to their destination if they need no conversion.
std::pair<std::int64_t, char*> NpyEntries::at_once(std::int64_t count, double* to) {
  if (as_doubles_) return {count, reinterpret_cast<char*>(to)};
  return {std::min(count, static_cast<std::int64_t>(bytes_.size()) / header_.item_size), bytes_.data()};
}

void NpyEntries::read(std::int64_t count, double* to) {
  while (count > 0) {
    const auto [wanted, from] = at_once(count, to);
    const auto bytes = static_cast<std::size_t>(wanted * header_.item_size);
    const std::size_t got = reader_.read(from, bytes);
    const std::int64_t whole = static_cast<std::int64_t>(got) / header_.item_size;
    if (!as_doubles_) convert_(from, swap_, whole, to);
    done_ += whole;
    if (got < bytes) fail_truncated(reader_.byte(), done_);
    to += whole;
    count -= whole;
  }
}

void NpyEntries::expect_end() {
  const std::int64_t end = reader_.byte();
  if (reader_.read(bytes_.data(), 1) > 0) fail_longer(end);
}

bool NpyEntries::can_seek() const { return reader_.source().state() && !reader_.source().compressed(); }

void NpyEntries::check_size() const {
  const std::int64_t size = reader_.source().state()->size;
  const std::int64_t end = first_byte_ + promised() * header_.item_size;
  if (size < end) fail_truncated(size, std::max<std::int64_t>(0, size - first_byte_) / header_.item_size);
  if (size > end) fail_longer(end);
}

void NpyEntries::read_at(std::int64_t first, std::int64_t count, double* to) {
  while (count > 0) {
    const auto [wanted, from] = at_once(count, to);
    const auto bytes = static_cast<std::size_t>(wanted * header_.item_size);
    const std::int64_t byte = first_byte_ + first * header_.item_size;
    const std::size_t got = reader_.source().read_at(byte, from, bytes);
    if (got < bytes) reader_.fail_at_byte(byte + static_cast<std::int64_t>(got), "truncated while it was being read");
    if (!as_doubles_) convert_(from, swap_, wanted, to);
    to += wanted;
    first += wanted;
    count -= wanted;
  }
}

void NpyEntries::fail_truncated(std::int64_t byte, std::int64_t entries) const {
  reader_.fail_at_byte(byte, "truncated: " + std::to_string(entries) + " of the " + std::to_string(promised()) +
                                 " entries of a " + shape_text(header_.rows, header_.cols) + " array");
}

void NpyEntries::fail_longer(std::int64_t byte) const {
  reader_.fail_at_byte(byte, "there is more after the " + std::to_string(promised()) + " entries of a " +
                                 shape_text(header_.rows, header_.cols) + " array");
}

}  // namespace croquis::io
