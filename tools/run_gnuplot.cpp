#include "tools/run_gnuplot.hpp"

#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <sstream>

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <croquis/errors.hpp>

namespace croquis::tools {
namespace {

class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::error_code ignored;
    std::string name = (std::filesystem::temp_directory_path(ignored) / "croquis-plot-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) throw FileError(name + ": a temporary folder cannot be made");
    path_ = name;
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

std::string bytes_of(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string one_line(const std::string& text) {
  std::string line;
  for (const char letter : text) line += letter == '\n' ? ' ' : letter;
  while (!line.empty() && line.back() == ' ') line.pop_back();
  return line;
}

// Runs `gnuplot script` with its output to `messages`; returns its exit status.
int gnuplot(const std::filesystem::path& script, const std::filesystem::path& messages) {
  const pid_t child = fork();
  if (child < 0) throw FileError("gnuplot cannot be started");
  if (child == 0) {
    const int file = open(messages.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    if (file < 0 || dup2(file, STDOUT_FILENO) < 0 || dup2(file, STDERR_FILENO) < 0) _exit(126);
    execlp("gnuplot", "gnuplot", script.c_str(), static_cast<char*>(nullptr));
    _exit(127);
  }
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) continue;
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

void check_gnuplot() {
  const char* path = std::getenv("PATH");
  std::istringstream folders(path == nullptr ? "" : path);
  for (std::string folder; std::getline(folders, folder, ':');)
    if (access((folder + "/gnuplot").c_str(), X_OK) == 0) return;
  throw InvalidOption("--plot needs gnuplot, which is not installed (Debian: gnuplot-nox)");
}

}  // namespace

void check_plot(const std::filesystem::path& path) {
  if (path.extension() != ".svg" && path.extension() != ".png")
    throw InvalidOption("--plot " + path.string() + " must end in .svg or .png");
  check_gnuplot();
}

std::string picture_settings(const std::filesystem::path& path, int width, int height) {
  const std::string size = std::to_string(width) + "," + std::to_string(height);
  const std::string terminal =
      path.extension() == ".svg"
          ? "set terminal svg size " + size +
                " font 'DejaVu Sans,Arial,sans-serif' fontscale 1.15 "
                "background rgb '#ffffff' enhanced\n"
          : "set terminal pngcairo size " + size + " font 'DejaVu Sans,13' background rgb '#ffffff' enhanced\n";
  return terminal + "set output output\nset encoding utf8\nink = '#333333'\nset border 3 linecolor rgb ink\n" +
         "set tics textcolor rgb ink\n";
}

// Single quotes would end gnuplot's strings, and its markup gives other characters a meaning.
std::string quoted(const std::string& text) {
  std::string result = "'";
  for (const char letter : text) result += letter == '\'' || static_cast<unsigned char>(letter) < ' ' ? ' ' : letter;
  return result + "'";
}

std::string run_gnuplot(const std::string& script) {
  const TemporaryFolder folder;
  const std::filesystem::path script_file = folder.path() / "plot.gnuplot";
  const std::filesystem::path picture = folder.path() / "picture";
  const std::filesystem::path messages = folder.path() / "messages";
  {
    std::ofstream file(script_file);
    file << "output = '" << picture.string() << "'\n" << script;
    if (!file.flush()) throw FileError(script_file.string() + ": cannot be written");
  }
  const int status = gnuplot(script_file, messages);
  std::string result = bytes_of(picture);
  if (status != 0 || result.empty())
    throw FileError("gnuplot failed with status " + std::to_string(status) + ": " + one_line(bytes_of(messages)));
  return result;
}

}  // namespace croquis::tools
