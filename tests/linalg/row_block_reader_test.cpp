// Files read in blocks of rows: the numbers and the errors of `read_matrix`.
#include <chrono>
#include <cstring>
#include <thread>
#include <utility>

#include <sys/stat.h>
#include <croquis/linalg/row_block_reader.hpp>

#include "tests/linalg/file_checks.hpp"
#include "tests/support/gzip.hpp"

using namespace croquis;
using namespace croquis::test;

namespace {

// The 5 x 3 array 0, 1, ..., 14 by rows.
std::string npy(bool fortran, const std::string& shape = "(5, 3)") {
  std::string text = "\x93NUMPY\x01" + std::string("\0\x56\0", 3) +
                     "{'descr': '<f8', 'fortran_order': " + (fortran ? "True" : "False") + ", 'shape': " + shape +
                     ", }";
  text.resize(10 + 0x56, ' ');
  for (int k = 0; k < 15; ++k) {
    const double value = fortran ? 3 * (k % 5) + k / 5 : k;
    char bytes[8];
    std::memcpy(bytes, &value, 8);
    text.append(bytes, 8);
  }
  return text;
}

struct Sample {
  const char* name;
  std::string bytes;
  std::optional<std::string> target;
};

std::vector<Sample> samples() {
  const std::string csv = "a,\"b\",c\n1,2,3\n4,\"5\",6e0\n-7,8,9\n10,11,12\n13,14,15\n\n";
  std::string tsv = "1\t2\n3\t4\n5\t6";
  return {
      {"csv", csv, std::nullopt},
      {"csv with a target", csv, "b"},
      {"tsv", tsv, std::nullopt},
      {"tsv with a target", tsv, "0"},
      {"npy", npy(false), std::nullopt},
      {"npy with a target", npy(false), "2"},
      {"npy in Fortran order", npy(true), std::nullopt},
      {"npy in Fortran order with a target", npy(true), "1"},
      {"svmlight", "+1 1:0.5 3:2 # c\n-1 qid:3 2:1e1\n# none\n\n3\n4 1:7", std::nullopt},
      {"svmlight from zero", "1 0:2 4:3\n2 1:5\n", std::nullopt},
  };
}

struct Whole {
  std::int64_t rows = 0;
  std::vector<double> entries;  // by rows
  std::vector<double> target;
  bool operator==(const Whole&) const = default;
};

Whole whole(const std::filesystem::path& path, const std::optional<std::string>& target) {
  const MatrixFile file = read_matrix(path, {.target = target});
  return {file.rows(), entries_by_row(file), file.target};
}

void append(const AnyMatrixView<double>& a, std::vector<double>& entries) {
  const std::size_t before = entries.size();
  entries.resize(before + static_cast<std::size_t>(a.rows() * a.cols()));
  double* to = entries.data() + before;
  std::visit(
      [&](const auto& view) {
        if constexpr (requires { view.layout; }) {
          for (std::int64_t i = 0; i < view.rows; ++i)
            for (std::int64_t j = 0; j < view.cols; ++j) to[i * view.cols + j] = view(i, j);
        } else if constexpr (requires { view.row_start; }) {
          for (std::int64_t i = 0; i < view.rows; ++i)
            for (auto k = view.row_start[i]; k < view.row_start[i + 1]; ++k)
              to[i * view.cols + view.column[k]] = view.value[k];
        } else {
          FAIL_CHECK("a block by columns");
        }
      },
      a.storage());
}

// All blocks of one reading, each of which must begin where the one before it ended.
Whole collect(RowBlockReader& reader, std::int64_t most_rows) {
  Whole result;
  while (reader.next()) {
    CHECK(reader.first_row() == result.rows);
    CHECK(reader.a().cols() == reader.cols());
    if (most_rows > 0) CHECK(reader.a().rows() <= most_rows);
    CHECK(reader.target().size() == static_cast<std::size_t>(reader.has_target() ? reader.a().rows() : 0));
    result.rows += reader.a().rows();
    append(reader.a(), result.entries);
    result.target.insert(result.target.end(), reader.target().begin(), reader.target().end());
  }
  CHECK_FALSE(reader.next());
  return result;
}

// What reading in blocks says is wrong; "" if nothing is.
std::string error_in_blocks(const std::filesystem::path& path, const RowBlockOptions& options) {
  try {
    RowBlockReader reader(path, options);
    while (reader.next()) continue;
    return {};
  } catch (const FileError& error) {
    return error.what();
  }
}

std::string error_of_read_matrix(const std::filesystem::path& path, const ReadOptions& options) {
  try {
    (void)read_matrix(path, options);
    return {};
  } catch (const FileError& error) {
    return error.what();
  }
}

}  // namespace

