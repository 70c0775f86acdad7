// `croquis sketch`: what it writes, what it says, and what it refuses.
#include <cmath>

#include <croquis/linalg/read_matrix.hpp>
#include <croquis/linalg/write_matrix.hpp>
#include <croquis/sketch/apply.hpp>

#include "linalg/densify.hpp"
#include "tests/support/gzip.hpp"
#include "tests/support/temporary_folder.hpp"
#include "tests/tools/command.hpp"

using namespace croquis;
using namespace croquis::test;
using nlohmann::json;

namespace {

struct Scene : CommandScene {
  Matrix<double> dense = [] {
    Matrix<double> a(60, 4);
    fill(Gaussian{.rows = 60, .cols = 4, .seed = 5}, a);
    return a;
  }();
  std::string a = path("a.npy");
  std::string out = path("sa.npy");

  Scene() : CommandScene{"sketch"} { write_matrix(a, dense); }
};

bool equal(const std::string& path, const Matrix<double>& expected) {
  const MatrixFile file = read_matrix(path);
  const Matrix<double> matrix = densify<double>(file);
  if (matrix.rows() != expected.rows() || matrix.cols() != expected.cols()) return false;
  for (std::int64_t j = 0; j < expected.cols(); ++j)
    for (std::int64_t i = 0; i < expected.rows(); ++i)
      if (matrix(i, j) != expected(i, j)) return false;
  return true;
}

}  // namespace

TEST_CASE_FIXTURE(Scene, "the file holds S A, bit for bit, for every family and format") {
  for (const SketchFamily family : all_sketch_families()) {
    CAPTURE(to_string(family));
    const AnySketch s = make_sketch(family, 12, 60, 9);
    const Matrix<double> expected = s * dense;
    for (const char* name : {"sa.npy", "sa.mtx", "sa.csv"}) {
      CAPTURE(name);
      const json report =
          run_json({a, "-o", path(name), "--sketch", to_string(family), "--sketch-rows", "12", "--seed", "9"});
      CHECK(report["status"] == "sketched");
      CHECK(report["sketch"] ==
            json{{"family", to_string(family)}, {"rows", 12}, {"nonzeros", s.nonzeros()}, {"seed", 9}});
      CHECK(equal(path(name), expected));
    }
  }
}

TEST_CASE_FIXTURE(Scene, "the size by ratio, the nonzeros, the other names of the options, and the report's fields") {
  const json report = run_json({a, "-o", out, "--family", "sparse-sign", "--ratio", "2.6", "--nonzeros", "3"});
  CHECK(report["sketch"] == json{{"family", "sparse-sign"}, {"rows", 11}, {"nonzeros", 3}, {"seed", 0}});
  CHECK(report["rows"] == 60);
  CHECK(report["cols"] == 4);
  CHECK(report["sparse"] == false);
  CHECK(report["output"] == out);
  for (const char* phase : {"read", "sketch", "write", "total"}) CHECK(report["seconds"][phase].get<double>() >= 0);
  CHECK(equal(out, SparseSign{.rows = 11, .cols = 60, .nonzeros = 3} * AnyMatrixView<double>(dense)));
  CHECK(run_json({a, "-o", out, "--rows", "7"})["sketch"]["rows"] == 7);

  const CommandResult text = run_croquis({"sketch", a, "-o", out, "--rows", "7"});
  CHECK(contains(text.output, "SparseSign{rows=7, cols=60, nonzeros=7, seed=0} times 60 x 4 dense"));
  CHECK(std::count(text.output.begin(), text.output.end(), '\n') == 1);
  CHECK(run_croquis({"sketch", a, "-o", out, "--rows", "7", "--quiet"}).output.empty());
}

TEST_CASE_FIXTURE(Scene, "sparse, compressed, wide and labelled files are sketched as they are") {
  const std::string wide = folder
                               .write("wide.mtx.gz", gzip("%%MatrixMarket matrix coordinate real general\n"
                                                          "3 5 3\n1 1 2\n2 5 -1\n3 2 4\n"))
                               .string();
  const json report = run_json({wide, "-o", out, "--rows", "2", "--sketch", "count-sketch"});
  CHECK(report["sparse"] == true);
  CHECK(report["cols"] == 5);
  Matrix<double> dense_wide(3, 5);
  dense_wide(0, 0) = 2;
  dense_wide(1, 4) = -1;
  dense_wide(2, 1) = 4;
  CHECK(equal(out, CountSketch{.rows = 2, .cols = 3} * AnyMatrixView<double>(dense_wide)));
  const std::string labelled = folder.write("a.svm", "1 1:1 2:2\n-1 1:3\n").string();
  CHECK(run_json({labelled, "-o", out, "--rows", "2"})["cols"] == 2);
}

