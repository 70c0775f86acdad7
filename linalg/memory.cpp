#include "linalg/memory.hpp"

#include <cstdlib>
#include <cstring>
#include <limits>

#include <sys/mman.h>
#include <unistd.h>

namespace croquis {
namespace {

constexpr std::size_t cache_line = 64;
constexpr std::size_t huge_page = std::size_t{2} << 20;
constexpr std::size_t huge_from = std::size_t{4} << 20;

// A request beyond the machine's memory would be granted, and the process killed when it uses it.
bool fits_in_memory(std::size_t bytes) { return static_cast<double>(bytes) < machine_memory(); }

}  // namespace

double machine_memory() {
  static const long pages = sysconf(_SC_PHYS_PAGES);
  static const long page_size = sysconf(_SC_PAGE_SIZE);
  if (pages <= 0 || page_size <= 0) return std::numeric_limits<double>::infinity();
  return static_cast<double>(pages) * static_cast<double>(page_size);
}

void* allocate_aligned_bytes(std::size_t bytes) {
  if (bytes == 0) return nullptr;
  const std::size_t alignment = bytes >= huge_from ? huge_page : cache_line;
  const std::size_t rounded = (bytes + alignment - 1) / alignment * alignment;
  if (rounded < bytes || !fits_in_memory(rounded)) throw std::bad_alloc();
  // Aligned by hand: glibc keeps up to 32 MiB of what `free` returns for the next `malloc` of no more than that size,
  // but its aligned allocations ask for more than they free, so each would be new memory, and its page faults cost more
  // than many a sketch.
  auto* const whole = static_cast<std::byte*>(std::malloc(rounded + alignment));
  if (whole == nullptr) throw std::bad_alloc();
  const std::size_t past = reinterpret_cast<std::uintptr_t>(whole) % alignment;
  std::byte* const memory = whole + (alignment - past);
  // Before the memory: where it begins. `malloc` aligns to 16 bytes, so there is room.
  std::memcpy(memory - sizeof(whole), &whole, sizeof(whole));
  // Advice only: a kernel without huge pages refuses it and nothing else changes.
  if (bytes >= huge_from) madvise(memory, rounded, MADV_HUGEPAGE);
  return memory;
}

void free_aligned(void* memory) noexcept {
  if (memory == nullptr) return;
  void* whole;
  std::memcpy(&whole, static_cast<std::byte*>(memory) - sizeof(whole), sizeof(whole));
  std::free(whole);
}

}  // namespace croquis
