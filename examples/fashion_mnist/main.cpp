// Ten linear classifiers of clothes by least squares, 60000 images x 785 unknowns, beside LAPACK: the time, the
// backward error, and the accuracy on 10000 images not seen before.
//
//   fashion_mnist IMAGE_FOLDER OUTPUT_FOLDER      (scripts/demo calls it and plots the result)
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>

#include <croquis/croquis.hpp>

#include "examples/fashion_mnist/images.hpp"
#include "perf/lapack.hpp"
#include "perf/paired_timing.hpp"

namespace cq = croquis;

namespace {

constexpr std::int64_t classes = 10;

// +1 in an image's own class, -1 in the others.
cq::Matrix<double> targets(const std::vector<int>& labels) {
  cq::Matrix<double> b(static_cast<std::int64_t>(labels.size()), classes);
  for (std::int64_t i = 0; i < b.rows(); ++i) {
    for (std::int64_t k = 0; k < classes; ++k) b(i, k) = labels[i] == k ? 1 : -1;
  }
  return b;
}

// The part of the images whose class has the largest score.
double accuracy(const Images& images, cq::MatrixView<const double> x) {
  cq::Matrix<double> scores(images.pixels.rows(), classes);
  cq::linear_operator(images.pixels).multiply(x, scores);
  std::int64_t right = 0;
  for (std::int64_t i = 0; i < scores.rows(); ++i) {
    int best = 0;
    for (int k = 1; k < classes; ++k) {
      if (scores(i, k) > scores(i, best)) best = k;
    }
    right += best == images.labels[i];
  }
  return static_cast<double>(right) / static_cast<double>(scores.rows());
}

// One line of the table.
struct Result {
  const char* solver;
  double seconds;
  cq::Matrix<double> x;
  double backward_error = 0;
};

using History = std::vector<cq::LeastSquaresProgress>;

// The files gnuplot reads: history.dat (passes, backward error), solvers.dat (name, seconds, backward error), and
// weights.dat, an index for each class: how much one standard deviation of each pixel adds to the class's score.
void write_plot_data(const std::filesystem::path& folder, const History& history, const std::vector<Result>& results,
                     const Images& train) {
  std::filesystem::create_directories(folder);
  std::ofstream history_file(folder / "history.dat");
  for (const auto& p : history) history_file << p.passes << ' ' << p.backward_error << '\n';

  std::ofstream solvers_file(folder / "solvers.dat");
  for (const Result& r : results) solvers_file << r.solver << ' ' << r.seconds << ' ' << r.backward_error << '\n';

  const std::int64_t count = train.pixels.rows(), side = 28;
  std::vector<double> deviation(side * side);
  for (std::int64_t j = 0; j < side * side; ++j) {
    double sum = 0, sum_of_squares = 0;
    for (std::int64_t i = 0; i < count; ++i) {
      sum += train.pixels(i, j);
      sum_of_squares += train.pixels(i, j) * train.pixels(i, j);
    }
    const double mean = sum / static_cast<double>(count);
    deviation[j] = std::sqrt(std::max(0.0, sum_of_squares / static_cast<double>(count) - mean * mean));
  }
  std::ofstream weights_file(folder / "weights.dat");
  for (std::int64_t k = 0; k < classes; ++k) {
    for (std::int64_t i = 0; i < side; ++i) {
      for (std::int64_t j = 0; j < side; ++j)
        weights_file << results.front().x(i * side + j, k) * deviation[i * side + j] << ' ';
      weights_file << '\n';
    }
    weights_file << "\n\n";
  }
  for (std::ofstream* file : {&history_file, &solvers_file, &weights_file}) {
    if (!file->flush()) throw std::runtime_error(folder.string() + ": cannot be written");
  }
}

void run(const std::filesystem::path& image_folder, const std::filesystem::path& output_folder) {
  const Images train = read_images(image_folder, "train"), test = read_images(image_folder, "t10k");
  const cq::Matrix<double>& a = train.pixels;
  const cq::Matrix<double> b = targets(train.labels);
  std::printf("Fashion-MNIST: min ||A X - B||, A %ld x %ld, %ld right-hand sides, %d threads, %s\n\n", a.rows(),
              a.cols(), b.cols(), cq::runtime_info().task_threads, cq::runtime_info().blas_kernel.c_str());

  cq::LeastSquaresFit<double> fit;
  cq::Matrix<double> a_copy, b_copy;
  const auto copies = [&] { a_copy = a, b_copy = b; };
  std::vector<double> ours, dgels;
  for (int round = 0; round < 4; ++round) {
    const double first = cq::perf::seconds_of({}, [&] { fit = cq::least_squares(a, b.view()); });
    const double second = cq::perf::seconds_of(copies, [&] { cq::perf::dgels(a_copy, b_copy); });
    if (round == 0) continue;  // to warm up
    ours.push_back(first);
    dgels.push_back(second);
  }
  const auto solution = [&] { return cq::Matrix<double>(b_copy.view().block(0, 0, a.cols(), b.cols())); };
  std::vector<Result> results;
  results.push_back({"croquis", cq::perf::median(ours), fit.x});
  results.push_back({"dgels", cq::perf::median(dgels), solution()});
  std::int64_t rank = 0;
  const double once = cq::perf::seconds_of(copies, [&] { rank = cq::perf::dgelsy(a_copy, b_copy, 1e-13); });
  results.push_back({"dgelsy", once, solution()});

  std::printf("%-8s %9s %16s %15s\n", "solver", "seconds", "backward error", "test accuracy");
  for (Result& r : results) {
    const std::vector<double> errors = cq::least_squares_backward_error(a, r.x, b);
    r.backward_error = *std::max_element(errors.begin(), errors.end());
    std::printf("%-8s %9.3f %16.2e %14.2f%%\n", r.solver, r.seconds, r.backward_error, 100 * accuracy(test, r.x));
  }
  std::printf("\ncroquis: %s\n", fit.message.c_str());
  std::printf("rank %ld (dgelsy: %ld) of %ld, condition number about %.1e with columns scaled, %ld passes over A\n",
              fit.rank, rank, a.cols(), fit.condition_estimate, fit.passes);

  History history;
  const auto again = cq::least_squares(a, b.view(), {.on_iteration = [&](const cq::LeastSquaresProgress& p) {
                                         history.push_back(p);
                                         return true;
                                       }});
  if (!again.solved()) throw std::runtime_error(again.message);
  write_plot_data(output_folder, history, results, train);
}

}  // namespace

int main(int argc, char** argv) try {
  if (argc != 3) {
    std::fprintf(stderr, "usage: fashion_mnist IMAGE_FOLDER OUTPUT_FOLDER\n");
    return 2;
  }
  run(argv[1], argv[2]);
  return 0;
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
