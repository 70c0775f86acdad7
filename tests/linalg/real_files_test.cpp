// The real data sets: their published shapes and numbers of entries.
#include <algorithm>
#include <cmath>

#include "tests/linalg/file_checks.hpp"
#include "tests/support/data.hpp"

using namespace croquis;
using namespace croquis::test;

namespace {

MatrixFile read_data(const std::string& name, const ReadOptions& options = {}) {
  return read_matrix(*data_folder() / name, options);
}

struct KnownRows {
  const char* name;
  std::int64_t rows;
};

}  // namespace

TEST_CASE("sparse Matrix Market files have the shapes and entries of their collections") {
  struct Known {
    const char* name;
    std::int64_t rows, cols, entries;
  };
  for (const Known& known : {Known{"sparse_ls/well1033.mtx.gz", 1033, 320, 4732},
                             {"sparse_ls/illc1033.mtx.gz", 1033, 320, 4732},
                             {"sparse_ls/well1850.mtx.gz", 1850, 712, 8758},
                             {"sparse_ls/ash219.mtx.gz", 219, 85, 438},
                             {"sparse_ls/lp_e226_transposed.mtx.gz", 472, 223, 2768},
                             {"sparse_ls/Groebner_id2003_aug.mtx.gz", 4967, 2456, 173670},
                             {"sparse_ls/lp_fit2p_t.mtx.gz", 13525, 3000, 50284},
                             {"sparse_ls/lp_d2q06c_t.mtx.gz", 5167, 2171, 32417},
                             {"rank_deficient/Franz1.mtx.gz", 2240, 768, 5120},
                             {"rank_deficient/cis-n4c6-b2.mtx.gz", 1330, 210, 3990},
                             {"rank_deficient/rel5.mtx.gz", 340, 35, 656},
                             {"rank_deficient/n3c5-b1.mtx.gz", 45, 10, 90},
                             {"rank_deficient/lp_ship12l.mtx.gz", 1151, 5533, 16276}}) {
    CAPTURE(known.name);
    const MatrixFile file = read_data(known.name);
    CHECK(file.rows() == known.rows);
    CHECK(file.cols() == known.cols);
    CHECK(AnyMatrixView<double>(file).stored_entries() == known.entries);
  }
}

TEST_CASE("right-hand sides are dense columns") {
  for (const KnownRows& known : {KnownRows{"sparse_ls/well1033_rhs1.mtx.gz", 1033},
                                 {"sparse_ls/illc1033_rhs1.mtx.gz", 1033},
                                 {"sparse_ls/well1850_rhs1.mtx.gz", 1850},
                                 {"sparse_ls/lp_fit2p_t_rhs.mtx.gz", 13525},
                                 {"sparse_ls/lp_d2q06c_t_rhs.mtx.gz", 5167}}) {
    CAPTURE(known.name);
    const MatrixFile file = read_data(known.name);
    CHECK_FALSE(is_sparse(file));
    CHECK(file.rows() == known.rows);
    CHECK(file.cols() == 1);
  }
}

TEST_CASE("well1033 has the first entries its text shows and columns of unit scale") {
  const MatrixFile file = read_data("sparse_ls/well1033.mtx.gz");
  const std::vector<double> entries = entries_by_row(file);
  CHECK(entries[0] == 1.8898223650000e-01);
  CHECK(entries[320] == 1.8898223650000e-01);
  CHECK(std::all_of(entries.begin(), entries.end(), [](double x) { return std::abs(x) <= 2; }));
}

TEST_CASE("the Adult data in svmlight form") {
  for (const KnownRows& known : {KnownRows{"classification/a9a.svm.gz", 32561}, {"classification/a8a.svm.gz", 22696}}) {
    CAPTURE(known.name);
    const MatrixFile file = read_data(known.name);
    CHECK(file.format == FileFormat::svmlight);
    CHECK(file.rows() == known.rows);
    CHECK(file.cols() == 123);
    CHECK(file.target.size() == static_cast<std::size_t>(known.rows));
    CHECK(std::all_of(file.target.begin(), file.target.end(), [](double y) { return y == 1 || y == -1; }));
    // All features are indicators.
    const auto view = std::get<SparseMatrix<double>>(file.matrix).view();
    CHECK(std::all_of(view.value, view.value + view.nonzeros(), [](double x) { return x == 1; }));
  }
}

TEST_CASE("California housing is refused for its column of text, by name") {
  for (const std::optional<std::string>& target : {std::optional<std::string>(), {"median_house_value"}}) {
    try {
      (void)read_data("regression/california_housing.csv.gz", {.target = target});
      FAIL("was read");
    } catch (const FileError& error) {
      CHECK(contains(error.what(), "california_housing.csv.gz:2: column 9 (\"ocean_proximity\"): \"NEAR BAY\""));
      CHECK(contains(error.what(), "leave it out or encode it"));
    }
  }
}
