#include <croquis/solvers/global_minimization.hpp>

#include <algorithm>
#include <cassert>
#include <cmath>
#include <optional>
#include <utility>

#include <croquis/errors.hpp>

#include "linalg/check.hpp"
#include "linalg/number_text.hpp"
#include "linalg/parallel.hpp"
#include "sketch/philox.hpp"
#include "solvers/conclude.hpp"
#include "solvers/global/local_solve.hpp"
#include "solvers/nonlinear/residual_function.hpp"
#include "solvers/option_checks.hpp"

namespace croquis {
namespace {

constexpr std::int64_t first_dimensions = 2;
constexpr std::int64_t last_dimensions = 20;
constexpr std::int64_t evaluations_per_dimension = 100;

void check_box(std::int64_t unknowns, const std::vector<double>& lower, const std::vector<double>& upper) {
  const char* const reason = "it needs an entry for each unknown";
  check_shape(static_cast<std::int64_t>(lower.size()), 1, unknowns, 1, "lower", reason);
  check_shape(static_cast<std::int64_t>(upper.size()), 1, unknowns, 1, "upper", reason);
  for (std::size_t j = 0; j < lower.size(); ++j)
    if (!(std::isfinite(lower[j]) && std::isfinite(upper[j]) && lower[j] <= upper[j]))
      throw InvalidOption("the bounds of unknown " + std::to_string(j) + " are " + number_text(lower[j]) + " to " +
                          number_text(upper[j]) + " but must be finite and in order");
}

void check_options(const GlobalOptions& options, const std::vector<double>& lower, const std::vector<double>& upper) {
  const auto unknowns = static_cast<std::int64_t>(lower.size());
  for (const auto& [value, name] : {std::pair(options.dimensions, "dimensions"),
                                    {options.most_dimensions, "most_dimensions"},
                                    {options.evaluation_limit, "evaluation_limit"},
                                    {options.start_evaluations, "start_evaluations"}})
    check_at_least(name, value, 0);
  for (const auto& [value, name] : {std::pair(options.starts, "starts"),
                                    {options.patience, "patience"},
                                    {options.embedding_limit, "embedding_limit"}})
    check_at_least(name, value, 1);
  for (const auto& [value, name] :
       {std::pair(options.dimensions, "dimensions"), {options.most_dimensions, "most_dimensions"}})
    if (value > unknowns)
      throw InvalidOption(std::string(name) + " is " + std::to_string(value) + " but there are " +
                          std::to_string(unknowns) + " unknowns");
  if (options.most_dimensions > 0 && options.dimensions > options.most_dimensions)
    throw InvalidOption("dimensions is " + std::to_string(options.dimensions) + " but most_dimensions is " +
                        std::to_string(options.most_dimensions));
  if (!(options.improvement >= 0 && options.improvement < 1))
    throw InvalidOption("improvement is " + number_text(options.improvement) + " but must be in [0, 1)");
  if (std::isnan(options.target)) throw InvalidOption("target is nan");
  if (options.x0.empty()) return;
  check_shape(static_cast<std::int64_t>(options.x0.size()), 1, unknowns, 1, "x0", "it needs an entry for each unknown");
  for (std::size_t j = 0; j < options.x0.size(); ++j)
    if (!(lower[j] <= options.x0[j] && options.x0[j] <= upper[j]))
      throw InvalidOption("entry " + std::to_string(j) + " of x0 is " + number_text(options.x0[j]) +
                          " but its bounds are " + number_text(lower[j]) + " to " + number_text(upper[j]));
}

std::vector<double> first_centre(const GlobalOptions& options, const std::vector<double>& lower,
                                 const std::vector<double>& upper) {
  if (!options.x0.empty()) return options.x0;
  std::vector<double> centre(lower.size());
  for (std::size_t j = 0; j < centre.size(); ++j) centre[j] = lower[j] / 2 + upper[j] / 2;
  return centre;
}

struct Outcome {
  Status status;
  std::string message;
};

class Search {
 public:
  Search(const EmbeddedFunction& function, const std::vector<double>& lower, const std::vector<double>& upper,
         const GlobalOptions& options)
      : function_(function), lower_(lower), upper_(upper), options_(options) {
    const auto unknowns = static_cast<std::int64_t>(lower.size());
    dimensions_ = options.dimensions > 0 ? options.dimensions : std::min(first_dimensions, unknowns);
    most_dimensions_ = options.most_dimensions > 0 ? options.most_dimensions
                                                   : std::min(std::max(last_dimensions, dimensions_), unknowns);
    dimensions_ = std::min(dimensions_, most_dimensions_);
    fit_.x = first_centre(options, lower, upper);
    fit_.value = std::numeric_limits<double>::infinity();
    centre_ = fit_.x;
  }

