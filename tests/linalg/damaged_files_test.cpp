// Files of every format cut, altered and made up: whatever they hold, reading them ends in a matrix or a `FileError`.
#include <random>

#include <unistd.h>

#include "tests/linalg/file_checks.hpp"
#include "tests/support/gzip.hpp"

using namespace croquis;
using namespace croquis::test;

namespace {

struct Sample {
  const char* name;
  FileFormat format;
  std::string bytes;
};

std::vector<Sample> samples() {
  std::string npy =
      "\x93NUMPY\x01" + std::string("\0\x40\0", 3) + "{'descr': '<f8', 'fortran_order': False, 'shape': (2, 1), }";
  npy.resize(10 + 0x40, ' ');
  npy += std::string("\0\0\0\0\0\0\xf0\x3f\0\0\0\0\0\0\0\x40", 16);
  return {
      {"coordinate", FileFormat::matrix_market,
       "%%MatrixMarket matrix coordinate real symmetric\n% note\n3 3 3\n1 1 1.25\n2 1 -2.5e1\n3 3 +7\n"},
      {"array", FileFormat::matrix_market, "%%MatrixMarket matrix array real general\n2 2\n1.5\n2.5\n3.5\n4.5\n"},
      {"npy", FileFormat::npy, npy},
      {"csv", FileFormat::csv, "\"a\",b\n1.5,\"2\"\n3.5,-4e1\n"},
      {"tsv", FileFormat::tsv, "a\tb\n1.5\t2\n3.5\t-4e1\n"},
      {"svmlight", FileFormat::svmlight, "+1 1:0.5 3:2 # c\n-1 qid:3 2:1e1\n"},
  };
}

// Reads the bytes; true if they are a matrix, false after a FileError, whose message must be one line that starts
// with the file's name. Any other exception, and any crash, fails the test.
bool reads(const std::filesystem::path& path, FileFormat format) {
  try {
    (void)read_matrix(path, {.format = format});
    return true;
  } catch (const FileError& error) {
    const std::string message = error.what();
    CHECK_MESSAGE(message.starts_with(path.string() + ":"), message);
    CHECK_MESSAGE(message.find('\n') == std::string::npos, message);
    return false;
  }
}

// Automatic, and every format forced on the same bytes.
constexpr FileFormat all_formats[] = {FileFormat::automatic, FileFormat::matrix_market, FileFormat::npy,
                                      FileFormat::csv,       FileFormat::tsv,           FileFormat::svmlight};

}  // namespace

TEST_CASE("the samples are whole, plain and compressed") {
  for (const Sample& sample : samples()) {
    CAPTURE(sample.name);
    CHECK(read_text(sample.bytes).format == sample.format);
    CHECK(read_text(gzip(sample.bytes)).format == sample.format);
    CHECK(entries_by_row(read_text(gzip(sample.bytes))) == entries_by_row(read_text(sample.bytes)));
  }
}

TEST_CASE("cut at every byte") {
  const TemporaryFolder folder;
  for (const Sample& sample : samples()) {
    CAPTURE(sample.name);
    const std::string text = sample.bytes;
    for (std::size_t size = 0; size < text.size(); ++size) {
      CAPTURE(size);
      const std::filesystem::path path = folder.write("cut", text.substr(0, size));
      const bool complete = reads(path, sample.format);
      // Nothing marks the end of csv and svmlight. A cut Matrix Market file can only be missed inside its last number
      // or after it.
      if (sample.format == FileFormat::npy) CHECK_FALSE(complete);
      if (sample.format == FileFormat::matrix_market && size + 4 < text.size()) CHECK_FALSE(complete);
      for (const FileFormat format : all_formats) reads(path, format);
    }
  }
}

TEST_CASE("every byte altered") {
  const TemporaryFolder folder;
  for (const Sample& sample : samples()) {
    CAPTURE(sample.name);
    for (std::size_t at = 0; at < sample.bytes.size(); ++at) {
      for (const char byte : {'\0', '\n', '-', '9', '\xff'}) {
        std::string altered = sample.bytes;
        altered[at] = byte;
        const std::filesystem::path path = folder.write("altered", altered);
        reads(path, sample.format);
      }
    }
  }
}

TEST_CASE("random bytes after each format's beginning") {
  const TemporaryFolder folder;
  std::mt19937_64 random(11);
  const std::string printable = "0123456789+-.eE:,\t \"\n\r#%naif";
  for (const Sample& sample : samples()) {
    CAPTURE(sample.name);
    for (int trial = 0; trial < 60; ++trial) {
      std::string text = sample.bytes.substr(0, random() % sample.bytes.size());
      for (int k = 0; k < 60; ++k)
        text += trial % 2 == 0 ? static_cast<char>(random()) : printable[random() % printable.size()];
      const std::filesystem::path path = folder.write("random", trial % 5 == 0 ? gzip(text) : text);
      for (const FileFormat format : all_formats) reads(path, format);
    }
  }
}

TEST_CASE("binary data is named as such") {
  CHECK(contains(error_in(std::string("\x7f"
                                      "ELF\x02\x01\0\0",
                                      8)),
                 "file: byte 6: is neither Matrix Market"));
  CHECK(contains(error_in("\xff\xfe"
                          "1\n"),
                 "UTF-16"));
  CHECK(contains(error_in(std::string("1,2\n3,\0\n", 8), {.format = FileFormat::csv}),
                 "file:2: column 1: \"\\x00\" is not a number"));
}

TEST_CASE("empty files in every format") {
  for (const FileFormat format : all_formats) {
    CAPTURE(to_string(format));
    CHECK_FALSE(error_in("", {.format = format}).empty());
    CHECK_FALSE(error_in(gzip(""), {.format = format}).empty());
  }
}

TEST_CASE("a line longer than the limit") {
  std::string text(70'000'000, '1');
  CHECK(contains(error_in(text), "file:1: the line is longer than 64 MiB"));
  text = "1,2\n" + text;
  CHECK(contains(error_in(text), "file:2: the line is longer than 64 MiB"));
}

TEST_CASE("a line longer than the buffer is read") {
  std::string text = "1";
  for (int k = 1; k < 300'000; ++k) text += ",1";
  const MatrixFile file = read_text(text + "\n" + text);
  CHECK(file.rows() == 2);
  CHECK(file.cols() == 300'000);
}

TEST_CASE("what is not a readable file") {
  const TemporaryFolder folder;
  CHECK_THROWS_WITH_AS(read_matrix(folder.path()), doctest::Contains("is a directory"), FileError);
  CHECK_THROWS_WITH_AS(read_matrix(folder.path() / "missing"), doctest::Contains("cannot be opened"), FileError);
  CHECK_THROWS_AS(read_matrix(folder.write("file", "1,2\n") / "below"), FileError);
  CHECK_THROWS_AS(read_matrix(""), FileError);
  if (geteuid() == 0) return;  // permissions do not bind root
  const std::filesystem::path path = folder.write("secret", "1,2\n");
  std::filesystem::permissions(path, std::filesystem::perms::none);
  CHECK_THROWS_WITH_AS(read_matrix(path), doctest::Contains("cannot be opened"), FileError);
}
