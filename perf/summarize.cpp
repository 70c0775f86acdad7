// Turns the answers of performance programs (FOLDER/PROGRAM.json) into tables for reading (FOLDER/tables.md) and rows
// for plotting (FOLDER/PROGRAM.tsv: number of threads, ratio, name; the last case first, as a plot stacks bars
// upwards).
#include <algorithm>
#include <cstdio>
#include <exception>
#include <fstream>
#include <stdexcept>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

namespace {

using Rows = std::vector<nlohmann::ordered_json>;

Rows read_answers(const std::string& path) {
  std::ifstream file(path);
  if (!file) throw std::runtime_error(path + ": cannot be read");
  return nlohmann::ordered_json::parse(file).get<Rows>();
}

std::string number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.4g", value);
  return text;
}

bool is_standard(const std::string& key) {
  return key == "case" || key == "seconds" || key == "reference" || key == "reference_seconds" || key == "speedup";
}

// Figures that only some programs give become columns of their own.
std::vector<std::string> further_columns(const Rows& rows) {
  std::vector<std::string> columns;
  for (const auto& row : rows)
    for (const auto& [key, value] : row.items())
      if (!is_standard(key) && std::find(columns.begin(), columns.end(), key) == columns.end()) columns.push_back(key);
  return columns;
}

void write_table(std::ostream& out, const std::string& program, const Rows& rows) {
  const std::vector<std::string> further = further_columns(rows);
  out << "### " << program << "\n\n| case | ms | reference | ms | reference / ours | ours / reference |";
  for (const std::string& column : further) out << ' ' << column << " |";
  out << "\n|---|---|---|---|---|---|";
  for (std::size_t k = 0; k < further.size(); ++k) out << "---|";
  out << '\n';
  for (const auto& row : rows) {
    const double speedup = row.at("speedup").get<double>();
    out << "| " << row.at("case").get<std::string>() << " | " << number(1e3 * row.at("seconds").get<double>()) << " | "
        << row.at("reference").get<std::string>() << " | " << number(1e3 * row.at("reference_seconds").get<double>())
        << " | " << number(speedup) << " | " << number(1 / speedup) << " |";
    for (const std::string& column : further)
      out << ' ' << (row.contains(column) ? number(row.at(column).get<double>()) : "") << " |";
    out << '\n';
  }
  out << '\n';
}

// "sparse_sign8 col 131072x500 d1000 t2" ran on 2 threads.
int threads_of(const std::string& name) {
  const std::size_t at = name.rfind(" t");
  return at == std::string::npos ? 1 : std::stoi(name.substr(at + 2));
}

void write_bars(const std::string& path, const Rows& rows) {
  std::ofstream file(path);
  for (auto row = rows.rbegin(); row != rows.rend(); ++row) {
    const auto name = row->at("case").get<std::string>();
    file << threads_of(name) << '\t' << row->at("speedup").get<double>() << '\t' << name << " / "
         << row->at("reference").get<std::string>() << '\n';
  }
  if (!file.flush()) throw std::runtime_error(path + ": cannot be written");
}

}  // namespace

int main(int argc, char** argv) try {
  if (argc < 3) {
    std::fprintf(stderr, "usage: summarize FOLDER PROGRAM...\n");
    return 2;
  }
  const std::string folder = std::string(argv[1]) + "/";
  std::ofstream tables(folder + "tables.md");
  for (int k = 2; k < argc; ++k) {
    const std::string program = argv[k];
    const Rows rows = read_answers(folder + program + ".json");
    write_table(tables, program, rows);
    write_bars(folder + program + ".tsv", rows);
  }
  if (!tables.flush()) throw std::runtime_error(folder + "tables.md: cannot be written");
  return 0;
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
