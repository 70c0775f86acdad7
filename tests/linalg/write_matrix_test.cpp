#include <doctest/doctest.h>

#include <cmath>
#include <csignal>
#include <cstring>
#include <limits>
#include <random>

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>
#include <croquis/linalg/write_matrix.hpp>

#include "linalg/io/atomic_file.hpp"
#include "tests/linalg/file_checks.hpp"

using namespace croquis;
using namespace croquis::test;

namespace {

// Doubles of every size and sign, with the special ones among them.
Matrix<double> hard_numbers(std::int64_t rows, std::int64_t cols) {
  Matrix<double> a(rows, cols);
  std::mt19937_64 random(7);
  for (double& entry : a.entries()) {
    do {
      const std::uint64_t bits = random();
      std::memcpy(&entry, &bits, sizeof(entry));
    } while (!std::isfinite(entry));
  }
  using limits = std::numeric_limits<double>;
  const double special[] = {0.0, -0.0, limits::denorm_min(), limits::max(), -limits::infinity(), 0.1, 1e22, 1e23};
  for (std::size_t k = 0; k < std::size(special); ++k) a.data()[k] = special[k];
  return a;
}

bool same_bits(double x, double y) { return std::memcmp(&x, &y, sizeof(x)) == 0; }

}  // namespace

TEST_CASE("every format gives back the same bits") {
  const TemporaryFolder folder;
  const Matrix<double> a = hard_numbers(501, 7);
  for (const char* name : {"a.npy", "a.mtx", "a.csv", "A.CSV"}) {
    CAPTURE(name);
    write_matrix(folder.path() / name, a);
    const std::vector<double> entries = entries_by_row(read_matrix(folder.path() / name));
    REQUIRE(entries.size() == a.entries().size());
    bool same = true;
    for (std::int64_t i = 0; i < 501; ++i)
      for (std::int64_t j = 0; j < 7; ++j) same = same && same_bits(entries[i * 7 + j], a(i, j));
    CHECK(same);
  }
}

TEST_CASE("a sparse matrix is written as it is, to .mtx alone") {
  const TemporaryFolder folder;
  const auto a = SparseMatrix<double>::from_triplets(3, 4, {{2, 0, 0.1}, {0, 3, -2.5}, {2, 1, 1e300}});
  write_matrix(folder.path() / "a.mtx", a);
  CHECK(file_bytes(folder.path() / "a.mtx") ==
        "%%MatrixMarket matrix coordinate real general\n3 4 3\n1 4 -2.5\n3 1 0.1\n3 2 1e+300\n");
  const MatrixFile read = read_matrix(folder.path() / "a.mtx");
  CHECK(std::get<SparseMatrix<double>>(read.matrix).nonzeros() == 3);
  write_matrix(folder.path() / "none.mtx", SparseMatrix<double>::from_triplets(0, 5, {}));
  CHECK(file_bytes(folder.path() / "none.mtx") == "%%MatrixMarket matrix coordinate real general\n0 5 0\n");
  for (const char* name : {"a.csv", "a.npy", "a"}) {
    CAPTURE(name);
    CHECK_THROWS_AS(write_matrix(folder.path() / name, a), FileError);
    CHECK_FALSE(std::filesystem::exists(folder.path() / name));
  }
}

TEST_CASE("what is in the files") {
  const TemporaryFolder folder;
  const double entries[] = {1, 2.5, -3e-7, 0.1};
  write_matrix(folder.path() / "a.csv", row_major(entries, 2, 2));
  CHECK(file_bytes(folder.path() / "a.csv") == "1,2.5\n-3e-07,0.1\n");
  write_matrix(folder.path() / "a.mtx", row_major(entries, 2, 2));
  CHECK(file_bytes(folder.path() / "a.mtx") == "%%MatrixMarket matrix array real general\n2 2\n1\n-3e-07\n2.5\n0.1\n");
  write_matrix(folder.path() / "a.npy", row_major(entries, 2, 2));
  const std::string npy = file_bytes(folder.path() / "a.npy");
  REQUIRE(npy.size() == 128 + 32);
  CHECK(npy.substr(10, 60).starts_with("{'descr': '<f8', 'fortran_order': True, 'shape': (2, 2), }"));
  CHECK(npy[127] == '\n');
}

TEST_CASE("a view with a leading dimension writes its own entries") {
  const TemporaryFolder folder;
  const double entries[] = {1, 2, 99, 3, 4, 99};
  write_matrix(folder.path() / "a.csv", column_major(entries, 2, 2, 3));
  CHECK(file_bytes(folder.path() / "a.csv") == "1,3\n2,4\n");
}