  GlobalFit run() {
    std::optional<Outcome> outcome;
    while (!outcome) outcome = embed();
    fit_.status = outcome->status;
    fit_.message = (fit_.solved() ? "solved: " : "not certified: ") + outcome->message;
    fit_.seconds = clock_.seconds();
    return std::move(fit_);
  }

 private:
  // One embedding, and what ends the search after it.
  std::optional<Outcome> embed() {
    const Embedding embedding(lower_, upper_, centre_, dimensions_, seed_of(2 * fit_.embeddings));
    const std::vector<LocalMinimum> minima = solve_in(embedding);
    ++fit_.embeddings;
    fit_.dimensions = dimensions_;
    EmbeddingRecord record{
        .embedding = fit_.embeddings, .dimensions = dimensions_, .value = std::numeric_limits<double>::infinity()};
    const LocalMinimum* least = nullptr;
    for (const LocalMinimum& minimum : minima) {
      fit_.evaluations += minimum.evaluations;
      fit_.derivatives += minimum.derivatives;
      if (minimum.value < record.value) {
        record.value = minimum.value;
        least = &minimum;
      }
    }
    if (least != nullptr) record.improved = take(embedding, *least);
    record.best_value = fit_.value;
    record.evaluations = fit_.evaluations;
    record.derivatives = fit_.derivatives;
    record.seconds = clock_.seconds();
    fit_.history.push_back(record);
    const bool at_most = dimensions_ == most_dimensions_;
    prepare_next(record.improved);
    if (const auto outcome = goal()) return outcome;
    if (options_.on_embedding) {
      EmbeddingProgress progress;
      static_cast<EmbeddingRecord&>(progress) = record;
      progress.x = fit_.x;
      if (!options_.on_embedding(progress)) return Outcome{Status::cancelled, "cancelled by the callback"};
    }
    unproductive_ = record.improved || !at_most ? 0 : unproductive_ + 1;
    return stop();
  }

  // From all starts that the budget allows.
  std::vector<LocalMinimum> solve_in(const Embedding& embedding) {
    std::int64_t starts = options_.starts;
    std::int64_t evaluations =
        options_.start_evaluations > 0 ? options_.start_evaluations : evaluations_per_dimension * (dimensions_ + 1);
    if (options_.evaluation_limit > 0) {
      const std::int64_t left = options_.evaluation_limit - fit_.evaluations;
      starts = std::min(starts, left);
      evaluations = std::min(evaluations, left / starts);
    }
    const std::uint64_t seed = seed_of(2 * fit_.embeddings + 1);
    std::vector<LocalMinimum> minima(static_cast<std::size_t>(starts));
    const auto solve = [&](std::int64_t start) {
      minima[static_cast<std::size_t>(start)] =
          function_.solve(embedding, starting_point(dimensions_, seed, start), evaluations);
    };
    if (function_.is_parallel()) {
      for_each_task(starts, solve);
    } else {
      for (std::int64_t start = 0; start < starts; ++start) solve(start);
    }
    return minima;
  }

  // Makes a point better than the best the best; true if that is progress.
  bool take(const Embedding& embedding, const LocalMinimum& minimum) {
    if (!(minimum.value < fit_.value)) return false;
    const bool is_first = !std::isfinite(fit_.value);
    if (is_first) first_value_ = minimum.value;
    const double fall = fit_.value - minimum.value;
    const bool progress = is_first || fall > options_.improvement * (first_value_ - minimum.value);
    fit_.value = minimum.value;
    embedding.point(minimum.y, fit_.x);
    fit_.best_embedding = fit_.embeddings;
    return progress;
  }

