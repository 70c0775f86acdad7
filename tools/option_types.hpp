// Kinds of options that several commands have.
#pragma once

#include <charconv>
#include <cstdint>
#include <limits>
#include <string>
#include <system_error>
#include <vector>

#include <CLI/CLI.hpp>

namespace croquis::tools {

/// Accepts the decimal integers from `least` to `most`. CLI11's own conversion would take -1 for an unsigned number and
/// cut a number that is too large.
template <class Integer>
CLI::Validator whole_number(Integer most = std::numeric_limits<Integer>::max(), Integer least = 0) {
  const auto check = [most, least](const std::string& given) {
    Integer value = 0;
    const char* const last = given.data() + given.size();
    const auto [end, error] = std::from_chars(given.data(), last, value);
    const bool good = error == std::errc() && end == last && given.front() != '-' && value >= least && value <= most;
    return good ? std::string()
                : given + " is not a whole number from " + std::to_string(least) + " to " + std::to_string(most);
  };
  return CLI::Validator(check, "");
}

/// Accepts the decimal numbers that a double holds, infinity and NaN (which options then refuse by their names).
/// CLI11's own conversion would take an empty word, such as an unset variable of a script, for zero.
CLI::Validator real_number();

/// An option whose value is such a number: a double, or an optional one.
template <class Real>
CLI::Option* add_real(CLI::App& command, const char* name, Real& value, const std::string& what) {
  return command.add_option(name, value, what)->type_name("NUMBER")->check(real_number());
}
/// Several of them, between commas or each with the option's name.
CLI::Option* add_reals(CLI::App& command, const char* name, std::vector<double>& values, const std::string& what);

/// An option whose value is one of a few names; the help lists them.
CLI::Option* add_choice(CLI::App& command, const char* name, std::string& value, const std::string& what,
                        const std::vector<std::string>& names);
/// The same, to be given several times.
CLI::Option* add_choice(CLI::App& command, const char* name, std::vector<std::string>& values, const std::string& what,
                        const std::vector<std::string>& names);

/// Adds --seed and --threads.
void add_seed_option(CLI::App& command, std::uint64_t& seed, const char* what);
void add_threads_option(CLI::App& command, int& threads);

/// The names of all families of sketches.
std::vector<std::string> sketch_names();

/// What every command's help says about files.
inline constexpr char file_help[] =
    "Files are Matrix Market (.mtx), NumPy (.npy), .csv, .tsv or svmlight, each also gzipped;\n"
    "the format is told by the content. The file - is standard input.\n\n";

}  // namespace croquis::tools
