// `croquis solve --bootstrap`.
#include <cmath>

#include <croquis/linalg/write_matrix.hpp>
#include <croquis/sketch/apply.hpp>

#include "tests/support/temporary_folder.hpp"
#include "tests/tools/command.hpp"

using namespace croquis;
using namespace croquis::test;
using nlohmann::json;

TEST_CASE("--bootstrap previews with bounds that hold the exact solution") {
  const TemporaryFolder folder;
  const auto write_random = [](const std::string& path, std::int64_t cols) {
    Matrix<double> entries(3000, cols);
    fill(Gaussian{.rows = 3000, .cols = cols, .seed = static_cast<std::uint64_t>(cols)}, entries.view());
    write_matrix(path, entries);
  };
  const auto a = (folder.path() / "a.npy").string();
  const auto b = (folder.path() / "b.npy").string();
  write_random(a, 3);
  write_random(b, 2);
  const json fit = solve_json({a, b, "--bootstrap", "--sketch-rows", "100"});
  CHECK(fit["status"] == "preview");
  CHECK(fit["method"] == "sketch-and-solve");
  REQUIRE(fit["error_bars"].size() == 2);
  CHECK(fit["error_bars"][1]["coefficients"].size() == 3);
  CHECK(fit["seconds"]["bootstrap"].get<double>() > 0);
  const json wide = solve_json({a, b, "--bootstrap", "--confidence", "0.999", "--sketch-rows", "100"});
  CHECK(wide["error_bars"][0]["solution"] > fit["error_bars"][0]["solution"]);
  const json exact = solve_json({a, b, "--method", "direct"});
  CHECK(!exact.contains("error_bars"));
  CHECK(wide["error_bars"][0]["residual_low"] < exact["residual_norm"][0]);
  CHECK(wide["error_bars"][0]["residual_high"] > exact["residual_norm"][0]);

  const CommandResult text = run_croquis({"solve", a, b, "--bootstrap"});
  CHECK(text.status == 0);
  CHECK(text.output.find("error bars 1") != std::string::npos);

  CHECK(failure(folder.path(), {"solve", a, b, "--bootstrap", "--method", "direct"}, 1).find("sketch-and-solve") !=
        std::string::npos);
  (void)failure(folder.path(), {"solve", a, b, "--bootstrap", "--confidence", "1"}, 1);
  (void)failure(folder.path(), {"solve", a, b, "--confidence", "0.9"}, 1);
}
