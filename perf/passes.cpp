// How fast are the passes over A that least squares is made of? A^T (A x) beside one read of A, A^T (A X)
// beside two calls of dgemm, and A^T A beside dsyrk.
#include <memory>
#include <string>

#include <croquis/sketch/apply.hpp>

#include "linalg/blas.hpp"
#include "linalg/gram.hpp"
#include "linalg/products.hpp"
#include "perf/bounds.hpp"
#include "perf/paired_timing.hpp"

namespace croquis::perf {
namespace {

struct Shape {
  std::int64_t rows, cols;
  Layout layout;
};

struct Data {
  Matrix<double> a;
  Matrix<double> x, g;
  Matrix<double> gram, reference_gram;
  std::uint64_t sum = 0;

  explicit Data(const Shape& shape, std::int64_t vectors = 1)
      : a(Matrix<double>::uninitialized(shape.rows, shape.cols, shape.layout)),
        x(shape.cols, vectors),
        g(shape.cols, vectors),
        reference_gram(shape.cols, shape.cols) {
    fill(Gaussian{.rows = shape.rows, .cols = shape.cols, .seed = 1}, a.view());
    fill(Gaussian{.rows = shape.cols, .cols = vectors, .seed = 2}, x.view());
  }
};

std::string text(const Shape& shape) {
  return std::string(shape.layout == Layout::column_major ? "col " : "row ") + std::to_string(shape.rows) + "x" +
         std::to_string(shape.cols);
}

Shape reduced(Shape shape, bool quick) {
  if (quick) shape = {shape.rows / 32, shape.cols / 16, shape.layout};
  return shape;
}

Case pass_beside_read(const Shape& shape) {
  return {.name = "normal_product " + text(shape), .reference = "read", .make = [=](bool quick) -> Contest {
            const auto d = std::make_shared<Data>(reduced(shape, quick));
            return {.prepare_ours = {},
                    .ours = [d] { normal_product<double>(d->a.view(), d->x.view(), d->g.view()); },
                    .prepare_reference = {},
                    .reference = [d] { d->sum = read_memory(d->a.data(), d->a.view().size() * 8); },
                    .findings = {}};
          }};
}

Case block_pass_beside_gemm(const Shape& shape, std::int64_t vectors) {
  return {.name = "normal_product " + text(shape) + " vectors" + std::to_string(vectors),
          .reference = "2 dgemm",
          .make = [=](bool quick) -> Contest {
            const auto d = std::make_shared<Data>(reduced(shape, quick), vectors);
            return {.prepare_ours = {},
                    .ours = [d] { normal_product<double>(d->a.view(), d->x.view(), d->g.view()); },
                    .prepare_reference = {},
                    .reference =
                        [d] {
                          Matrix<double> product = Matrix<double>::uninitialized(d->a.rows(), d->x.cols());
                          multiply<double>(1, d->a.view(), d->x.view(), 0, product.view());
                          multiply<double>(1, d->a.view().transposed(), product.view(), 0, d->g.view());
                        },
                    .findings = {}};
          }};
}

Case gram_beside_dsyrk(const Shape& shape) {
  return {.name = "gram " + text(shape), .reference = "dsyrk", .make = [=](bool quick) -> Contest {
            const auto d = std::make_shared<Data>(reduced(shape, quick));
            return {.prepare_ours = {},
                    .ours = [d] { d->gram = gram<double>(d->a.view()); },
                    .prepare_reference = {},
                    .reference = [d] { multiply_by_own_transpose<double>(d->a.view(), 0, d->reference_gram.view()); },
                    .findings = {}};
          }};
}

}  // namespace
}  // namespace croquis::perf

int main(int argc, char** argv) {
  using croquis::Layout;
  std::vector<croquis::perf::Case> cases;
  for (const Layout layout : {Layout::column_major, Layout::row_major}) {
    for (const auto& [rows, cols] : {std::pair<std::int64_t, std::int64_t>{1 << 17, 512}, {1 << 16, 1024}}) {
      cases.push_back(croquis::perf::pass_beside_read({rows, cols, layout}));
      cases.push_back(croquis::perf::gram_beside_dsyrk({rows, cols, layout}));
      for (const std::int64_t vectors : {10, 16, 50, 512})
        cases.push_back(croquis::perf::block_pass_beside_gemm({rows, cols, layout}, vectors));
    }
  }
  return croquis::perf::run_cases(argc, argv, "passes over A, beside one read of it, dgemm and dsyrk", cases);
}
