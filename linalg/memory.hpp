// Aligned memory for matrices and workspaces.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <new>
#include <utility>
#include <vector>

namespace croquis {

/// Memory for `bytes` bytes, aligned to 64, or to 2 MiB with transparent huge pages advised from 4 MiB on. Null for
/// zero bytes; throws `std::bad_alloc`, also for more than the machine's memory.
void* allocate_aligned_bytes(std::size_t bytes);
void free_aligned(void* memory) noexcept;

/// The bytes of memory that the machine has; infinite if it does not say.
double machine_memory();

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

/// Workspaces of one size for the tasks of a loop: each task borrows one and gives it back, so there are as many as
/// tasks run at once. Getting and freeing one in every task would have the system take the memory back in between.
template <class T>
class WorkspacePool {
 public:
  explicit WorkspacePool(std::int64_t entries) : entries_(entries) {}

  class Loan {
   public:
    explicit Loan(WorkspacePool& pool) : pool_(pool), workspace_(pool.take()) {}
    ~Loan() { pool_.give_back(std::move(workspace_)); }
    Loan(const Loan&) = delete;
    Loan& operator=(const Loan&) = delete;
    T* data() { return workspace_.data(); }

   private:
    WorkspacePool& pool_;
    Workspace<T> workspace_;
  };
  Loan borrow() { return Loan(*this); }

 private:
  Workspace<T> take() {
    {
      const std::lock_guard lock(mutex_);
      if (!idle_.empty()) {
        Workspace<T> workspace = std::move(idle_.back());
        idle_.pop_back();
        return workspace;
      }
    }
    return Workspace<T>(entries_);
  }
  // A workspace that the list has no memory to keep is freed.
  void give_back(Workspace<T> workspace) noexcept {
    try {
      const std::lock_guard lock(mutex_);
      idle_.push_back(std::move(workspace));
    } catch (const std::bad_alloc&) {
    }
  }

  std::int64_t entries_;
  std::mutex mutex_;
  std::vector<Workspace<T>> idle_;
};

}  // namespace croquis
