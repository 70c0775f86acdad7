// The Fashion-MNIST images as a matrix: Xiao, Rasul and Vollgraf, arXiv 1708.07747.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include <croquis/linalg/matrix.hpp>

/// One image a row: 784 pixels in [0, 1] and a 1 for the intercept; and each image's class, 0 to 9.
struct Images {
  croquis::Matrix<double> pixels;
  std::vector<int> labels;
};

/// Reads `set`-images-idx3-ubyte.gz and `set`-labels-idx1-ubyte.gz; `set` is "train" or "t10k". Throws
/// `std::runtime_error` naming the file that is missing or is not in the IDX format.
Images read_images(const std::filesystem::path& folder, const std::string& set);
