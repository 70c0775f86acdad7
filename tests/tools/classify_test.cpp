// `croquis classify`: fit, score, cross-validate, save, predict, and its errors.
#include <cmath>
#include <fstream>
#include <sstream>

#include "tests/support/temporary_folder.hpp"
#include "tests/tools/command.hpp"

using namespace croquis;
using namespace croquis::test;
using nlohmann::json;

namespace {

std::string content(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

struct Scene : CommandScene {
  Scene() : CommandScene{"classify"} {}
  std::string csv = folder.write("data.csv", "u,v,label\n1,0,-1\n2,1,-1\n3,0,1\n4,1,-1\n5,0,1\n6,1,1\n").string();
  std::string svm = folder.write("data.svm", "-1 1:1\n-1 1:2 2:1\n1 1:3\n-1 1:4 2:1\n1 1:5\n1 1:6 2:1\n").string();
  std::string three = folder.write("three.csv", "u,kind\n1,10\n2,20\n3,10\n4,30\n5,20\n6,30\n").string();
};

}  // namespace

TEST_CASE_FIXTURE(Scene, "two labels: logistic, and the JSON object says what was found") {
  const json report = run_json({csv, "--target", "label", "--ridge", "0.01"});
  CHECK(report["status"] == "converged");
  CHECK(report["loss"] == "logistic");
  CHECK(report["labels"] == json({-1.0, 1.0}));
  CHECK(report["rows"] == 6);
  CHECK(report["cols"] == 2);
  CHECK(report["ridge"] == 0.01);
  CHECK(report["coefficients"][1]["name"] == "v");
  CHECK(report["test"].is_null());
  // The score by the reported coefficients.
  const double u = report["coefficients"][0]["values"][0], v = report["coefficients"][1]["values"][0];
  const double c = report["intercepts"][0];
  const double rows[6][3] = {{1, 0, -1}, {2, 1, -1}, {3, 0, 1}, {4, 1, -1}, {5, 0, 1}, {6, 1, 1}};
  double loss = 0, right = 0;
  for (const auto& row : rows) {
    const double z = u * row[0] + v * row[1] + c;
    loss += std::log1p(std::exp(-row[2] * z)) / 6;
    right += z * row[2] > 0 ? 1.0 / 6 : 0;
  }
  CHECK(report["data"]["mean_loss"].get<double>() == doctest::Approx(loss).epsilon(1e-12));
  CHECK(report["data"]["log_loss"] == report["data"]["mean_loss"]);
  CHECK(report["data"]["accuracy"].get<double>() == doctest::Approx(right).epsilon(1e-12));
  CHECK(report["objective"].get<double>() == doctest::Approx(loss + 0.005 * (u * u + v * v)).epsilon(1e-12));
  // The same from a sparse file.
  const json sparse = run_json({svm, "--ridge", "0.01"});
  CHECK(sparse["coefficients"][0]["values"][0].get<double>() == doctest::Approx(u).epsilon(1e-6));
}

TEST_CASE_FIXTURE(Scene, "a saved classifier predicts as the fitted one") {
  const std::string model = path("model.json"), all = path("all.csv"), again = path("again.csv"),
                    table = path("table.csv");
  const json fitted = run_json({svm, "--ridge", "0.01", "--save-model", model, "--predictions", all, "-o", table});
  // A file of labels only in part, with fewer columns than the model.
  const std::string narrow = folder.write("narrow.svm", "1 1:3\n-1 1:1\n").string();
  const json predicted = run_json({narrow, "--model", model, "--predictions", again});
  CHECK(predicted["status"] == "predicted");
  CHECK(predicted["coefficients"] == fitted["coefficients"]);
  CHECK(predicted["data"]["accuracy"].is_number());
  std::istringstream lines(content(all)), few(content(again));
  std::string header, first, unused, third, other_header, few_first, few_second;
  std::getline(lines, header);
  std::getline(lines, first);
  std::getline(lines, unused);
  std::getline(lines, third);
  std::getline(few, other_header);
  std::getline(few, few_first);
  std::getline(few, few_second);
  CHECK(header == "label,p(-1),p(1)");
  CHECK(few_first == third);
  CHECK(few_second == first);
  CHECK(contains(content(table), "name,1\n\"(intercept)\","));
  const std::string text = run_croquis({"classify", svm, "--ridge", "0.01", "--test", narrow}).output;
  CHECK(contains(text, "narrow.svm: log-loss"));
  CHECK(contains(text, "(intercept)"));
}

TEST_CASE_FIXTURE(Scene, "three labels: softmax; and a ridge chosen by cross-validation") {
  // What follows the ridges is a file again.
  const json report = run_json({"--folds", "2", "--target", "kind", "--ridges", "0.001,0.1,10", three});
  CHECK(report["loss"] == "softmax");
  CHECK(report["labels"].size() == 3);
  CHECK(report["intercepts"].size() == 3);
  const json& validation = report["cross_validation"];
  CHECK(validation["folds"] == 2);
  REQUIRE(validation["ridges"].size() == 3);
  const auto best = validation["best"].get<std::size_t>();
  for (const json& score : validation["ridges"])
    CHECK(score["mean_loss"].get<double>() >= validation["ridges"][best]["mean_loss"].get<double>());
  CHECK(report["ridge"] == validation["ridges"][best]["ridge"]);
}

TEST_CASE_FIXTURE(Scene, "svmlight data are read with the indices of the training data") {
  const std::string model = path("model.json");
  const std::string from_zero = folder.write("zero.svm", "1 0:-1 1:3\n-1 0:1 1:-3\n1 1:2\n-1 1:-2\n").string();
  // Without an index 0, which in a file of its own would mean the other column.
  const std::string without_zero = folder.write("rest.svm", "1 1:3\n-1 1:-3\n").string();
  const json fitted = run_json({from_zero, "--ridge", "0.1", "--test", without_zero, "--save-model", model});
  CHECK(fitted["test"]["accuracy"] == 1);
  CHECK(run_json({without_zero, "--model", model})["data"]["accuracy"] == 1);
  run_json({svm, "--ridge", "0.1", "--save-model", model});
  CHECK(contains(failure({from_zero, "--model", model}, 2), "zero.svm: has an index 0"));
}

TEST_CASE_FIXTURE(Scene, "what goes wrong is said, with the right status") {
  const std::string apart = folder.write("apart.csv", "u,y\n1,0\n2,0\n3,1\n4,1\n").string();
  const CommandResult unbounded = run_croquis({"classify", apart, "--target", "y", "--ridge", "0", "--json"});
  CHECK(unbounded.status == 3);
  CHECK(json_output(unbounded)["status"] == "unbounded");
  CHECK(contains(failure({csv}, 1), "no right-hand side"));
  CHECK(contains(failure({csv, "--target", "v", "--loss", "logistic", "--ridge", "-1"}, 1), "ridge"));
  CHECK(contains(failure({three, "--target", "kind", "--loss", "logistic"}, 1), "3 different labels"));
  CHECK(contains(failure({csv, "--target", "label", "--ridge", "1", "--ridges", "1,2"}, 1), "--ridges"));
  CHECK(contains(failure({csv, "--target", "label", "--folds", "1"}, 1), "at least 2"));
  const std::string lonely = folder.write("lonely.csv", "u,y\n1,0\n2,0\n3,1\n4,0\n").string();
  CHECK(contains(failure({lonely, "--target", "y", "--folds", "2"}, 1), "too few observations"));
  const std::string other = folder.write("other.json", "{\"loss\": \"none\"}").string();
  CHECK(contains(failure({csv, "--target", "label", "--model", other}, 2), "is not a classifier"));
  const std::string endless = folder.write("endless.json", std::string(100000, '1')).string();
  CHECK(failure({csv, "--target", "label", "--model", endless}, 2).size() < endless.size() + 300);
  for (const char* const option : {"--ridge", "--seed", "--iteration-limit", "--folds"})
    CHECK(contains(failure({csv, "--target", "label", "--model", other, option, "2"}, 1), option));
  CHECK(contains(failure({csv, "--target", "label", "--save-model", csv}, 1), "overwrite"));
  CHECK(contains(failure({csv, "--target", "label", "--test", three, "--quiet"}, 1), "three.csv"));
}

TEST_CASE_FIXTURE(Scene, "rows that cannot be predicted and columns in another order are not predicted") {
  const std::string model = path("model.json"), out = path("out.csv");
  run_json({csv, "--target", "label", "--ridge", "0.01", "--save-model", model});
  const std::string damaged = folder.write("damaged.csv", "u,v,label\n1,0,-1\n2,nan,1\n").string();
  const json report = run_json({damaged, "--target", "label", "--model", model, "--predictions", out}, 3);
  CHECK(report["status"] == "non_finite_input");
  CHECK(contains(report["message"].get<std::string>(), "row 1 "));
  CHECK(!std::filesystem::exists(out));
  const std::string turned = folder.write("turned.csv", "v,u,label\n0,1,-1\n1,2,1\n").string();
  CHECK(contains(failure({turned, "--target", "label", "--model", model}, 1), "column 0 is \"v\""));
}
