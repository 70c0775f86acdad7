#include "tests/tools/command.hpp"

#include <algorithm>
#include <cstdlib>
#include <string_view>
#include <utility>

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace croquis::test {
namespace {

void redirect(int stream, const std::string& path) {
  const int file = open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
  if (file < 0 || dup2(file, stream) < 0) _exit(126);
}

}  // namespace

CommandResult run_croquis(const std::vector<std::string>& arguments) {
  const char* command = std::getenv("CROQUIS_COMMAND");
  REQUIRE_MESSAGE(command != nullptr, "set CROQUIS_COMMAND to the croquis command");
  const TemporaryFolder folder;
  const std::string output = (folder.path() / "output").string();
  const std::string errors = (folder.path() / "errors").string();
  std::vector<char*> words = {const_cast<char*>(command)};
  for (const std::string& word : arguments) words.push_back(const_cast<char*>(word.c_str()));
  words.push_back(nullptr);

  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    redirect(STDOUT_FILENO, output);
    redirect(STDERR_FILENO, errors);
    execv(command, words.data());
    _exit(127);
  }
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  return {WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status), file_bytes(output), file_bytes(errors)};
}

bool has_expressions() {
  const char* built = std::getenv("CROQUIS_WITH_MUPARSER");
  return built == nullptr || std::string_view(built) == "1";
}

nlohmann::json json_output(const CommandResult& result) {
  INFO(result.output, result.errors);
  // One line, and no more than one.
  CHECK(std::count(result.output.begin(), result.output.end(), '\n') == 1);
  nlohmann::json object = nlohmann::json::parse(result.output, nullptr, false);
  CHECK(object.is_object());
  return object;
}

nlohmann::json json_report(const std::string& subcommand, std::vector<std::string> arguments, int expected_status) {
  arguments.insert(arguments.begin(), subcommand);
  arguments.push_back("--json");
  const CommandResult result = run_croquis(arguments);
  CHECK_MESSAGE(result.status == expected_status, result.output, result.errors);
  return json_output(result);
}

nlohmann::json solve_json(std::vector<std::string> arguments, int expected_status) {
  return json_report("solve", std::move(arguments), expected_status);
}

std::string failure(const std::filesystem::path& folder, std::vector<std::string> arguments, int expected_status) {
  const auto entries = [&] { return std::distance(std::filesystem::directory_iterator(folder), {}); };
  const auto before = entries();
  const CommandResult text = run_croquis(arguments);
  CHECK_MESSAGE(text.status == expected_status, text.output, text.errors);
  CHECK_MESSAGE(text.output.empty(), text.output);
  CHECK_MESSAGE(std::count(text.errors.begin(), text.errors.end(), '\n') == 1, text.errors);
  arguments.push_back("--json");
  const CommandResult machine = run_croquis(arguments);
  CHECK(machine.status == expected_status);
  CHECK(machine.errors == text.errors);
  const nlohmann::json object = json_output(machine);
  CHECK(object["status"] == "error");
  CHECK(object.size() == 2);
  CHECK("croquis: " + object["message"].get<std::string>() + "\n" == text.errors);
  CHECK(entries() == before);
  return object["message"];
}

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

nlohmann::json CommandScene::run_json(std::vector<std::string> arguments, int expected_status) const {
  return json_report(subcommand, std::move(arguments), expected_status);
}

std::string CommandScene::failure(std::vector<std::string> arguments, int expected_status) const {
  arguments.insert(arguments.begin(), subcommand);
  return test::failure(folder.path(), std::move(arguments), expected_status);
}

}  // namespace croquis::test