TEST_CASE_FIXTURE(Scene, "a sparse sketch of a sparse matrix becomes a sparse .mtx, and nothing else does") {
  const std::string wide =
      folder.write("wide.mtx", "%%MatrixMarket matrix coordinate real general\n3 50 3\n1 1 2\n2 50 -1\n3 20 0.1\n")
          .string();
  Matrix<double> dense_wide(3, 50);
  dense_wide(0, 0) = 2;
  dense_wide(1, 49) = -1;
  dense_wide(2, 19) = 0.1;
  const Matrix<double> expected = CountSketch{.rows = 2, .cols = 3} * AnyMatrixView<double>(dense_wide);
  const std::string mtx = path("wide_out.mtx");
  const json report = run_json({wide, "-o", mtx, "--rows", "2", "--sketch", "count-sketch"});
  CHECK(report["output_sparse"] == true);
  CHECK(std::holds_alternative<SparseMatrix<double>>(read_matrix(mtx).matrix));
  CHECK(equal(mtx, expected));
  CHECK(contains(run_croquis({"sketch", wide, "-o", mtx, "--rows", "2", "--sketch", "count-sketch"}).output,
                 "sparse; 3 entries, sparse; "));

  CHECK(run_json({wide, "-o", out, "--rows", "2", "--sketch", "count-sketch"})["output_sparse"] == false);
  CHECK(run_json({wide, "-o", mtx, "--rows", "2", "--sketch", "gaussian"})["output_sparse"] == false);
  CHECK(run_json({a, "-o", mtx, "--rows", "2", "--sketch", "count-sketch"})["output_sparse"] == false);
  // Few columns, each of them full once sketched.
  const std::string narrow =
      folder.write("narrow.mtx", "%%MatrixMarket matrix coordinate real general\n3 1 3\n1 1 2\n2 1 -1\n3 1 4\n")
          .string();
  CHECK(run_json({narrow, "-o", mtx, "--rows", "2", "--sketch", "count-sketch"})["output_sparse"] == false);
  const std::string infinite =
      folder.write("infinite.mtx", "%%MatrixMarket matrix coordinate real general\n3 50 1\n1 1 inf\n").string();
  std::filesystem::remove(mtx);
  CHECK(run_croquis({"sketch", infinite, "-o", mtx, "--rows", "2", "--sketch", "count-sketch"}).status == 3);
  CHECK_FALSE(std::filesystem::exists(mtx));
}

TEST_CASE_FIXTURE(Scene, "the same seed gives the same bytes on 1, 2 and 3 threads; another seed does not") {
  Matrix<double> large(5000, 30);
  fill(Gaussian{.rows = 5000, .cols = 30, .seed = 6}, large);
  write_matrix(a, large);
  for (const SketchFamily family : all_sketch_families()) {
    CAPTURE(to_string(family));
    const auto bytes = [&](const char* seed, const char* threads) {
      (void)run_json(
          {a, "-o", out, "--sketch", to_string(family), "--ratio", "4", "--seed", seed, "--threads", threads});
      return file_bytes(out);
    };
    const std::string one = bytes("3", "1");
    CHECK(bytes("3", "2") == one);
    CHECK(bytes("3", "3") == one);
    CHECK(bytes("4", "2") != one);
  }
}

TEST_CASE_FIXTURE(Scene, "wrong usage: exit status 1 and no file") {
  CHECK(contains(failure({}, 1), "A is required"));
  CHECK(contains(failure({a}, 1), "--output is required"));
  CHECK(contains(failure({a, "-o", out}, 1), "--sketch-rows, or --ratio"));
  CHECK(contains(failure({a, "-o", out, "--ratio", "-1"}, 1), "--ratio"));
  CHECK(contains(failure({a, "-o", out, "--ratio", "nan"}, 1), "--ratio"));
  CHECK(contains(failure({a, "-o", out, "--rows", "0"}, 1), "0 is not a whole number from 1"));
  CHECK(contains(failure({a, "-o", out, "--rows", "3", "--ratio", "2"}, 1), "excludes"));
  CHECK(contains(failure({a, "-o", out, "--rows", "3", "--sketch", "pencil"}, 1), "pencil is not one of gaussian"));
  CHECK(contains(failure({a, "-o", out, "--rows", "3", "--nonzeros", "4"}, 1), "at most 3"));
  CHECK(contains(failure({a, "-o", out, "--rows", "3", "--sketch", "srht", "--nonzeros", "4"}, 1), "not srht"));
  CHECK(contains(failure({a, "-o", out, "--rows", "65", "--sketch", "srht"}, 1), "Srht::rows = 65"));
}

TEST_CASE_FIXTURE(Scene, "the input is never overwritten, and files that cannot be used are exit status 2") {
  const std::string before = file_bytes(a);
  CHECK(contains(failure({a, "-o", a, "--rows", "3"}, 1), "would overwrite the input"));
  CHECK(contains(failure({a, "-o", path("./a.npy"), "--rows", "3"}, 1), "would overwrite the input"));
  CHECK(file_bytes(a) == before);
  CHECK(contains(failure({path("none.npy"), "-o", out, "--rows", "3"}, 2), "none.npy"));
  CHECK(contains(failure({a, "-o", path("sa.xls"), "--rows", "3"}, 2), "sa.xls"));
  CHECK(contains(failure({a, "-o", path("no/sa.npy"), "--rows", "3"}, 2), "sa.npy"));
  const std::string damaged = folder.write("damaged.npy", file_bytes(a).substr(0, 300)).string();
  CHECK(contains(failure({damaged, "-o", out, "--rows", "3"}, 2), "damaged.npy"));
}

TEST_CASE_FIXTURE(Scene, "NaN and infinity: exit status 3 and no file") {
  for (const char* bad : {"nan", "inf"}) {
    const std::string file = folder.write("bad.csv", std::string("1,2\n3,") + bad + "\n5,6\n").string();
    CHECK(contains(failure({file, "-o", out, "--rows", "2"}, 3), "NaN or an infinity"));
  }
}
