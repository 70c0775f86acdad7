// What `croquis solve` does when something is wrong: the exit status, the message, and no file left behind.
#include <algorithm>
#include <cstdlib>

#include <sys/wait.h>
#include <croquis/linalg/write_matrix.hpp>

#include "tests/support/gzip.hpp"
#include "tests/support/temporary_folder.hpp"
#include "tests/tools/command.hpp"

using namespace croquis;
using namespace croquis::test;
using nlohmann::json;

namespace {

// A good problem in a folder, and calls that must fail without changing the folder.
struct Scene : CommandScene {
  Scene() : CommandScene{"solve"} {}
  std::string a = folder.write("a.csv", "u,v\n1,0\n1,1\n1,2\n1,4\n").string();
  std::string b = folder.write("b.csv", "1\n3\n5\n8\n").string();
  std::string x = path("x.csv");
};

}  // namespace

TEST_CASE_FIXTURE(Scene, "wrong usage: exit status 1") {
  CHECK(contains(failure({}, 1), "A is required"));
  CHECK(contains(failure({a, b, "--bogus"}, 1), "--bogus"));
  CHECK(contains(failure({a, b, "third"}, 1), "third"));
  CHECK(contains(failure({a, b, "--method", "fast"}, 1), "fast is not one of automatic"));
  CHECK(contains(failure({a, b, "--sketch", "pencil"}, 1), "pencil is not one of"));
  CHECK(contains(failure({a, b, "--format", "xls"}, 1), "xls is not one of"));
  CHECK(contains(failure({a, b, "--seed", "-1"}, 1), "-1 is not a whole number"));
  CHECK(contains(failure({a, b, "--seed", "18446744073709551616"}, 1), "is not a whole number"));
  CHECK(contains(failure({a, b, "--threads", "x"}, 1), "x is not a whole number"));
  CHECK(contains(failure({a, b, "--sketch-rows", "-5"}, 1), "-5 is not a whole number"));
  CHECK(contains(failure({a, b, "--tolerance", "tiny"}, 1), "tiny"));
  for (const char* option : {"--tolerance", "--rcond", "--ridge", "--confidence"})
    for (const char* word : {"", " ", "1e999", "0x1",
                             "\xe2\x88\x92"
                             "1",
                             "1,5"})
      CHECK(contains(failure({a, b, option, word}, 1), "\"" + std::string(word) + "\" is not a number"));
  CHECK(contains(failure({"--constraints", b, b, a}, 1), "no right-hand side"));
  CHECK(run_croquis({}).status == 1);
  CHECK(contains(run_croquis({"prove"}).errors, "\"prove\" is not a subcommand"));
  CHECK(run_croquis({"info", "--bogus"}).status == 1);
}

TEST_CASE_FIXTURE(Scene, "options out of range or at odds: exit status 1") {
  CHECK(contains(failure({a, b, "--tolerance", "-1e-9"}, 1), "tolerance is -1e-09 but"));
  CHECK(contains(failure({a, b, "--tolerance", "nan"}, 1), "tolerance"));
  CHECK(contains(failure({a, b, "--rcond", "2"}, 1), "rcond"));
  CHECK(contains(failure({a, b, "--sketch-rows", "1"}, 1), "sketch_rows is 1"));
  CHECK(contains(failure({a, b, "--sketch", "srtt", "--sketch-rows", "100"}, 1), "100"));
  CHECK(contains(failure({a, b, "--nonzeros", "9", "--sketch-rows", "3"}, 1), "--nonzeros is 9 but must be at most 3"));
  CHECK(contains(failure({a, b, "--sketch", "srht", "--nonzeros", "2"}, 1), "--nonzeros"));
  CHECK(contains(failure({a, b, "--method", "direct", "--sketch", "srht"}, 1), "--method direct"));
}

TEST_CASE_FIXTURE(Scene, "right-hand sides: none, two, or one that A does not have") {
  CHECK(contains(failure({a}, 1), "give a file B"));
  CHECK(contains(failure({a, b, "--target", "u"}, 1), "both B and --target"));
  CHECK(contains(failure({a, "--target", "w"}, 1), "has no column \"w\" among its 2 columns: u, v"));
  CHECK(contains(failure({a, "--target", "2"}, 1), "has no column \"2\""));
}

TEST_CASE_FIXTURE(Scene, "shapes") {
  const std::string wide = folder.write("wide.csv", "1,2,3\n4,5,7\n").string();
  const std::string two = folder.write("two.csv", "1\n2\n").string();
  CHECK(contains(failure({wide, two}, 1), "wide.csv: A is 2 x 3: a least-squares problem needs at least as many rows"));
  CHECK(contains(failure({a, two, "-o", x}, 2), "two.csv: is 2 x 1, but " + a + " is 4 x 2"));
}

