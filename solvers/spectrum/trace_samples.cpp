#include "solvers/spectrum/trace_samples.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "linalg/blas.hpp"
#include "linalg/select_columns.hpp"
#include "solvers/spectrum/block_basis.hpp"
#include "solvers/spectrum/sphere_vectors.hpp"

namespace croquis {
namespace {

constexpr double roundoff = std::numeric_limits<double>::epsilon() / 2;
// What a new image adds to the basis below this many roundoffs of the longest is rounding error.
constexpr double negligible_roundoffs = 100;
// Hutch++'s basis comes from vectors far behind the tests.
constexpr std::int64_t first_sketch_vector = std::int64_t{1} << 40;

double longest(MatrixView<const double> a) {
  double norm = 0;
  for (std::int64_t j = 0; j < a.cols; ++j) norm = std::max(norm, norm2(a.rows, a.data + j * a.leading_dimension));
  return norm;
}

}  // namespace

TraceSamples::TraceSamples(CountedProducts& a, TraceMethod method, std::uint64_t seed)
    : a_(a),
      method_(method),
      seed_(seed),
      products_{Matrix<double>(a.size(), 0), Matrix<double>(a.size(), 0), Matrix<double>(a.size(), 0),
                Matrix<double>(a.size(), 0)} {}

bool TraceSamples::extend(std::int64_t products) {
  if (method_ == TraceMethod::hutchinson) return add_tests(products - products_.tests.cols());
  if (method_ == TraceMethod::xtrace) {
    const std::int64_t before = products_.tests.cols();
    return add_tests(products / 2 - before) &&
           add_to_basis(products_.images.view().block(0, before, a_.size(), products_.tests.cols() - before));
  }
  const std::int64_t third = products / 3;
  Matrix<double> vectors(a_.size(), third - sketched_), images(a_.size(), third - sketched_);
  fill_sphere_vectors(seed_, first_sketch_vector + sketched_, vectors.view());
  sketched_ = third;
  return a_.multiply(vectors.view(), images.view()) && add_to_basis(images.view()) &&
         add_tests(products - 2 * third - products_.tests.cols());
}

bool TraceSamples::add_tests(std::int64_t count) {
  Matrix<double> tests(a_.size(), count), images(a_.size(), count);
  fill_sphere_vectors(seed_, products_.tests.cols(), tests.view());
  if (!a_.multiply(tests.view(), images.view())) return false;
  products_.tests = side_by_side(products_.tests.view(), tests.view());
  products_.images = side_by_side(products_.images.view(), images.view());
  return true;
}

bool TraceSamples::add_to_basis(MatrixView<const double> images) {
  Matrix<double> rest(images);
  (void)project_out(products_.basis.view(), rest.view());
  const Matrix<double> added =
      complement_basis(products_.basis.view(), rest.view(), negligible_roundoffs * roundoff * longest(images));
  Matrix<double> products(a_.size(), added.cols());
  if (!a_.multiply(added.view(), products.view())) return false;
  products_.basis = side_by_side(products_.basis.view(), added.view());
  products_.basis_images = side_by_side(products_.basis_images.view(), products.view());
  return true;
}

StudentMean TraceSamples::mean() const {
  // Where the images depend on each other, the basis without one of them is the same.
  const bool each_matters = products_.basis.cols() == products_.tests.cols();
  return method_ == TraceMethod::xtrace && each_matters ? exchangeable_trace(products_) : deflated_trace(products_);
}

double TraceSamples::rounding() const {
  const double size = static_cast<double>(a_.size());
  // A unit vector's product is off by some sqrt(n) roundoffs of its length; a test vector counts n-fold.
  const double of_tests = products_.images.cols() > 0
                              ? norm2(a_.size() * products_.images.cols(), products_.images.data()) /
                                    std::sqrt(static_cast<double>(products_.images.cols()))
                              : 0;
  return std::sqrt(size) * roundoff *
         (norm2(a_.size() * products_.basis_images.cols(), products_.basis_images.data()) + std::sqrt(size) * of_tests);
}

}  // namespace croquis
