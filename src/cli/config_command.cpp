#include "cli/config_command.hpp"

#include <algorithm>
#include <ostream>

#include <fmt/format.h>
#include <fmt/ostream.h>

namespace wdx::cli {
namespace {

using config::Kind;
using config::Option;
using config::Place;

constexpr std::string_view kMask = "********";
constexpr std::size_t kCommentWidth = 100;

bool is_plain_in_shell(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("_-+.,:/@%=").find(c) != std::string_view::npos;
}

std::string quote_for_shell(const std::string& text) {
    if (std::all_of(text.begin(), text.end(), is_plain_in_shell)) return text;
    std::string quoted = "'";
    for (const char c : text) {
        if (c == '\'')
            quoted += "'\\''";
        else
            quoted += c;
    }
    return quoted + "'";
}

std::string quote_for_toml(std::string_view text) {
    std::string quoted = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') quoted += '\\';
        quoted += c;
    }
    return quoted + '"';
}

std::string toml_value(const Option& option, const config::Config& config) {
    std::string text = option.text(config);
    switch (option.kind()) {
        case Kind::number:
        case Kind::seconds:
            return text;
        case Kind::mode:
            return "0o" + text;
        case Kind::boolean:
            return text == "on" ? "true" : "false";
        case Kind::list: {
            std::string array;
            for (const std::string& entry : config::parse_list(text))
                array += (array.empty() ? "" : ", ") + quote_for_toml(entry);
            return "[" + array + "]";
        }
        case Kind::text:
        case Kind::path:
        case Kind::rate:
        case Kind::log_format:
        case Kind::log_level:
            break;
    }
    return quote_for_toml(text);
}

std::string range(const config::Bounds& bounds, Kind kind) {
    return kind == Kind::mode ? fmt::format("{:04o} to {:04o}", bounds.min, bounds.max)
                              : fmt::format("{} to {}", bounds.min, bounds.max);
}

// What may stand there, e.g. `seconds, 1 to 600`, in the words of TOML or of a plain text.
std::string values_of(const Option& option, Place place) {
    std::string values;
    switch (option.kind()) {
        case Kind::text:
            values = option.is_secret() ? "text, secret" : "text";
            break;
        case Kind::list:
            values = place == Place::file ? "array of texts" : "list, separated by commas";
            break;
        case Kind::boolean:
            values = place == Place::file ? "true, false" : "`on`, `off`";
            break;
        case Kind::number:
            values = option.unit().empty() ? "number" : std::string(option.unit());
            break;
        case Kind::seconds:
            values = "seconds";
            break;
        case Kind::rate:
            values = "rate (`10/min`, `5/s`, `100/hour`, `1000/day`) or `off`";
            break;
        case Kind::log_format:
            values = "`text`, `json`";
            break;
        case Kind::log_level:
            values = "`debug`, `info`, `warning`, `error`";
            break;
        case Kind::path:
            values = "path";
            break;
        case Kind::mode:
            values = "octal mode";
            break;
    }
    if (const auto& bounds = option.bounds()) values += ", " + range(*bounds, option.kind());
    return values;
}

std::string default_of(const Option& option, const config::Config& defaults) {
    const std::string text = option.text(defaults);
    if (text.empty()) return fmt::format("empty: {}", option.empty_means());
    return fmt::format("`{}`", text);
}

std::string without_backticks(std::string text) {
    std::erase(text, '`');
    return text;
}

void write_comment(std::ostream& out, std::string_view text) {
    while (!text.empty()) {
        std::size_t end = text.size();
        if (end > kCommentWidth) {
            const std::size_t blank = text.rfind(' ', kCommentWidth);
            end = blank == std::string_view::npos ? text.size() : blank;
        }
        fmt::print(out, "# {}\n", text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
}

void write_example_entry(std::ostream& out, const Option& option, const config::Config& defaults) {
    write_comment(out, without_backticks(std::string(option.help())));
    std::string values = values_of(option, Place::file);
    if (!option.empty_means().empty()) values += fmt::format("; empty: {}", option.empty_means());
    write_comment(out, without_backticks(fmt::format("({})", values)));
    if (option.is_secret())
        write_comment(
            out, fmt::format("Or the path of a file that holds it: {} = \"...\"", option.file_spelled(Place::file)));
    fmt::print(out, "#{} = {}\n\n", option.spelled(Place::file), toml_value(option, defaults));
}

std::string help_of(const Option& option) {
    std::string help(option.help());
    if (!option.alias().empty()) help += fmt::format(" Also read from `{}`.", option.alias());
    return help;
}

constexpr std::string_view kDocsIntroduction = R"(# Settings

Written by `watchdxg-back config docs`; do not edit it by hand.

Every setting can be given in four places; each goes over the one before:

1. the default;
2. a settings file in TOML, named by `--config FILE` or `WDX_CONFIG_FILE`: flat keys, without tables;
   `watchdxg-back config example` prints one to start from. Lists may be arrays, numbers and `true`/`false` stand as such;
3. the environment, where a variable that is empty counts as not set;
4. a flag of the command line, `--name=value`.

Times are whole seconds. To empty a list or a text that has a default, give an empty flag or an empty value in the file.

A secret may also stand in a file of its own: `WDX_SECRET_KEY_FILE`, `secret_key_file`, `--secret-key-file` take its path,
and one line end at its end is dropped. Giving both the secret and its file in one place is a mistake. Flags are seen by
every user of the machine: prefer the file.

All mistakes are reported at once, by name, also those in a place that another one overrides. Names that do not exist are
mistakes: keys of the file, flags, and variables that begin with `WDX_`. A setting that was removed is still accepted for
two releases: it has no effect, and `serve` and `check` warn of it. `watchdxg-back config dump` prints every setting with the
place it came from, secrets masked.
)";

constexpr std::string_view kExampleIntroduction = R"(# Settings of watchdxg-back, for --config FILE or WDX_CONFIG_FILE.
# Every line is commented out and shows the default; the environment and flags go over this file.
)";

}  // namespace