TEST_CASE("blocks of any size hold what the whole file holds, again and again") {
  const TemporaryFolder folder;
  for (const Sample& sample : samples()) {
    CAPTURE(sample.name);
    const std::filesystem::path path = folder.write("file", sample.bytes);
    const Whole expected = whole(path, sample.target);
    for (const std::int64_t rows : {0, 1, 2, 3, 1000}) {
      CAPTURE(rows);
      RowBlockReader reader(path, {.target = sample.target, .block_rows = rows});
      CHECK(reader.can_restart());
      for (int reading = 0; reading < 3; ++reading) {
        CHECK(collect(reader, rows) == expected);
        reader.restart();
      }
      // From the middle, too.
      REQUIRE(reader.next(2));
      reader.restart();
      CHECK(collect(reader, rows) == expected);
    }
  }
}

TEST_CASE("compressed files, except in Fortran order") {
  const TemporaryFolder folder;
  for (const Sample& sample : samples()) {
    CAPTURE(sample.name);
    const Whole expected = whole(folder.write("plain", sample.bytes), sample.target);
    const std::filesystem::path path = folder.write("file.gz", gzip(sample.bytes));
    if (std::string(sample.name).find("Fortran") != std::string::npos) {
      CHECK(contains(error_in_blocks(path, {.target = sample.target}), "Fortran order"));
      continue;
    }
    RowBlockReader reader(path, {.target = sample.target, .block_rows = 2});
    CHECK(collect(reader, 2) == expected);
    reader.restart();
    CHECK(collect(reader, 2) == expected);
  }
}

TEST_CASE("cut at any byte, the error is that of the whole file") {
  const TemporaryFolder folder;
  for (const Sample& sample : samples()) {
    CAPTURE(sample.name);
    const FileFormat format = read_text(sample.bytes).format;
    for (std::size_t size = 0; size <= sample.bytes.size(); ++size) {
      CAPTURE(size);
      const std::filesystem::path path = folder.write("cut", sample.bytes.substr(0, size));
      CHECK(error_in_blocks(path, {.format = format, .block_rows = 2}) ==
            error_of_read_matrix(path, {.format = format}));
    }
  }
}

