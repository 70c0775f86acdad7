// Softmax regression on the Fashion-MNIST pictures: ten classes by 784 pixels.
//
//   fashion_mnist_softmax IMAGE_FOLDER [PICTURES]
//
// Ends with status 77 where the folder is not there, which test runners take for skipped.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <vector>

#include <croquis/croquis.hpp>

#include "examples/fashion_mnist/images.hpp"

namespace cq = croquis;

int main(int argc, char** argv) try {
  if (argc < 2) return std::fprintf(stderr, "usage: fashion_mnist_softmax IMAGE_FOLDER [PICTURES]\n"), 2;
  if (!std::filesystem::exists(argv[1])) return std::fprintf(stderr, "%s is not there\n", argv[1]), 77;
  const Images train = read_images(argv[1], "train"), test = read_images(argv[1], "t10k");
  const std::int64_t pixels = train.pixels.cols() - 1;  // the last column is ones
  const std::int64_t count =
      argc > 2 ? std::min<std::int64_t>(std::atoll(argv[2]), train.pixels.rows()) : train.pixels.rows();
  const auto a = train.pixels.view().block(0, 0, count, pixels);
  const std::vector<double> labels(train.labels.begin(), train.labels.begin() + count);

  const auto model = cq::fit_generalized_linear_model(
      a, labels,
      {.loss = cq::ModelLoss::softmax, .ridge = 1e-4, .newton = {.gradient_tolerance = 1e-6, .value_tolerance = 1e-8}});
  std::printf("%s", cq::iteration_table(model).c_str());
  const std::vector<double> test_labels(test.labels.begin(), test.labels.end());
  const auto on_train = cq::score(model, a, labels);
  const auto on_test = cq::score(model, test.pixels.view().block(0, 0, test.pixels.rows(), pixels), test_labels);
  std::printf("\n%ld pictures: log-loss %.4f, accuracy %.2f %%\n", static_cast<long>(count), on_train.mean_loss,
              100 * on_train.accuracy);
  std::printf("%zu others: log-loss %.4f, accuracy %.2f %%\n", test_labels.size(), on_test.mean_loss,
              100 * on_test.accuracy);
  return model.solved() ? 0 : 1;
} catch (const std::exception& error) {
  return std::fprintf(stderr, "%s\n", error.what()), 1;
}