TEST_CASE("an existing file is replaced, through a link too, and nothing else is left") {
  const TemporaryFolder folder;
  const double one = 1;
  folder.write("a.csv", "old\n");
  std::filesystem::create_symlink("a.csv", folder.path() / "link.csv");
  write_matrix(folder.path() / "link.csv", column_major(&one, 1, 1));
  CHECK(file_bytes(folder.path() / "a.csv") == "1\n");
  CHECK(std::filesystem::is_symlink(folder.path() / "link.csv"));
  CHECK(folder.entries() == 2);
}

TEST_CASE("a process that is killed while it writes leaves nothing, where the file system has files without a name") {
  const TemporaryFolder folder;
  const int file = open(folder.path().c_str(), O_WRONLY | O_TMPFILE, 0600);
  if (file < 0) return;
  close(file);
  folder.write("a.csv", "old\n");
  {
    io::AtomicFile unfinished(folder.path() / "a.csv");
    const std::string bytes(1 << 20, '1');
    unfinished.write(bytes.data(), bytes.size());
    CHECK(folder.entries() == 1);
    unfinished.commit();
    CHECK(file_bytes(folder.path() / "a.csv") == bytes);
  }
  CHECK(folder.entries() == 1);
}

TEST_CASE("places that cannot be written") {
  const TemporaryFolder folder;
  const double one = 1;
  const auto a = column_major(&one, 1, 1);
  std::filesystem::create_directory(folder.path() / "folder.csv");
  for (const std::filesystem::path& path :
       {folder.path() / "a.txt", folder.path() / "a", folder.path() / "a.mtx.gz", folder.path() / "missing" / "a.csv",
        folder.path() / "folder.csv", folder.path() / (std::string(300, 'x') + ".csv"), std::filesystem::path("")}) {
    CAPTURE(path.string());
    CHECK_THROWS_WITH_AS(write_matrix(path, a), doctest::Contains("cannot be written"), FileError);
    CHECK_THROWS_WITH_AS(check_writable(path), doctest::Contains("cannot be written"), FileError);
  }
  CHECK(folder.entries() == 1);
}

TEST_CASE("check_writable leaves nothing behind and changes nothing") {
  const TemporaryFolder folder;
  check_writable(folder.path() / "a.csv");
  CHECK(folder.entries() == 0);
  folder.write("a.csv", "old\n");
  check_writable(folder.path() / "a.csv");
  CHECK(file_bytes(folder.path() / "a.csv") == "old\n");
}

TEST_CASE("a file or folder without permission") {
  if (geteuid() == 0) return;  // permissions do not bind root
  const TemporaryFolder folder;
  const double one = 1;
  std::filesystem::permissions(folder.write("a.csv", "old\n"), std::filesystem::perms::owner_read);
  CHECK_THROWS_AS(write_matrix(folder.path() / "a.csv", column_major(&one, 1, 1)), FileError);
  CHECK(file_bytes(folder.path() / "a.csv") == "old\n");
  std::filesystem::permissions(folder.path(), std::filesystem::perms::owner_read | std::filesystem::perms::owner_exec);
  CHECK_THROWS_AS(check_writable(folder.path() / "b.csv"), FileError);
  std::filesystem::permissions(folder.path(), std::filesystem::perms::owner_all);
}

TEST_CASE("what is not a regular file is not replaced") {
  const double one = 1;
  const TemporaryFolder folder;
  std::filesystem::create_symlink("/dev/null", folder.path() / "a.csv");
  CHECK_THROWS_WITH_AS(write_matrix(folder.path() / "a.csv", column_major(&one, 1, 1)),
                       doctest::Contains("not a regular file"), FileError);
}

TEST_CASE("a write that fails half way leaves the old file and nothing else") {
  const TemporaryFolder folder;
  folder.write("a.npy", "old");
  const Matrix<double> a(10000, 10);
  // A limit on the size of files stands in for a full disk: write fails after 100000 of the 800128 bytes.
  const auto old_handler = std::signal(SIGXFSZ, SIG_IGN);
  rlimit old_limit{};
  REQUIRE(getrlimit(RLIMIT_FSIZE, &old_limit) == 0);
  const rlimit limit{100000, old_limit.rlim_max};
  REQUIRE(setrlimit(RLIMIT_FSIZE, &limit) == 0);
  std::string message;
  try {
    write_matrix(folder.path() / "a.npy", a);
  } catch (const FileError& error) {
    message = error.what();
  }
  setrlimit(RLIMIT_FSIZE, &old_limit);
  std::signal(SIGXFSZ, old_handler);
  CHECK(contains(message, "a.npy: cannot be written: "));
  CHECK(file_bytes(folder.path() / "a.npy") == "old");
  CHECK(folder.entries() == 1);
}
