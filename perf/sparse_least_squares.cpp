// How fast is `least_squares` of a sparse matrix beside SPQR, the normal equations of CHOLMOD and plain LSQR, and is it
// as accurate?
#include <croquis/solvers/least_squares.hpp>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <croquis/linalg/read_matrix.hpp>
#include <croquis/sketch/apply.hpp>

#include "perf/data_folder.hpp"
#include "perf/paired_timing.hpp"
#include "perf/sparse_references.hpp"

namespace croquis::perf {
namespace {

enum class Reference { spqr, normal_equations, lsqr };

struct Random {
  std::uint64_t state;
  std::uint64_t next() {
    state = state * 6364136223846793005u + 1442695040888963407u;
    std::uint64_t x = state ^ (state >> 33);
    x *= 0xff51afd7ed558ccdu;
    return x ^ (x >> 33);
  }
  std::int64_t below(std::int64_t n) { return static_cast<std::int64_t>(next() % static_cast<std::uint64_t>(n)); }
  double uniform() { return static_cast<double>(next() >> 11) * 0x1p-53; }
  double normal() { return std::sqrt(-2 * std::log(1 - uniform())) * std::cos(6.283185307179586 * uniform()); }
};

// Random places. With a condition number, the product of a matrix of half the density, of columns graded from 1 to
// 1 / condition, and turns of random pairs of them, so that scaling the columns cannot undo it.
SparseMatrix<double> random_matrix(std::int64_t rows, std::int64_t cols, double density, double condition) {
  Random random{17};
  std::vector<std::int64_t> mate(static_cast<std::size_t>(cols), -1);
  std::vector<double> cosine(mate.size(), 1), sine(mate.size(), 0), grade(mate.size(), 1);
  if (condition > 1) {
    std::vector<std::int64_t> order(mate.size());
    for (std::int64_t j = 0; j < cols; ++j) order[j] = j;
    for (std::int64_t j = cols - 1; j > 0; --j) std::swap(order[j], order[random.below(j + 1)]);
    for (std::int64_t k = 0; k + 1 < cols; k += 2) {
      const std::int64_t a = order[k], b = order[k + 1];
      const double angle = 0.3 + 0.9 * random.uniform();
      mate[a] = b;
      mate[b] = a;
      cosine[a] = cosine[b] = std::cos(angle);
      sine[a] = std::sin(angle);
      sine[b] = -sine[a];
    }
    for (std::int64_t j = 0; j < cols; ++j)
      grade[j] = std::pow(condition, -static_cast<double>(j) / static_cast<double>(cols - 1));
  }
  const double per_row = density * static_cast<double>(cols) / (condition > 1 ? 2 : 1);
  std::vector<Triplet<double>> entries;
  for (std::int64_t i = 0; i < rows; ++i) {
    const std::int64_t count = static_cast<std::int64_t>(per_row + random.uniform());
    for (std::int64_t k = 0; k < count; ++k) {
      const std::int64_t j = random.below(cols);
      const double value = random.normal() * grade[j];
      entries.push_back({i, j, value * cosine[j]});
      if (mate[j] >= 0) entries.push_back({i, mate[j], value * sine[j]});
    }
  }
  return SparseMatrix<double>::from_triplets(rows, cols, entries);
}

struct Problem {
  SparseMatrix<double> a;
  Matrix<double> b;
  std::unique_ptr<SparseReferences> references;
  LeastSquaresFit<double> fit;
  ReferenceSolution reference;