void dump_config(std::ostream& out, const config::Loaded& loaded) {
    for (const Option& option : config::options()) {
        std::string value = option.text(loaded.config);
        value = option.is_secret() && !value.empty() ? std::string(kMask) : quote_for_shell(value);
        const auto source = loaded.sources.find(option.name());
        const std::string from = source == loaded.sources.end() ? "default" : config::describe(source->second);
        fmt::print(out, "{}={}  # {}\n", option.name(), value, from);
    }
}

void write_config_example(std::ostream& out) {
    const config::Config defaults;
    std::string_view section;
    out << kExampleIntroduction << '\n';
    for (const Option& option : config::options()) {
        if (option.section() != section) fmt::print(out, "# ---- {} ----\n\n", option.section());
        section = option.section();
        write_example_entry(out, option, defaults);
    }
}

void write_given_settings(std::ostream& out, const config::Loaded& loaded) {
    for (const Option& option : config::options()) {
        const auto source = loaded.sources.find(option.name());
        if (source == loaded.sources.end() || !source->second.place) continue;
        const std::string name = option.spelled(Place::file);
        if (option.is_secret())
            fmt::print(out, "# {} is a secret, and not here.\n", name);
        else
            fmt::print(out, "{} = {}\n", name, toml_value(option, loaded.config));
    }
}

void write_config_docs(std::ostream& out) {
    const config::Config defaults;
    std::string_view section;
    out << kDocsIntroduction;
    for (const Option& option : config::options()) {
        if (option.section() != section)
            fmt::print(out,
                       "\n## {}\n\n| Environment | File | Flag | Default | Values | Meaning |\n"
                       "| --- | --- | --- | --- | --- | --- |\n",
                       option.section());
        section = option.section();
        fmt::print(out, "| `{}` | `{}` | `{}` | {} | {} | {} |\n", option.name(), option.spelled(Place::file),
                   option.spelled(Place::flag), default_of(option, defaults), values_of(option, Place::environment),
                   help_of(option));
    }
}

}  // namespace wdx::cli
