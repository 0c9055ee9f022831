#include "config/toml_file.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <toml++/toml.h>

namespace wdx::config {
namespace {

void read_array(const toml::array& array, TomlEntry& entry) {
    std::vector<std::string> texts;
    for (const toml::node& element : array) {
        const toml::value<std::string>* const text = element.as_string();
        // An entry with a comma would come apart later.
        if (text == nullptr || text->get().find(',') != std::string::npos) return;
        texts.push_back(text->get());
    }
    entry.shape = TomlEntry::Shape::list;
    entry.text = format_list(texts);
}

TomlEntry read_entry(std::string_view key, const toml::node& node) {
    TomlEntry entry;
    entry.key = key;
    entry.line = static_cast<unsigned>(node.source().begin.line);
    if (const auto* text = node.as_string()) {
        entry.shape = TomlEntry::Shape::text;
        entry.text = text->get();
    } else if (const auto* integer = node.as_integer()) {
        entry.shape = TomlEntry::Shape::integer;
        entry.text = std::to_string(integer->get());
    } else if (const auto* boolean = node.as_boolean()) {
        entry.shape = TomlEntry::Shape::boolean;
        entry.text = format_bool(boolean->get());
    } else if (const auto* array = node.as_array()) {
        read_array(*array, entry);
    }
    return entry;
}

}  // namespace

Parsed<std::vector<TomlEntry>> parse_toml(const std::string& document) try {
    std::vector<TomlEntry> entries;
    const toml::table table = toml::parse(document);
    for (const auto& [key, node] : table) entries.push_back(read_entry(key.str(), node));
    // The library sorts by name.
    std::stable_sort(entries.begin(), entries.end(),
                     [](const TomlEntry& left, const TomlEntry& right) { return left.line < right.line; });
    return entries;
} catch (const toml::parse_error& e) {
    const toml::source_position at = e.source().begin;
    return Fault{fmt::format("is not TOML at line {}, column {} (a text needs quotes; a key may stand only once)",
                             at.line, at.column)};
}

}  // namespace wdx::config