TEST_CASE("more than was promised, and headers that promise too much") {
  const TemporaryFolder folder;
  for (const bool fortran : {false, true}) {
    CAPTURE(fortran);
    for (const std::string& bytes :
         {npy(fortran) + "x", npy(fortran, "(4, 3)"), npy(fortran, "(0, 3)"), npy(fortran, "(1000000000, 1000000)"),
          npy(fortran, "(1, 1000000000000)"), npy(fortran, "(1000000000000, 1)")}) {
      const std::filesystem::path path = folder.write("file", bytes);
      const std::string expected = error_of_read_matrix(path, {});
      CHECK_FALSE(expected.empty());
      CHECK(error_in_blocks(path, {}) == expected);
      CHECK(error_in_blocks(path, {.block_rows = 2'000'000'000}) == expected);
    }
  }
  // Asking for more rows than there are takes no memory for them.
  RowBlockReader reader(folder.write("file", npy(false)), {.block_rows = std::int64_t{1} << 50});
  CHECK(collect(reader, 0).rows == 5);
  CHECK(reader.block_bytes() <= 1000);
}

TEST_CASE("ragged and unreadable rows in a later block name their line") {
  const TemporaryFolder folder;
  const auto error = [&](const std::string& text) {
    return error_in_blocks(folder.write("file", text), {.block_rows = 1});
  };
  CHECK(contains(error("a,b\n1,2\n3,4\n5\n"), "file:4: 1 field, but line 1 has 2 fields"));
  CHECK(contains(error("1,2\n3,4\n5,north\n"), "file:3: column 1: \"north\" is not a number"));
  CHECK(contains(error("1,2\n\n5,6\n"), "file:3: there is more data after the blank line 2"));
  CHECK(contains(error("1 1:2\n1 3:1 2:1\n"), "file:2: the index 2 comes after 3"));
}

TEST_CASE("the default block is 32 MiB") {
  const TemporaryFolder folder;
  // 5 million rows of one column and its target: 2^21 of such rows fill the block.
  std::string text;
  for (int i = 0; i < 5'000'000; ++i) text += "1 2:3\n";
  RowBlockReader reader(folder.write("file.svm", text));
  CHECK(reader.cols() == 2);
  REQUIRE(reader.next());
  CHECK(reader.a().rows() == (1 << 20));
  CHECK(reader.block_bytes() <= 3 << 25);
  reader = RowBlockReader(folder.write("file.npy", npy(false)));
  CHECK(collect(reader, 5).rows == 5);
}

TEST_CASE("a file that changes is noticed") {
  const TemporaryFolder folder;
  const std::string text = "1,2\n3,4\n5,6\n";
  const auto reader_of_two_rows = [&] {
    RowBlockReader reader(folder.write("file", text), {.block_rows = 2});
    REQUIRE(reader.next());
    return reader;
  };
  const auto expect_change = [](auto call) {
    CHECK_THROWS_WITH_AS(call(), doctest::Contains("file: has changed while it was being read"), FileError);
  };
  {
    RowBlockReader reader = reader_of_two_rows();
    folder.write("file", text);  // another file of the same bytes
    expect_change([&] { reader.restart(); });
    std::filesystem::remove(folder.path() / "file");
    CHECK_THROWS_AS(reader.restart(), FileError);
  }
  {
    RowBlockReader reader = reader_of_two_rows();
    std::ofstream(folder.path() / "file", std::ios::app) << "7,8\n";
    expect_change([&] { reader.restart(); });
    expect_change([&] {
      while (reader.next()) continue;
    });
  }
  {
    RowBlockReader reader = reader_of_two_rows();
    std::filesystem::last_write_time(folder.path() / "file",
                                     std::filesystem::file_time_type::clock::now() - std::chrono::hours(1));
    expect_change([&] { reader.restart(); });
  }
}

TEST_CASE("a pipe is read once") {
  const TemporaryFolder folder;
  const std::string path = (folder.path() / "pipe").string();
  REQUIRE(mkfifo(path.c_str(), 0600) == 0);
  const auto with_pipe = [&](const std::string& bytes, const RowBlockOptions& options, auto call) {
    std::thread writer([&] { std::ofstream(path, std::ios::binary) << bytes; });
    try {
      RowBlockReader reader(path, options);
      CHECK_FALSE(reader.can_restart());
      call(reader);
    } catch (...) {
      writer.join();
      throw;
    }
    writer.join();
  };
  for (const Sample& sample : samples()) {
    const std::string name = sample.name;
    CAPTURE(name);
    const Whole expected = whole(folder.write("plain", sample.bytes), sample.target);
    RowBlockOptions options{.target = sample.target, .block_rows = 2};
    const auto check = [&](RowBlockReader& reader) {
      CHECK(collect(reader, 2) == expected);
      CHECK_THROWS_WITH_AS(reader.restart(), doctest::Contains("cannot be read a second time"), FileError);
    };
    if (name.find("Fortran") != std::string::npos) {
      CHECK_THROWS_WITH_AS(with_pipe(sample.bytes, options, check), doctest::Contains("not a file on disk"), FileError);
    } else if (name.find("svmlight") != std::string::npos) {
      CHECK_THROWS_WITH_AS(with_pipe(sample.bytes, options, check), doctest::Contains("say how many columns"),
                           InvalidOption);
      options.cols = 3;
      if (name == "svmlight") {
        with_pipe(sample.bytes, options, check);
      } else {
        CHECK_THROWS_WITH_AS(with_pipe(sample.bytes, options, [](RowBlockReader& reader) { (void)reader.next(); }),
                             doctest::Contains(":1: the index 0 is not"), FileError);
      }
    } else {
      with_pipe(sample.bytes, options, check);
    }
  }
}

TEST_CASE("names, kinds and options") {
  const TemporaryFolder folder;
  const std::filesystem::path csv = folder.write("a.csv", "a,b,c\n1,2,3\n");
  const RowBlockReader reader(csv, {.target = "b"});
  CHECK(reader.column_names() == std::vector<std::string>{"a", "c"});
  CHECK(reader.target_name() == "b");
  CHECK(reader.cols() == 2);
  CHECK(reader.format() == FileFormat::csv);
  CHECK_FALSE(reader.sparse());
  const std::filesystem::path svm = folder.write("a.svm", "1 1:2\n");
  CHECK(RowBlockReader(svm).sparse());
  CHECK(RowBlockReader(svm, {.cols = 7}).cols() == 7);
  CHECK_THROWS_AS(RowBlockReader(csv, {.target = "d"}), InvalidOption);
  CHECK_THROWS_AS(RowBlockReader(svm, {.target = "0"}), InvalidOption);
  CHECK_THROWS_AS(RowBlockReader(csv, {.block_rows = -1}), InvalidOption);
  CHECK_THROWS_AS(RowBlockReader(csv, {.cols = -1}), InvalidOption);
  CHECK_THROWS_WITH_AS(RowBlockReader(csv, {.cols = 3}), doctest::Contains("which says itself"), InvalidOption);
  CHECK_THROWS_WITH_AS(RowBlockReader(folder.write("n.npy", npy(false)), {.target = "3"}),
                       doctest::Contains("its columns are 0 to 2"), InvalidOption);
  CHECK_THROWS_AS(RowBlockReader(csv).next(0), InvalidOption);
  CHECK_THROWS_WITH_AS(RowBlockReader(folder.write("a.mtx", "%%MatrixMarket matrix array real general\n1 1\n1\n")),
                       doctest::Contains("is a Matrix Market file, whose entries come by columns"), FileError);
  CHECK_THROWS_AS(RowBlockReader(folder.path() / "missing"), FileError);
}
