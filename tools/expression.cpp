#include "tools/expression.hpp"

#include <cctype>
#include <mutex>

#include <croquis/errors.hpp>

#include <muParser.h>

namespace croquis::tools {
namespace {

[[noreturn]] void fail(const std::string& text, const std::string& what, std::ptrdiff_t position) {
  std::string message = "--model \"" + text + "\": " + what;
  if (position >= 0) message += ", at character " + std::to_string(position + 1);
  throw InvalidOption(message);
}

// The name that ends right before `position`; empty if none does.
std::string name_before(const std::string& text, std::ptrdiff_t position) {
  auto first = position;
  const auto in_name = [&](std::ptrdiff_t i) {
    const auto c = static_cast<unsigned char>(text[static_cast<std::size_t>(i)]);
    return std::isalnum(c) || c == '_';
  };
  while (first > 0 && in_name(first - 1)) --first;
  return text.substr(static_cast<std::size_t>(first), static_cast<std::size_t>(position - first));
}

[[noreturn]] void fail(const std::string& text, const mu::ParserError& error) {
  const int position = error.GetPos();
  if (error.GetCode() == mu::ecUNEXPECTED_PARENS && error.GetToken() == "(" && position > 0) {
    const std::string name = name_before(text, position);
    if (!name.empty()) fail(text, name + " is not a function", position - static_cast<std::ptrdiff_t>(name.size()));
  }
  const std::string token = "\"" + error.GetToken() + "\"";
  switch (error.GetCode()) {
    case mu::ecUNEXPECTED_OPERATOR:
    case mu::ecUNASSIGNABLE_TOKEN:
    case mu::ecUNEXPECTED_PARENS:
    case mu::ecUNEXPECTED_FUN:
    case mu::ecUNEXPECTED_VAL:
    case mu::ecUNEXPECTED_VAR:
    case mu::ecUNEXPECTED_ARG:
    case mu::ecUNEXPECTED_ARG_SEP:
    case mu::ecUNEXPECTED_STR:
    case mu::ecUNEXPECTED_CONDITIONAL:
      fail(text, token + " is not expected", position);
    case mu::ecMISSING_PARENS:
      fail(text, "a parenthesis is missing", position - 1);
    case mu::ecTOO_FEW_PARAMS:
      fail(text, "too few arguments of " + token, position - 1);
    case mu::ecTOO_MANY_PARAMS:
      fail(text, "too many arguments of " + token, position - 1);
    case mu::ecUNEXPECTED_EOF:
    case mu::ecINTERNAL_ERROR:
      fail(text, "it ends where an operand is expected", static_cast<std::ptrdiff_t>(text.size()));
    case mu::ecEMPTY_EXPRESSION:
      fail(text, "it is empty", -1);
    default:
      fail(text, error.GetMsg(), position);
  }
}

// muparser takes a lone = for an assignment, which would change what the next row is computed from.
void check_for_assignment(const std::string& text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '=') continue;
    const bool comparison = i > 0 && (text[i - 1] == '<' || text[i - 1] == '>' || text[i - 1] == '!');
    if (i + 1 < text.size() && text[i + 1] == '=') {
      ++i;
    } else if (!comparison) {
      fail(text, "\"=\" is not expected (a comparison is ==)", static_cast<std::ptrdiff_t>(i));
    }
  }
}

// A parser and the variables it reads: not to be used by two threads at once.
struct Evaluator {
  Evaluator(const std::string& text, const std::vector<std::string>& names) : variables(names.size()) {
    for (std::size_t k = 0; k < names.size(); ++k) parser.DefineVar(names[k], &variables[k]);
    parser.SetExpr(text);
  }
  std::vector<double> variables;
  mu::Parser parser;
};

}  // namespace

// As many as there are threads that evaluate at once.
class Expression::Evaluators {
 public:
  Evaluators(const std::string& text, const std::vector<std::string>& names) : text_(text), names_(names) {}

  std::unique_ptr<Evaluator> take() {
    {
      const std::lock_guard lock(mutex_);
      if (!idle_.empty()) {
        auto evaluator = std::move(idle_.back());
        idle_.pop_back();
        return evaluator;
      }
    }
    return std::make_unique<Evaluator>(text_, names_);
  }
  void give_back(std::unique_ptr<Evaluator> evaluator) {
    const std::lock_guard lock(mutex_);
    idle_.push_back(std::move(evaluator));
  }

 private:
  const std::string& text_;
  const std::vector<std::string>& names_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<Evaluator>> idle_;
};

Expression::Expression(const std::string& text) : text_(text) {
  check_for_assignment(text);
  try {
    mu::Parser parser;
    parser.SetExpr(text);
    for (const auto& [name, place] : parser.GetUsedVar()) {
      if (!(std::isalpha(static_cast<unsigned char>(name.front())) || name.front() == '_'))
        fail(text, "\"" + name + "\" is neither a number nor a name", static_cast<std::ptrdiff_t>(text.find(name)));
      variables_.push_back(name);
    }
    for (const char* const constant : {"_e", "_pi"}) {
      mu::Parser without;
      without.ClearConst();
      without.SetExpr(text);
      if (without.GetUsedVar().contains(constant)) constants_.emplace_back(constant);
    }
    evaluators_ = std::make_unique<Evaluators>(text_, variables_);
    auto evaluator = evaluators_->take();
    int results = 0;
    evaluator->parser.Eval(results);
    if (results != 1) fail(text, "it has " + std::to_string(results) + " values, separated by commas, not one", -1);
    evaluators_->give_back(std::move(evaluator));
  } catch (const mu::ParserError& error) {
    fail(text, error);
  }
}

Expression::~Expression() = default;

void Expression::evaluate(std::span<const Value> given, std::span<double> values) const {
  auto evaluator = evaluators_->take();
  try {
    for (std::size_t i = 0; i < values.size(); ++i) {
      for (std::size_t k = 0; k < given.size(); ++k)
        evaluator->variables[k] = given[k].column != nullptr ? given[k].column[i] : given[k].constant;
      values[i] = evaluator->parser.Eval();
    }
  } catch (const mu::ParserError& error) {
    fail(text_, error);
  }
  evaluators_->give_back(std::move(evaluator));
}

}  // namespace croquis::tools
