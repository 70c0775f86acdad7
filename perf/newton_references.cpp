#include "perf/newton_references.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string>

#if defined(CROQUIS_HAVE_LIBLINEAR)
#include <linear.h>
#endif
#if defined(CROQUIS_HAVE_LBFGS)
#include <lbfgs.h>
#endif

namespace croquis::perf {

#if defined(CROQUIS_HAVE_LIBLINEAR)

namespace {

class LiblinearProblem final : public Liblinear {
 public:
  LiblinearProblem(const AnyMatrixView<double>& a, std::vector<double> y, double ridge, double gradient_tolerance)
      : y_(std::move(y)) {
    std::visit([&](const auto& view) { copy(view); }, a.storage());
    problem_ = {.l = static_cast<int>(a.rows()),
                .n = static_cast<int>(a.cols()),
                .y = y_.data(),
                .x = rows_.data(),
                .bias = -1};
    const auto positive = static_cast<double>(std::count(y_.begin(), y_.end(), 1.0));
    const auto m = static_cast<double>(y_.size());
    parameter_.solver_type = L2R_LR;
    parameter_.C = 1 / (ridge * m);
    // It stops at eps min(positive, negative) / m of the gradient at zero.
    parameter_.eps = gradient_tolerance * m / std::min(positive, m - positive);
    set_print_string_function([](const char*) {});
  }

  void train() override {
    model* const result = ::train(&problem_, &parameter_);
    const double sign = result->label[0] == 1 ? 1 : -1;
    coefficients_.assign(result->w, result->w + problem_.n);
    for (double& w : coefficients_) w *= sign;
    model* freed = result;
    free_and_destroy_model(&freed);
  }
  const std::vector<double>& coefficients() const override { return coefficients_; }

 private:
  void copy(const MatrixView<const double>& a) {
    nodes_.reserve(static_cast<std::size_t>(a.rows * (a.cols + 1)));
    for (std::int64_t i = 0; i < a.rows; ++i) {
      for (std::int64_t j = 0; j < a.cols; ++j) nodes_.push_back({static_cast<int>(j + 1), a(i, j)});
      nodes_.push_back({-1, 0});
    }
    for (std::int64_t i = 0; i < a.rows; ++i) rows_.push_back(nodes_.data() + i * (a.cols + 1));
  }
  template <class Index>
  void copy(const CsrView<double, Index>& a) {
    nodes_.reserve(static_cast<std::size_t>(a.nonzeros() + a.rows));
    for (std::int64_t i = 0; i < a.rows; ++i) {
      rows_.push_back(nodes_.data() + nodes_.size());
      for (Index k = a.row_start[i]; k < a.row_start[i + 1]; ++k)
        nodes_.push_back({static_cast<int>(a.column[k] + 1), a.value[k]});
      nodes_.push_back({-1, 0});
    }
  }
  template <class Index>
  void copy(const CscView<double, Index>&) {
    throw std::logic_error("liblinear takes rows");
  }

  std::vector<double> y_;
  std::vector<feature_node> nodes_;
  std::vector<feature_node*> rows_;
  problem problem_{};
  parameter parameter_{};
  std::vector<double> coefficients_;
};

}  // namespace

std::unique_ptr<Liblinear> Liblinear::make(const AnyMatrixView<double>& a, const std::vector<double>& y, double ridge,
                                           double gradient_tolerance) {
  return std::make_unique<LiblinearProblem>(a, y, ridge, gradient_tolerance);
}

#else

std::unique_ptr<Liblinear> Liblinear::make(const AnyMatrixView<double>&, const std::vector<double>&, double, double) {
  return nullptr;
}

#endif

#if defined(CROQUIS_HAVE_LBFGS)

namespace {

struct LbfgsRun {
  const Objective& objective;
  double gradient_tolerance;
  std::int64_t evaluations = 0;
  double first_gradient_norm = 0;
};

double evaluate_for_lbfgs(void* instance, const double* x, double* g, int n, double) {
  auto& run = *static_cast<LbfgsRun*>(instance);
  const auto count = static_cast<std::size_t>(n);
  const double value = run.objective.value_and_gradient({x, count}, {g, count});
  if (run.evaluations++ == 0) {
    double squares = 0;
    for (std::size_t j = 0; j < count; ++j) squares += g[j] * g[j];
    run.first_gradient_norm = std::sqrt(squares);
  }
  return value;
}

int stop_by_gradient(void* instance, const double*, const double*, double, double, double gradient_norm, double, int,
                     int, int) {
  const auto& run = *static_cast<const LbfgsRun*>(instance);
  return gradient_norm <= run.gradient_tolerance * run.first_gradient_norm ? 1 : 0;
}

}  // namespace

bool have_lbfgs() { return true; }

std::vector<double> run_lbfgs(const Objective& objective, double gradient_tolerance, std::int64_t& evaluations) {
  LbfgsRun run{objective, gradient_tolerance};
  lbfgs_parameter_t parameters;
  lbfgs_parameter_init(&parameters);
  parameters.m = 10;
  parameters.epsilon = 1e-300;  // the callback stops it
  parameters.max_iterations = 20000;
  const auto n = static_cast<int>(objective.unknowns);
  const std::unique_ptr<double, void (*)(double*)> x(lbfgs_malloc(n), [](double* p) { lbfgs_free(p); });
  std::fill_n(x.get(), n, 0.0);
  lbfgs(n, x.get(), nullptr, evaluate_for_lbfgs, stop_by_gradient, &run, &parameters);
  evaluations = run.evaluations;
  return {x.get(), x.get() + n};
}

#else

bool have_lbfgs() { return false; }

std::vector<double> run_lbfgs(const Objective&, double, std::int64_t&) {
  throw std::logic_error("built without liblbfgs");
}

#endif

}  // namespace croquis::perf
