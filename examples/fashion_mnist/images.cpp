#include "examples/fashion_mnist/images.hpp"

#include <cstdint>
#include <memory>
#include <stdexcept>

#include <zlib.h>

namespace {

// The bytes of a gzip-compressed IDX file of unsigned bytes: a magic number that tells the number of dimensions, the
// dimensions as big-endian 32-bit integers, the data.
struct Idx {
  std::vector<std::int64_t> dimensions;
  std::vector<unsigned char> bytes;
};

Idx read_idx(const std::filesystem::path& path, int dimensions) {
  const std::unique_ptr<gzFile_s, int (*)(gzFile)> file(gzopen(path.c_str(), "rb"), gzclose);
  if (!file) throw std::runtime_error(path.string() + ": cannot be opened");
  const auto read = [&](void* to, std::int64_t bytes) {
    if (gzread(file.get(), to, static_cast<unsigned>(bytes)) != bytes)
      throw std::runtime_error(path.string() + ": ends early");
  };
  const auto read_integer = [&] {
    unsigned char b[4];
    read(b, 4);
    return std::int64_t{b[0]} << 24 | std::int64_t{b[1]} << 16 | std::int64_t{b[2]} << 8 | std::int64_t{b[3]};
  };
  if (read_integer() != 0x800 + dimensions) throw std::runtime_error(path.string() + ": is not an IDX file of bytes");
  Idx idx;
  std::int64_t size = 1;
  for (int i = 0; i < dimensions; ++i) {
    idx.dimensions.push_back(read_integer());
    size *= idx.dimensions.back();
  }
  idx.bytes.resize(size);
  read(idx.bytes.data(), size);
  return idx;
}

}  // namespace

Images read_images(const std::filesystem::path& folder, const std::string& set) {
  const Idx images = read_idx(folder / (set + "-images-idx3-ubyte.gz"), 3);
  const Idx labels = read_idx(folder / (set + "-labels-idx1-ubyte.gz"), 1);
  if (images.dimensions[0] != labels.dimensions[0])
    throw std::runtime_error(folder.string() + ": not as many images as labels in " + set);
  const std::int64_t count = images.dimensions[0], pixels = images.dimensions[1] * images.dimensions[2];
  Images result{croquis::Matrix<double>::uninitialized(count, pixels + 1), {labels.bytes.begin(), labels.bytes.end()}};
  for (std::int64_t j = 0; j < pixels; ++j) {
    for (std::int64_t i = 0; i < count; ++i) result.pixels(i, j) = images.bytes[i * pixels + j] / 255.0;
  }
  for (std::int64_t i = 0; i < count; ++i) result.pixels(i, pixels) = 1;
  return result;
}
