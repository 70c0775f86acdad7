// `croquis solve` on the real data sets.
#include <cmath>
#include <string>

#include <croquis/linalg/linear_operator.hpp>
#include <croquis/linalg/read_matrix.hpp>
#include <croquis/linalg/write_matrix.hpp>

#include "tests/support/data.hpp"
#include "tests/support/lapack_reference.hpp"
#include "tests/support/temporary_folder.hpp"
#include "tests/tools/command.hpp"

using namespace croquis;
using namespace croquis::test;
using nlohmann::json;

namespace {

std::string data(const std::string& name) { return (*data_folder() / name).string(); }

Matrix<double> dense(const AnyMatrixView<double>& a) {
  // A I.
  Matrix<double> identity(a.cols(), a.cols());
  for (std::int64_t j = 0; j < a.cols(); ++j) identity(j, j) = 1;
  Matrix<double> result(a.rows(), a.cols());
  linear_operator(a).multiply(identity.view(), result.view());
  return result;
}

double norm(std::span<const double> x) {
  double sum = 0;
  for (const double entry : x) sum += entry * entry;
  return std::sqrt(sum);
}

double distance(const Matrix<double>& x, const Matrix<double>& y) {
  REQUIRE(x.rows() == y.rows());
  std::vector<double> difference;
  for (std::int64_t i = 0; i < x.rows(); ++i) difference.push_back(x(i, 0) - y(i, 0));
  return norm(difference);
}

Matrix<double> read_dense(const std::filesystem::path& path) {
  return std::get<Matrix<double>>(read_matrix(path).matrix);
}

struct Survey {
  const char* name;
  double condition;  // of the matrix as given
};

}  // namespace

TEST_CASE("the surveying problems agree with LAPACK, sparse and dense alike") {
  const TemporaryFolder folder;
  const std::string x = (folder.path() / "x.npy").string();
  for (const Survey& survey : {Survey{"well1033", 1.7e2}, {"illc1033", 1.9e4}}) {
    const std::string sparse_a = data(std::string("sparse_ls/") + survey.name + ".mtx.gz");
    const std::string b = data(std::string("sparse_ls/") + survey.name + "_rhs1.mtx.gz");
    const Matrix<double> dense_a = dense(read_matrix(sparse_a));
    const std::string dense_file = (folder.path() / "a.npy").string();
    write_matrix(dense_file, dense_a);
    const Matrix<double> reference = solve_by_qr<double>(dense_a, read_dense(b));
    const double residual = [&] {
      Matrix<double> r = read_dense(b);
      Matrix<double> ax(r.rows(), 1);
      linear_operator(dense_a).multiply(reference.view(), ax.view());
      return distance(r, ax);
    }();
    // Wedin's bound for two backward-stable answers, with ||A|| about 2: condition * u * (||x|| + condition *
    // ||r|| / ||A||), and a factor 100 for the size of their backward errors.
    const double u = 1.2e-16;
    const double bound = 100 * survey.condition * u * (norm(reference.entries()) + survey.condition * residual / 2);
    for (const std::string& a : {sparse_a, dense_file}) {
      for (const char* method : {"automatic", "sketch-and-precondition", "direct"}) {
        CAPTURE(a);
        CAPTURE(method);
        const json report = solve_json({a, b, "--method", method, "-o", x, "--compare"});
        CHECK(report["status"] == "converged");
        CHECK(report["rank"] == 320);
        CHECK(distance(read_dense(x), reference) <= bound);
        CHECK(std::abs(report["residual_norm"].get<double>() - residual) <= 1e-12 * residual);
        CHECK(report["backward_error"].get<double>() < 1.2e-16);
        // The same error by the exact factor: the sketch's distortion and a factor two lie between the two.
        CHECK(report["compare"]["croquis_backward_error"].get<double>() < 4e-16);
        CHECK(report["compare"]["backward_error"].get<double>() < 4e-16);
      }
    }
  }
}

TEST_CASE("the same seed gives the same bytes on 1, 2 and 3 threads; another seed does not") {
  const TemporaryFolder folder;
  const std::string x = (folder.path() / "x.npy").string();
  const auto solution = [&](const char* seed, const char* threads) {
    const json report =
        solve_json({data("sparse_ls/illc1033.mtx.gz"), data("sparse_ls/illc1033_rhs1.mtx.gz"), "--method",
                    "sketch-and-precondition", "--seed", seed, "--threads", threads, "-o", x});
    CHECK(report["threads"] == std::stoi(threads));
    CHECK(report["sketch"]["seed"] == std::stoi(seed));
    return file_bytes(x);
  };
  const std::string one = solution("3", "1");
  CHECK(solution("3", "1") == one);
  CHECK(solution("3", "2") == one);
  CHECK(solution("3", "3") == one);
  CHECK(solution("4", "2") != one);
}

TEST_CASE("svmlight: the labels are the right-hand side") {
  const json report = solve_json({data("classification/a9a.svm.gz"), "--intercept"});
  // The groups of indicators each add up to the column of ones.
  CHECK(report["status"] == "rank_deficient");
  CHECK(report["rows"] == 32561);
  CHECK(report["cols"] == 124);
  CHECK(report["rank"].get<int>() < 124);
}

TEST_CASE("California housing is refused for its column of text, by name") {
  const TemporaryFolder folder;
  const std::string file = data("regression/california_housing.csv.gz");
  const json text = solve_json({file, "--target", "median_house_value"}, 2);
  CHECK(text["message"].get<std::string>().find("california_housing.csv.gz:2: column 9 (\"ocean_proximity\")") !=
        std::string::npos);
}

TEST_CASE("a matrix with more columns than rows is refused, and told of --min-norm") {
  const TemporaryFolder folder;
  const std::string b = (folder.path() / "b.npy").string();
  write_matrix(b, Matrix<double>(1151, 1));
  const json report = solve_json({data("rank_deficient/lp_ship12l.mtx.gz"), b}, 1);
  const auto message = report["message"].get<std::string>();
  CHECK(message.find("A is 1151 x 5533") != std::string::npos);
  CHECK(message.find("--min-norm") != std::string::npos);
}
