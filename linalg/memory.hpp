// Aligned memory for matrices and workspaces.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>

namespace croquis {

/// Memory for `bytes` bytes, aligned to 64, or to 2 MiB with transparent huge pages advised from 4 MiB on. Null for
/// zero bytes; throws `std::bad_alloc`, also for more than the machine's memory.
void* allocate_aligned_bytes(std::size_t bytes);
void free_aligned(void* memory) noexcept;

template <class T>
T* allocate_aligned(std::int64_t entries) {
  if (entries > PTRDIFF_MAX / static_cast<std::int64_t>(sizeof(T))) throw std::bad_alloc();
  return static_cast<T*>(allocate_aligned_bytes(static_cast<std::size_t>(entries) * sizeof(T)));
}

/// An uninitialised workspace of trivial values.
template <class T>
class Workspace {
 public:
  explicit Workspace(std::int64_t entries) : memory_(allocate_aligned<T>(entries)), entries_(entries) {}
  T* data() { return memory_.get(); }
  const T* data() const { return memory_.get(); }
  std::int64_t size() const { return entries_; }
  T& operator[](std::int64_t i) { return memory_.get()[i]; }
  const T& operator[](std::int64_t i) const { return memory_.get()[i]; }

 private:
  struct Free {
    void operator()(T* memory) const noexcept { free_aligned(memory); }
  };
  std::unique_ptr<T[], Free> memory_;
  std::int64_t entries_;
};

}  // namespace croquis
