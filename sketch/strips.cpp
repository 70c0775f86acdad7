#include "sketch/strips.hpp"

#include <algorithm>

#include "linalg/memory.hpp"
#include "linalg/parallel.hpp"

namespace croquis {
namespace {

// Enough tiles to keep this many threads busy, but no more memory for them, which it takes time to get, than this or
// the result's.
constexpr std::int64_t wanted_tiles = 32;
constexpr std::int64_t most_tile_bytes = std::int64_t{1} << 24;

// Rows of a tile that are written together.
constexpr std::int64_t rows_at_once = 64;

}  // namespace

template <class T>
std::int64_t chunks_of_strips(std::int64_t strips, std::int64_t tile_size) {
  const std::int64_t in_memory = most_tile_bytes / (strips * tile_size * static_cast<std::int64_t>(sizeof(T)));
  return std::max<std::int64_t>(1, std::min(wanted_tiles / strips, in_memory));
}

template <class T>
void write_tile(const T* tile, std::int64_t width, T scale, Update update, MatrixView<T> to) {
  const std::int64_t row_stride = to.row_stride();
  const std::int64_t column_stride = to.column_stride();
  for (std::int64_t first = 0; first < to.rows; first += rows_at_once) {
    const std::int64_t last = std::min(to.rows, first + rows_at_once);
    for (std::int64_t j = 0; j < to.cols; ++j) {
      T* column = to.data + j * column_stride;
      if (update == Update::add) {
        for (std::int64_t i = first; i < last; ++i) column[i * row_stride] += scale * tile[i * width + j];
      } else {
        for (std::int64_t i = first; i < last; ++i) column[i * row_stride] = scale * tile[i * width + j];
      }
    }
  }
}

template <class T>
void sketch_by_strips(MatrixView<const T> a, std::int64_t width, std::int64_t blocks, std::int64_t most_chunks, T scale,
                      Update update, MatrixView<T> out, const StripKernel<T>& kernel) {
  if (out.cols == 0) return;
  const std::int64_t strips = (a.cols + width - 1) / width;
  const std::int64_t tile_size = out.rows * width;
  const std::int64_t chunks = std::max<std::int64_t>(1, std::min(chunks_of_strips<T>(strips, tile_size), most_chunks));
  const Partition parts(blocks, chunks);

  const auto strip_of = [&](auto view, std::int64_t strip) {
    const std::int64_t first = strip * width;
    return view.block(0, first, view.rows, std::min(width, view.cols - first));
  };
  if (parts.count <= 1) {
    for_each_tile(strips, [&](std::int64_t strip) {
      Workspace<T> tile(tile_size);
      std::fill_n(tile.data(), tile_size, T(0));
      kernel(strip_of(a, strip), width, 0, blocks, tile.data());
      write_tile(tile.data(), width, scale, update, strip_of(out, strip));
    });
    return;
  }

  Workspace<T> tiles(strips * parts.count * tile_size);
  for_each_tile(strips * parts.count, [&](std::int64_t index) {
    const std::int64_t part = index % parts.count;
    T* tile = tiles.data() + index * tile_size;
    std::fill_n(tile, tile_size, T(0));
    kernel(strip_of(a, index / parts.count), width, parts.begin(part), parts.end(part), tile);
  });
  const Partition pieces(out.rows, std::max<std::int64_t>(1, wanted_tiles / strips), rows_at_once);
  for_each_tile(strips * pieces.count, [&](std::int64_t index) {
    const std::int64_t strip = index / pieces.count;
    const std::int64_t first = pieces.begin(index % pieces.count);
    const std::int64_t rows = pieces.length(index % pieces.count);
    T* sum = tiles.data() + strip * parts.count * tile_size + first * width;
    for (std::int64_t part = 1; part < parts.count; ++part) {
      const T* tile = sum + part * tile_size;
      for (std::int64_t i = 0; i < rows * width; ++i) sum[i] += tile[i];
    }
    write_tile(sum, width, scale, update, strip_of(out.block(first, 0, rows, out.cols), strip));
  });
}

#define CROQUIS_INSTANTIATE(T)                                                                             \
  template std::int64_t chunks_of_strips<T>(std::int64_t, std::int64_t);                                   \
  template void write_tile(const T*, std::int64_t, T, Update, MatrixView<T>);                              \
  template void sketch_by_strips(MatrixView<const T>, std::int64_t, std::int64_t, std::int64_t, T, Update, \
                                 MatrixView<T>, const StripKernel<T>&);
CROQUIS_INSTANTIATE(float)
CROQUIS_INSTANTIATE(double)
#undef CROQUIS_INSTANTIATE

}  // namespace croquis