TEST_CASE_FIXTURE(Scene, "files that cannot be read: exit status 2, naming file and place") {
  std::string npy = path("good.npy");
  const double entries[] = {1, 2, 3, 4};
  write_matrix(npy, column_major(entries, 4, 1));
  npy = file_bytes(npy);
  const struct {
    const char* name;
    std::string bytes;
    const char* message;
  } damaged[] = {
      {"short.mtx", "%%MatrixMarket matrix coordinate real general\n4 2 3\n1 1 1\n", "short.mtx:3: truncated"},
      {"index.mtx", "%%MatrixMarket matrix coordinate real general\n4 2 1\n0 1 1\n", "index.mtx:3: the row 0"},
      {"huge.mtx", "%%MatrixMarket matrix array real general\n1000000 1000000\n1\n", "huge.mtx:3: truncated"},
      {"complex.mtx", "%%MatrixMarket matrix array complex general\n1 1\n1 1\n",
       "complex.mtx:1: the matrix is complex"},
      {"short.npy", npy.substr(0, npy.size() - 1), "short.npy: byte 159: truncated"},
      {"header.npy", npy.substr(0, 30), "header.npy: byte 30: truncated"},
      {"text.csv", "u,v\n1,north\n", "text.csv:2: column 1 (\"v\")"},
      {"blank.csv", "u,v\n1,2\n,3\n", "blank.csv:3: column 0 (\"u\"): the value is missing"},
      {"semicolons.csv", "u;v\n1;2\n",
       "semicolons.csv:2: column 0 (\"u;v\"): \"1;2\" is not a number; fields are separated by"},
      {"ragged.csv", "1,2\n3\n", "ragged.csv:2: 1 field"},
      {"text.tsv", "u\tv\n1\tnorth\n", "text.tsv:2: column 1 (\"v\")"},
      {"descend.svm", "1 2:1 1:1\n", "descend.svm:1: the index 1 comes after 2"},
      {"empty.csv", "", "empty.csv: is empty"},
      {"binary",
       std::string("\x7f"
                   "ELF\0\0",
                   6),
       "binary: byte 4: is neither"},
      {"cut.csv.gz", gzip("1,2\n3,4\n").substr(0, 20), "cut.csv.gz: byte 20: truncated gzip data"},
  };
  for (const auto& file : damaged) {
    CAPTURE(file.name);
    const std::string path = folder.write(file.name, file.bytes).string();
    CHECK(contains(failure({path, b, "-o", x}, 2), file.message));
    CHECK(contains(failure({a, path, "-o", x}, 2), file.message));
  }
  CHECK(contains(failure({path("missing.csv"), b}, 2), "missing.csv: cannot be opened"));
  CHECK(contains(failure({folder.path().string(), b}, 2), "is a directory"));
}

TEST_CASE_FIXTURE(Scene, "places that cannot be written: exit status 2, before anything is read") {
  for (const char* name : {"x.txt", "x", "missing/x.csv", "x.mtx.gz"}) {
    CAPTURE(name);
    // A does not exist either, but the output is looked at first.
    CHECK(contains(failure({"no-such-file", b, "-o", (folder.path() / name).string()}, 2), "cannot be written"));
  }
  CHECK(contains(failure({a, b, "-o", a}, 1), "would overwrite the input"));
  CHECK(contains(failure({a, b, "-o", b}, 1), "would overwrite the input"));
}

TEST_CASE_FIXTURE(Scene, "a number that is not finite: exit status 3, a report and no x") {
  for (const char* value : {"nan", "inf", "-1e999"}) {
    CAPTURE(value);
    const std::string bad = folder.write("bad.csv", std::string("1\n") + value + "\n3\n4\n").string();
    const std::size_t files = folder.entries();
    for (const std::vector<std::string>& arguments : {std::vector<std::string>{a, bad, "-o", x}, {bad, b, "-o", x}}) {
      const json report = solve_json(arguments, 3);
      CHECK(report["status"] == "non_finite_input");
      CHECK(report["backward_error"].is_null());
      CHECK(report["rows"] == 4);
    }
    const CommandResult text = run_croquis({"solve", a, bad});
    CHECK(text.status == 3);
    CHECK(contains(text.errors, "NaN or an infinity"));
    CHECK(folder.entries() == files);
  }
}

TEST_CASE_FIXTURE(Scene, "a failure leaves an existing output as it was") {
  folder.write("x.csv", "old\n");
  const std::string bad = folder.write("bad.csv", "1\nnan\n3\n4\n").string();
  (void)solve_json({a, bad, "-o", x}, 3);
  failure({a, bad + ".missing", "-o", x}, 2);
  CHECK(file_bytes(x) == "old\n");
}

TEST_CASE_FIXTURE(Scene, "output that nobody takes is not success") {
  if (!std::filesystem::exists("/dev/full")) return;
  const std::string message = path("message");
  for (const std::string& arguments : {"solve " + a + " " + b + " --json", std::string("solve --help")}) {
    CAPTURE(arguments);
    const int status = std::system(("\"$CROQUIS_COMMAND\" " + arguments + " > /dev/full 2> " + message).c_str());
    CHECK(WEXITSTATUS(status) == 2);
    CHECK(file_bytes(message) == "croquis: standard output: cannot be written\n");
  }
}
