#include "tests/support/failing_allocations.hpp"

#include <atomic>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <new>
#include <unordered_set>

#if defined(CROQUIS_TEST_SUITESPARSE)
#include <suitesparse/SuiteSparse_config.h>
#endif

extern "C" {
void* __real_malloc(std::size_t bytes);
void __real_free(void* memory);
void* __wrap_malloc(std::size_t bytes);
void __wrap_free(void* memory);
}

namespace croquis::test {
namespace {

// The set of live blocks, which must not ask the allocator it watches.
template <class T>
struct Unwatched {
  using value_type = T;
  Unwatched() = default;
  template <class U>
  Unwatched(const Unwatched<U>&) {}
  T* allocate(std::size_t count) { return static_cast<T*>(__real_malloc(count * sizeof(T))); }
  void deallocate(T* memory, std::size_t) { __real_free(memory); }
  template <class U>
  bool operator==(const Unwatched<U>&) const {
    return true;
  }
};

struct Watch {
  std::mutex mutex;
  std::unordered_set<void*, std::hash<void*>, std::equal_to<void*>, Unwatched<void*>> live;
  std::int64_t until_failure = 0;  // 0: never
  bool failed = false;
  SuiteSparseRequests suitesparse = SuiteSparseRequests::counted;
};

// Never destroyed: blocks are freed until the very end of the process.
Watch& watch() {
  alignas(Watch) static std::byte memory[sizeof(Watch)];
  static Watch* const made = new (memory) Watch;
  return *made;
}

bool granted() {
  Watch& w = watch();
  const std::lock_guard lock(w.mutex);
  if (w.until_failure == 0 || --w.until_failure > 0) return true;
  w.failed = true;
  return false;
}

void* watched(void* memory) {
  if (memory == nullptr) return nullptr;
  Watch& w = watch();
  const std::lock_guard lock(w.mutex);
  w.live.insert(memory);
  return memory;
}

// Of memory that others have allocated too.
void forget(void* memory) {
  if (memory == nullptr) return;
  Watch& w = watch();
  const std::lock_guard lock(w.mutex);
  w.live.erase(memory);
}

void* get(std::size_t bytes) { return granted() ? watched(__real_malloc(bytes == 0 ? 1 : bytes)) : nullptr; }

void* get_aligned(std::size_t bytes, std::size_t alignment) {
  return granted() ? watched(std::aligned_alloc(alignment, (bytes + alignment) / alignment * alignment)) : nullptr;
}

void put_back(void* memory) {
  forget(memory);
  __real_free(memory);
}

#if defined(CROQUIS_TEST_SUITESPARSE)
bool suitesparse_granted() { return watch().suitesparse == SuiteSparseRequests::granted || granted(); }
void* get_block(std::size_t bytes) { return suitesparse_granted() ? watched(__real_malloc(bytes)) : nullptr; }
void* get_zeros(std::size_t count, std::size_t size) {
  return suitesparse_granted() ? watched(std::calloc(count, size)) : nullptr;
}
void* get_more(void* memory, std::size_t bytes) {
  if (!suitesparse_granted()) return nullptr;
  forget(memory);
  return watched(std::realloc(memory, bytes));
}

[[maybe_unused]] const bool suitesparse_is_watched = [] {
  SuiteSparse_config.malloc_func = get_block;
  SuiteSparse_config.calloc_func = get_zeros;
  SuiteSparse_config.realloc_func = get_more;
  SuiteSparse_config.free_func = put_back;
  return true;
}();
#endif

void* or_throw(void* memory) {
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}

}  // namespace

OutOfMemoryAt::OutOfMemoryAt(std::int64_t failing, SuiteSparseRequests suitesparse) {
  const std::lock_guard lock(watch().mutex);
  watch().until_failure = failing;
  watch().failed = false;
  watch().suitesparse = suitesparse;
}

OutOfMemoryAt::~OutOfMemoryAt() {
  const std::lock_guard lock(watch().mutex);
  watch().until_failure = 0;
}

bool OutOfMemoryAt::has_failed() const {
  const std::lock_guard lock(watch().mutex);
  return watch().failed;
}

std::int64_t live_blocks() {
  const std::lock_guard lock(watch().mutex);
  return static_cast<std::int64_t>(watch().live.size());
}

}  // namespace croquis::test

using namespace croquis::test;

void* __wrap_malloc(std::size_t bytes) { return get(bytes); }
void __wrap_free(void* memory) { put_back(memory); }

void* operator new(std::size_t bytes) { return or_throw(get(bytes)); }
void* operator new[](std::size_t bytes) { return or_throw(get(bytes)); }
void* operator new(std::size_t bytes, const std::nothrow_t&) noexcept { return get(bytes); }
void* operator new[](std::size_t bytes, const std::nothrow_t&) noexcept { return get(bytes); }
void* operator new(std::size_t bytes, std::align_val_t alignment) {
  return or_throw(get_aligned(bytes, static_cast<std::size_t>(alignment)));
}
void* operator new[](std::size_t bytes, std::align_val_t alignment) {
  return or_throw(get_aligned(bytes, static_cast<std::size_t>(alignment)));
}
void operator delete(void* memory) noexcept { put_back(memory); }
void operator delete[](void* memory) noexcept { put_back(memory); }
void operator delete(void* memory, std::size_t) noexcept { put_back(memory); }
void operator delete[](void* memory, std::size_t) noexcept { put_back(memory); }
void operator delete(void* memory, const std::nothrow_t&) noexcept { put_back(memory); }
void operator delete[](void* memory, const std::nothrow_t&) noexcept { put_back(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { put_back(memory); }
void operator delete[](void* memory, std::align_val_t) noexcept { put_back(memory); }
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept { put_back(memory); }
void operator delete[](void* memory, std::size_t, std::align_val_t) noexcept { put_back(memory); }