  void prepare_next(bool improved) {
    if (!improved) dimensions_ = std::min(dimensions_ + 1, most_dimensions_);
    const bool from_best = options_.centre == EmbeddingCentre::best ||
                           (options_.centre == EmbeddingCentre::best_while_improving && improved);
    centre_ = from_best ? fit_.x : random_point(lower_, upper_, options_.seed, fit_.embeddings);
  }

  std::optional<Outcome> goal() const {
    if (std::isfinite(fit_.value) && fit_.value <= options_.target)
      return Outcome{Status::converged, "the value " + scientific(fit_.value) + " is at most the target"};
    if (function_.is_sum_of_squares() && fit_.value == 0)
      return Outcome{Status::converged, "the sum of squares is zero, and nothing can be less"};
    return std::nullopt;
  }

  std::optional<Outcome> stop() const {
    const bool nothing = !std::isfinite(fit_.value);
    std::string so_far = nothing ? "no value was finite"
                                 : "the best of " + std::to_string(fit_.embeddings) + " embeddings is of the " +
                                       std::to_string(fit_.best_embedding) + ".";
    const auto ends = [&](Status status, const std::string& why) {
      return Outcome{nothing ? Status::non_finite_input : status, so_far + ", " + why};
    };
    if (unproductive_ >= options_.patience)
      return ends(Status::stalled, "and the last " + std::to_string(unproductive_) + " of " +
                                       std::to_string(dimensions_) + " dimensions found no better");
    if (fit_.embeddings >= options_.embedding_limit) return ends(Status::iteration_limit, "the limit of embeddings");
    if (options_.evaluation_limit > 0 && fit_.evaluations >= options_.evaluation_limit)
      return ends(Status::evaluation_limit, "and all evaluations are spent");
    return std::nullopt;
  }

  std::uint64_t seed_of(std::int64_t use) const {
    return random_words(options_.seed, stream_word(Stream::embeddings, 0),
                        (std::uint64_t{1} << 32) + static_cast<std::uint64_t>(use))[0];
  }

  const EmbeddedFunction& function_;
  const std::vector<double>& lower_;
  const std::vector<double>& upper_;
  const GlobalOptions& options_;
  Stopwatch clock_;
  GlobalFit fit_;
  std::vector<double> centre_;
  std::int64_t dimensions_ = 0;  // of the next embedding
  std::int64_t most_dimensions_ = 0;
  double first_value_ = 0;         // the best of the first embedding that had a finite one
  std::int64_t unproductive_ = 0;  // embeddings of the most dimensions in a row
};

}  // namespace

std::string to_string(EmbeddingCentre centre) {
  switch (centre) {
    case EmbeddingCentre::best_while_improving:
      return "best-while-improving";
    case EmbeddingCentre::best:
      return "best";
    case EmbeddingCentre::random:
      return "random";
  }
  assert(false && "a centre without a name");
  return {};
}

GlobalFit minimize_globally(const BoxObjective& objective, const GlobalOptions& options) {
  check_at_least("unknowns", objective.unknowns, 1);
  if (!objective.value) throw InvalidOption("value is empty: there is no function to minimise");
  check_box(objective.unknowns, objective.lower, objective.upper);
  check_options(options, objective.lower, objective.upper);
  return Search(*embedded(objective), objective.lower, objective.upper, options).run();
}

GlobalFit minimize_globally(const NonlinearProblem& problem, const GlobalOptions& options) {
  check_at_least("unknowns", problem.unknowns, 1);
  check_box(problem.unknowns, problem.lower, problem.upper);
  check_options(options, problem.lower, problem.upper);
  check_problem(problem, first_centre(options, problem.lower, problem.upper), "x0");
  return Search(*embedded(problem), problem.lower, problem.upper, options).run();
}

}  // namespace croquis