  explicit Problem(SparseMatrix<double> matrix) : a(std::move(matrix)), b(a.rows(), 1) {
    Random random{23};
    for (double& entry : b.entries()) entry = random.normal();
    references = std::make_unique<SparseReferences>(a, b);
  }
};

Contest make_contest(SparseMatrix<double> matrix, Reference reference, double lsqr_tolerance, int calls_in_a_row = 1) {
  const auto p = std::make_shared<Problem>(std::move(matrix));
  return {
      .prepare_ours = {},
      .ours = [p] { p->fit = least_squares(p->a, p->b.view()); },
      .prepare_reference = {},
      .reference =
          [p, reference, lsqr_tolerance] {
            p->reference = reference == Reference::spqr               ? p->references->spqr()
                           : reference == Reference::normal_equations ? p->references->normal_equations()
                                                                      : p->references->lsqr(lsqr_tolerance);
          },
      .calls_in_a_row = calls_in_a_row,
      .findings = [p]() -> std::vector<std::pair<std::string, double>> {
        return {{"method", static_cast<double>(p->fit.method)},
                {"solved", p->fit.solved() ? 1.0 : 0.0},
                {"passes", static_cast<double>(p->fit.passes)},
                {"rank", static_cast<double>(p->fit.rank)},
                {"backward_error", p->fit.worst_backward_error()},
                {"relative_gradient", p->references->relative_gradient(p->fit.x)},
                {"reference_relative_gradient", p->references->relative_gradient(p->reference.x)},
                {"reference_iterations", static_cast<double>(p->reference.iterations)}};
      },
  };
}

const char* name_of(Reference reference) {
  return reference == Reference::spqr ? "spqr" : reference == Reference::normal_equations ? "normal_equations" : "lsqr";
}

Case random_case(std::int64_t rows, std::int64_t cols, double density, double condition, Reference reference) {
  std::string name = "sparse " + std::to_string(rows) + "x" + std::to_string(cols);
  if (condition > 1) name += " k1e" + std::to_string(std::lround(std::log10(condition)));
  return {.name = name + " vs " + name_of(reference), .reference = name_of(reference), .make = [=](bool quick) {
            const std::int64_t less = quick ? 20 : 1;
            return make_contest(
                random_matrix(rows / less, cols / less, std::min(1.0, density * static_cast<double>(less)), condition),
                reference, 1e-14);
          }};
}

// A by rows, standing up.
SparseMatrix<double> read_tall(const std::filesystem::path& file) {
  const auto stored = read_matrix(file.string());
  AnyMatrixView<double> a = stored;
  const bool lying = a.rows() < a.cols();
  std::vector<Triplet<double>> entries;
  const auto view = std::get<CsrView<double, std::int64_t>>(a.storage());
  for (std::int64_t i = 0; i < view.rows; ++i)
    for (std::int64_t k = view.row_start[i]; k < view.row_start[i + 1]; ++k)
      entries.push_back({lying ? view.column[k] : i, lying ? i : view.column[k], view.value[k]});
  return SparseMatrix<double>::from_triplets(lying ? view.cols : view.rows, lying ? view.rows : view.cols, entries);
}

// LSQR goes as far here as the others do: 1e-14 would be a digit or two less.
std::vector<Case> real_cases() {
  constexpr double roundoff = 1.1e-16;
  // Of matrices that are solved in less than a millisecond.
  constexpr std::uintmax_t small_file = 12000;
  std::vector<Case> cases;
  const std::filesystem::path folder = data_folder();
  for (const char* name :
       {"sparse_ls/ash219", "sparse_ls/well1033", "sparse_ls/illc1033", "sparse_ls/well1850",
        "sparse_ls/lp_e226_transposed", "sparse_ls/Groebner_id2003_aug", "sparse_ls/lp_d2q06c_t",
        "sparse_ls/lp_fit2p_t", "rank_deficient/Franz1", "rank_deficient/cis-n4c6-b2", "rank_deficient/rel5"}) {
    const std::filesystem::path file = folder / (std::string(name) + ".mtx.gz");
    if (!std::filesystem::exists(file)) continue;
    const std::string title = "real " + std::filesystem::path(name).filename().string() + " vs ";
    for (const Reference reference : {Reference::spqr, Reference::lsqr}) {
      const auto with_calls = [file, reference](int calls) {
        return [=](bool) { return make_contest(read_tall(file), reference, roundoff, calls); };
      };
      cases.push_back({.name = title + name_of(reference), .reference = name_of(reference), .make = with_calls(1)});
      if (std::filesystem::file_size(file) < small_file)
        cases.push_back({.name = title + name_of(reference) + " in a row",
                         .reference = name_of(reference),
                         .make = with_calls(20)});
    }
  }
  return cases;
}

}  // namespace
}  // namespace croquis::perf

int main(int argc, char** argv) {
  using croquis::perf::random_case;
  using croquis::perf::Reference;
  std::vector<croquis::perf::Case> cases = {
      random_case(100000, 2000, 0.005, 1e6, Reference::normal_equations),
      random_case(100000, 2000, 0.005, 1e6, Reference::spqr),
      random_case(100000, 2000, 0.005, 1e10, Reference::spqr),
      random_case(40000, 4000, 0.01, 1e8, Reference::spqr),
      random_case(100000, 2000, 0.005, 1, Reference::lsqr),
      random_case(40000, 4000, 0.01, 1, Reference::lsqr),
  };
  for (croquis::perf::Case& real : croquis::perf::real_cases()) cases.push_back(std::move(real));
  return croquis::perf::run_cases(
      argc, argv, "least_squares of sparse matrices, beside SPQR, CHOLMOD's normal equations and LSQR", cases);
}
