// What does a stream cost? The sketch of [A b] taken block by block, beside the same sketch of the matrix in memory.
#include <memory>
#include <string>

#include <croquis/sketch/apply.hpp>
#include <croquis/solvers/least_squares_stream.hpp>

#include "perf/paired_timing.hpp"

namespace {

using namespace croquis;

struct Data {
  Matrix<double> a;
  Matrix<double> b;
  Matrix<double> sa;
  Matrix<double> sb;
};

perf::Case one_pass(Layout layout, std::int64_t block_rows) {
  constexpr std::int64_t cols = 256;
  constexpr std::int64_t sketch_rows = 12 * cols;
  const std::string name = std::string("one_pass ") + (layout == Layout::row_major ? "row" : "col") +
                           " 1000000x256 d3072 blocks of " + std::to_string(block_rows);
  const auto make = [=](bool quick) {
    const std::int64_t rows = quick ? 50000 : 1000000;
    const auto data = std::make_shared<Data>(Data{Matrix<double>::uninitialized(rows, cols, layout),
                                                  Matrix<double>::uninitialized(rows, 1),
                                                  Matrix<double>(sketch_rows, cols), Matrix<double>(sketch_rows, 1)});
    fill(Uniform{.rows = rows, .cols = cols, .seed = 1}, data->a.view());
    fill(Uniform{.rows = rows, .cols = 1, .seed = 2}, data->b.view());
    const auto stream = std::make_shared<LeastSquaresStream<double>>(cols, 1, LeastSquaresStreamOptions{});
    const AnySketch whole = SparseSign{.rows = sketch_rows, .cols = rows, .nonzeros = 8, .seed = 0};
    return perf::Contest{
        .prepare_ours = [=] { *stream = LeastSquaresStream<double>(cols, 1, LeastSquaresStreamOptions{}); },
        .ours =
            [=] {
              for (std::int64_t first = 0; first < rows; first += block_rows) {
                const std::int64_t count = std::min(block_rows, rows - first);
                stream->add(data->a.view().block(first, 0, count, cols), data->b.view().block(first, 0, count, 1));
              }
            },
        .prepare_reference = nullptr,
        .reference =
            [=] {
              apply(whole, data->a, data->sa.view());
              apply(whole, data->b, data->sb.view());
            },
        .findings =
            [=] {
              const auto fit = stream->finish();
              return std::vector<std::pair<std::string, double>>{
                  {"finish_seconds", fit.seconds.factor + fit.seconds.bootstrap},
                  {"bootstrap_seconds", fit.seconds.bootstrap}};
            }};
  };
  return {name, "the same sketch of A in memory", make};
}

}  // namespace

int main(int argc, char** argv) {
  return perf::run_cases(argc, argv, "The sketch of a stream of row blocks, beside that of the matrix in memory",
                         {one_pass(Layout::row_major, 65536), one_pass(Layout::row_major, 16384),
                          one_pass(Layout::row_major, 4096), one_pass(Layout::row_major, 1000),
                          one_pass(Layout::column_major, 65536), one_pass(Layout::column_major, 16384)});
}
