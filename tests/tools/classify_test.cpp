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

TEST_CASE_FIXTURE(Scene, "a kernel parts what no line does, and what is saved is the function that is reported") {
  // Labels by the quadrant.
  std::string text = "u,v,y\n";
  std::vector<std::vector<double>> rows;
  for (int i = 0; i < 40; ++i) {
    const double turn = 0.37 * i, u = std::cos(turn) * (1 + i % 3), v = std::sin(turn) * (1 + i % 3);
    rows.push_back({u, v, u * v > 0 ? 5.0 : 2.0});
    for (int c = 0; c < 3; ++c) {
      std::ostringstream digits;
      digits.precision(17);
      digits << rows.back()[static_cast<std::size_t>(c)];
      text += digits.str() + (c < 2 ? "," : "\n");
    }
  }
  const std::string quadrants = folder.write("quadrants.csv", text).string(), saved = path("model.json"),
                    first = path("first.csv"), again = path("again.csv"), table = path("table.csv");
  CHECK(run_json({quadrants, "--target", "y"})["data"]["accuracy"].get<double>() < 0.7);
  const json report = run_json({quadrants, "--target", "y", "--kernel", "gaussian", "--bandwidth", "0.8", "--centres",
                                "25", "--ridge", "1e-4", "--save-model", saved, "--predictions", first, "-o", table});
  CHECK(report["status"] == "converged");
  CHECK(report["data"]["accuracy"] == 1);
  CHECK(report["cols"] == 2);
  CHECK(report["kernel"]["bandwidth"] == 0.8);
  CHECK(report["kernel"]["centres"] == 25);

  const json model = json::parse(content(saved));
  const json& centres = model["kernel"]["centres"];
  const json& a = model["coefficients"][0];
  REQUIRE(centres.size() == 25);
  const auto kernel = [](double u, double v, const json& c) {
    return std::exp(-(std::pow(u - c[0].get<double>(), 2) + std::pow(v - c[1].get<double>(), 2)) / (2 * 0.8 * 0.8));
  };
  double loss = 0, squares = 0;
  std::istringstream lines(content(first));
  std::string line;
  std::getline(lines, line);
  CHECK(line == "label,p(2),p(5)");
  for (const auto& row : rows) {
    double f = model["intercepts"][0];
    for (std::size_t j = 0; j < 25; ++j) f += a[j].get<double>() * kernel(row[0], row[1], centres[j]);
    loss += std::log1p(std::exp(row[2] == 5 ? -f : f)) / 40;
    std::getline(lines, line);
    // Sums of 25 terms, each to a few roundoffs of coefficients of some hundreds.
    CHECK(std::stod(line.substr(line.rfind(',') + 1)) == doctest::Approx(1 / (1 + std::exp(-f))).epsilon(1e-10));
  }
  for (std::size_t i = 0; i < 25; ++i)
    for (std::size_t j = 0; j < 25; ++j)
      squares +=
          a[i].get<double>() * a[j].get<double>() *
          (kernel(centres[i][0], centres[i][1], centres[j]) + (i == j ? model["kernel"]["jitter"].get<double>() : 0));
  CHECK(report["data"]["mean_loss"].get<double>() == doctest::Approx(loss).epsilon(1e-10));
  CHECK(report["objective"].get<double>() == doctest::Approx(loss + 0.5e-4 * squares).epsilon(1e-9));
  // Each centre is the row that its term names.
  for (std::size_t j = 0; j < 25; ++j) {
    const auto row = model["kernel"]["centre_rows"][j].get<std::size_t>();
    CHECK(report["coefficients"][j]["name"] == "row " + std::to_string(row));
    CHECK(centres[j] == json({rows[row][0], rows[row][1]}));
  }
  CHECK(contains(content(table), "\"(intercept)\","));

  const json predicted = run_json({quadrants, "--target", "y", "--model", saved, "--predictions", again});
  CHECK(predicted["kernel"] == report["kernel"]);
  CHECK(content(again) == content(first));

  const json chosen = run_json(
      {quadrants, "--target", "y", "--kernel", "gaussian", "--ridges", "1e-4,10", "--folds", "4", "--test", quadrants});
  CHECK(chosen["ridge"] == 1e-4);
  CHECK(chosen["test"]["accuracy"].get<double>() > 0.9);
  CHECK(contains(
      run_croquis({"classify", quadrants, "--target", "y", "--kernel", "gaussian", "--bandwidth", "0.5"}).output,
      "gaussian kernel of bandwidth 0.5 with 32 centres of 2 columns"));

  // Another kernel is another function, and is read as the one that was written.
  const json rough = run_json({quadrants, "--target", "y", "--kernel", "laplacian", "--bandwidth", "0.8",
                               "--save-model", saved, "--predictions", first});
  CHECK(rough["kernel"]["name"] == "laplacian");
  CHECK(run_json({quadrants, "--target", "y", "--model", saved, "--predictions", again})["kernel"]["name"] ==
        "laplacian");
  CHECK(content(again) == content(first));

  json damaged = model;
  damaged["kernel"]["centres"].erase(3);
  const std::string short_of_one = folder.write("damaged.json", damaged.dump()).string();
  CHECK(contains(failure({quadrants, "--target", "y", "--model", short_of_one}, 2), "as many centres"));
  damaged["kernel"] = {{"name", "box"}};
  CHECK(contains(failure({quadrants, "--model", folder.write("damaged.json", damaged.dump()).string()}, 2),
                 "kernel is box"));
  CHECK(contains(failure({three, "--target", "kind", "--model", saved}, 1), "has 1 columns"));
}

TEST_CASE_FIXTURE(Scene, "options of a kernel are checked, and data that are not finite are not predicted") {
  CHECK(contains(failure({csv, "--target", "label", "--bandwidth", "1"}, 1), "--kernel gaussian"));
  CHECK(contains(failure({csv, "--target", "label", "--centres", "2"}, 1), "--kernel gaussian"));
  CHECK(
      contains(failure({csv, "--target", "label", "--kernel", "gaussian", "--bandwidth", "0"}, 1), "--bandwidth is 0"));
  CHECK(contains(failure({csv, "--target", "label", "--kernel", "gaussian", "--centres", "7"}, 1), "only 6 points"));
  CHECK(contains(failure({csv, "--target", "label", "--kernel", "gaussian", "--ridges", "1,0"}, 1), "above 0"));
  const std::string damaged = folder.write("damaged.csv", "u,v,label\n1,0,-1\n2,nan,1\n3,1,1\n").string();
  for (const std::vector<std::string>& files : {std::vector<std::string>{damaged}, {csv, "--test", damaged}}) {
    std::vector<std::string> arguments = files;
    arguments.insert(arguments.end(), {"--target", "label", "--kernel", "gaussian"});
    const json report = run_json(arguments, 3);
    CHECK(report["status"] == "non_finite_input");
    CHECK(contains(report["message"].get<std::string>(), "row 1 "));
    CHECK(report["cols"] == 2);
  }
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
