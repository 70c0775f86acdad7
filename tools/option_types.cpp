#include "tools/option_types.hpp"

#include <algorithm>
#include <charconv>
#include <system_error>

#include <croquis/sketch/any_sketch.hpp>

namespace croquis::tools {
namespace {

constexpr int most_threads = 4096;

std::string joined(const std::vector<std::string>& names) {
  std::string list;
  for (const std::string& name : names) list += (list.empty() ? "" : ", ") + name;
  return list;
}

// A validator of our own: CLI11's would repeat the list beside the option's name.
CLI::Validator one_of(const std::vector<std::string>& names) {
  const auto check = [names](const std::string& given) {
    return std::find(names.begin(), names.end(), given) != names.end() ? std::string()
                                                                       : given + " is not one of " + joined(names);
  };
  return CLI::Validator(check, "");
}

// Words between commas, or each with the option's name: those that follow are positionals.
CLI::Option* separated_by_commas(CLI::Option* option) {
  return option->delimiter(',')->expected(1)->allow_extra_args(false)->multi_option_policy(
      CLI::MultiOptionPolicy::TakeAll);
}

}  // namespace

CLI::Validator real_number() {
  const auto check = [](const std::string& given) {
    double value = 0;
    const char* const last = given.data() + given.size();
    const auto [end, error] = std::from_chars(given.data() + (given.starts_with('+') ? 1 : 0), last, value);
    return error == std::errc() && end == last ? std::string()
                                               : "\"" + given + "\" is not a number that a double holds";
  };
  return CLI::Validator(check, "");
}

CLI::Option* add_reals(CLI::App& command, const char* name, std::vector<double>& values, const std::string& what) {
  return separated_by_commas(command.add_option(name, values, what)->type_name("NUMBERS"))->check(real_number());
}

CLI::Option* add_choice(CLI::App& command, const char* name, std::string& value, const std::string& what,
                        const std::vector<std::string>& names) {
  return command.add_option(name, value, what + ": " + joined(names))->type_name("NAME")->check(one_of(names));
}

CLI::Option* add_choice(CLI::App& command, const char* name, std::vector<std::string>& values, const std::string& what,
                        const std::vector<std::string>& names) {
  return separated_by_commas(command.add_option(name, values, what + ": " + joined(names))->type_name("NAME"))
      ->check(one_of(names));
}

void add_seed_option(CLI::App& command, std::uint64_t& seed, const char* what) {
  command.add_option("--seed", seed, what)->type_name("NUMBER")->check(whole_number<std::uint64_t>());
}

void add_threads_option(CLI::App& command, int& threads) {
  command.add_option("--threads", threads, "Threads to use (0: all)")
      ->type_name("NUMBER")
      ->check(whole_number(most_threads));
}

std::vector<std::string> sketch_names() {
  std::vector<std::string> names;
  for (const SketchFamily family : all_sketch_families()) names.push_back(to_string(family));
  return names;
}

}  // namespace croquis::tools
