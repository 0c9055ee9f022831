#include "config/load.hpp"

#include "base/suggest.hpp"
#include "config/database_url.hpp"
#include "config/files.hpp"
#include "config/removed.hpp"
#include "config/toml_file.hpp"

#include <algorithm>
#include <set>
#include <unistd.h>
#include <utility>

#include <fmt/format.h>

namespace wdx::config {
namespace {

constexpr std::string_view kConfigFileVariable = "WDX_CONFIG_FILE";
constexpr std::string_view kPrefix = "WDX_";
constexpr std::size_t kConfigFileLimit = 1024UL * 1024;

/// A value that one place gives, before it is checked.
struct Given {
    const Option* option = nullptr;
    bool is_path = false;  ///< the text is the path of a file that holds the value
    std::string text;
    Source source;
    std::string where;
};

/// A name of a place, looked up.
struct Named {
    const Option* option = nullptr;
    bool is_path = false;
};

std::optional<Named> find_option(Place place, std::string_view name) {
    for (const Option& option : options()) {
        if (option.spelled(place) == name) return Named{&option, false};
        if (option.is_secret() && option.file_spelled(place) == name) return Named{&option, true};
    }
    return std::nullopt;
}

std::vector<std::string> names_of(Place place) {
    std::vector<std::string> names;
    for (const Option& option : options()) {
        names.push_back(option.spelled(place));
        if (option.is_secret()) names.push_back(option.file_spelled(place));
    }
    return names;
}

Mistake unknown(Place place, std::string name, std::string where) {
    for (const Option& option : options())
        if (option.file_spelled(place) == name)
            return {std::move(name), "unknown setting, only secrets are read from files", std::move(where)};
    const std::optional<std::string> meant = base::closest_name(name, names_of(place));
    std::string text = meant ? fmt::format("unknown setting, did you mean {}?", *meant) : "unknown setting";
    return {std::move(name), std::move(text), std::move(where)};
}

// What a TOML value says to this option, as text.
Parsed<std::string> text_for(const Option& option, const TomlEntry& entry) {
    using Shape = TomlEntry::Shape;
    const Kind kind = option.kind();
    const bool is_number = kind == Kind::number || kind == Kind::seconds;
    switch (entry.shape) {
        case Shape::text:
            return parsed_text(entry.text);
        case Shape::integer:
            // 0o660 has been read as a number: it goes back to octal.
            if (kind == Kind::mode && !entry.text.starts_with('-'))
                return parsed_text(fmt::format("{:o}", std::stoull(entry.text)));
            if (is_number) return parsed_text(entry.text);
            break;
        case Shape::boolean:
            if (kind == Kind::boolean) return parsed_text(entry.text);
            break;
        case Shape::list:
            if (kind == Kind::list) return parsed_text(entry.text);
            break;
        case Shape::unsupported:
            break;
    }
    if (kind == Kind::list) return Fault{"must be an array of texts (without commas in them), or a text"};
    if (kind == Kind::boolean) return Fault{"must be true or false"};
    if (is_number) return Fault{"must be a whole number"};
    if (kind == Kind::mode) return Fault{"must be an octal mode such as 0o660"};
    return Fault{"must be a text in quotes"};
}

class Loader {
  public:
    explicit Loader(const Inputs& inputs) : inputs_(inputs) {
        for (const Option& option : options()) loaded_.sources.emplace(option.name(), Source{});
    }

    boost::system::result<Loaded, std::vector<Mistake>> run() {
        apply(file_values());
        apply(environment_values());
        apply(flag_values());
        settle_data_dir();
        settle_database_password();
        check_tls();
        check_mail();
        if (!mistakes_.empty()) return std::move(mistakes_);
        return std::move(loaded_);
    }

  private:
    void add_mistake(const Given& given, std::string text) {
        const std::string_view suffix = given.is_path ? "_FILE" : "";
        mistakes_.push_back({fmt::format("{}{}", given.option->name(), suffix), std::move(text), given.where});
    }

    std::vector<Given> file_values() {
        std::string asked_by = "--config";
        std::optional<std::filesystem::path> path = inputs_.config_file;
        if (!path) {
            asked_by = kConfigFileVariable;
            path = find_variable(inputs_.environment, kConfigFileVariable);
        }
        if (!path) return {};

        const Parsed<std::string> document = read_file(*path, kConfigFileLimit);
        if (!document) {
            mistakes_.push_back(
                {asked_by, document.error().text, asked_by == kConfigFileVariable ? "environment" : "flag"});
            return {};
        }
        const Parsed<std::vector<TomlEntry>> entries = parse_toml(*document);
        if (!entries) {
            mistakes_.push_back({path->string(), entries.error().text, "settings file"});
            return {};
        }
        std::vector<Given> values;
        for (const TomlEntry& entry : *entries) add_entry(*path, entry, values);
        return values;
    }

    void add_entry(const std::filesystem::path& path, const TomlEntry& entry, std::vector<Given>& values) {
        if (is_removed(Place::file, entry.key)) return;
        std::string where = fmt::format("{}, line {}", path.string(), entry.line);
        const std::optional<Named> named = find_option(Place::file, entry.key);
        if (!named) {
            mistakes_.push_back(unknown(Place::file, entry.key, std::move(where)));
            return;
        }
        Given given{named->option, named->is_path, {}, {Place::file, entry.key, path, {}}, std::move(where)};
        const bool is_text = entry.shape == TomlEntry::Shape::text;
        Parsed<std::string> text =
            given.is_path && !is_text ? Fault{"must be a path in quotes"} : text_for(*given.option, entry);
        if (!text) {
            add_mistake(given, text.error().text);
            return;
        }
        given.text = *std::move(text);
        values.push_back(std::move(given));
    }

    std::vector<Given> environment_values() {
        std::vector<Given> values;
        for (const auto& [name, text] : inputs_.environment) {
            if (text.empty() || name == kConfigFileVariable || !name.starts_with(kPrefix)) continue;
            add_named(Place::environment, "environment", name, text, values);
        }
        add_aliases(values);
        return values;
    }

    std::vector<Given> flag_values() {
        std::vector<Given> values;
        for (const auto& [name, text] : inputs_.flags) add_named(Place::flag, "flag", name, text, values);
        return values;
    }

    void add_named(Place place, std::string where, const std::string& name, const std::string& text,
                   std::vector<Given>& values) {
        if (is_removed(place, name)) return;
        const std::optional<Named> named = find_option(place, name);
        if (named) {
            values.push_back({named->option, named->is_path, text, {place, name, {}, {}}, std::move(where)});
        } else {
            mistakes_.push_back(unknown(place, name, std::move(where)));
        }
    }

    /// Warns of a removed setting, once however often it is given.
    bool is_removed(Place place, std::string_view name) {
        const RemovedSetting* const removed = find_removed(place, name);
        if (removed == nullptr) return false;
        std::string warning = describe(*removed);
        std::vector<std::string>& warnings = loaded_.warnings;
        if (std::find(warnings.begin(), warnings.end(), warning) == warnings.end())
            warnings.push_back(std::move(warning));
        return true;
    }

    // An alias belongs to other programs as well: where the setting itself is given, it is not even looked at.
    void add_aliases(std::vector<Given>& values) {
        for (const Option& option : options()) {
            if (option.alias().empty() || is_given(option)) continue;
            std::optional<std::string> text = find_variable(inputs_.environment, option.alias());
            if (!text) continue;
            std::string alias(option.alias());
            std::string where = "environment: " + alias;
            values.push_back(
                {&option, false, *std::move(text), {Place::environment, std::move(alias), {}, {}}, std::move(where)});
        }
    }

    // Whether the environment or a flag has the setting, under either of its names.
    [[nodiscard]] bool is_given(const Option& option) const {
        return find_variable(inputs_.environment, option.spelled(Place::environment)) ||
               find_variable(inputs_.environment, option.file_spelled(Place::environment)) ||
               inputs_.flags.contains(option.spelled(Place::flag)) ||
               inputs_.flags.contains(option.file_spelled(Place::flag));
    }

    void apply(std::vector<Given> values) {
        std::set<const Option*> seen;
        for (Given& given : values) {
            if (seen.insert(given.option).second) {
                apply_one(given);
            } else {
                const std::string_view name = given.option->name();
                mistakes_.push_back(
                    {std::string(name), fmt::format("give this or {}_FILE, not both", name), given.where});
            }
        }
    }

    void apply_one(Given& given) {
        if (given.is_path) {
            given.source.secret_file = given.text;
            Parsed<std::string> contents = read_secret(given.text);
            if (!contents) {
                add_mistake(given, contents.error().text);
                return;
            }
            given.text = *std::move(contents);
        }
        if (std::optional<Fault> fault = given.option->set(loaded_.config, given.text)) {
            add_mistake(given, std::move(fault->text));
            return;
        }
        loaded_.sources.insert_or_assign(std::string(given.option->name()), std::move(given.source));
    }

    // Absolute, so that no later change of the working directory moves it.
    void settle_data_dir() {
        std::filesystem::path& data_dir = loaded_.config.data_dir;
        if (data_dir.empty()) {
            const auto path = default_data_dir(inputs_.environment, inputs_.uid);
            if (path)
                data_dir = *path;
            else
                mistakes_.push_back({"WDX_DATA_DIR", "must be given where HOME is not set", "default"});
        } else {
            data_dir = std::filesystem::absolute(data_dir);
        }
    }

    void settle_database_password() {
        Config& config = loaded_.config;
        if (config.database_password.empty()) return;
        for (std::string* url : {&config.database_url, &config.database_direct_url, &config.database_replica_url})
            if (!url->empty()) *url = with_password(*url, config.database_password);
    }

    // A certificate without its key, or the other way round, would leave the server without TLS.
    void check_tls() {
        const Config& config = loaded_.config;
        if (config.tls_cert.empty() == config.tls_key.empty()) return;
        const std::string given = config.tls_key.empty() ? "WDX_TLS_CERT" : "WDX_TLS_KEY";
        const std::string missing = config.tls_key.empty() ? "WDX_TLS_KEY" : "WDX_TLS_CERT";
        mistakes_.push_back(
            {missing, fmt::format("is missing: {} needs it", given), describe(loaded_.sources.at(given))});
    }

    // Alerts that are to be mailed need a server that takes the mail, and the other way round.
    void check_mail() {
        const Config& config = loaded_.config;
        if (config.alert_email.empty() == config.smtp_url.empty()) return;
        const std::string given = config.smtp_url.empty() ? "WDX_ALERT_EMAIL" : "WDX_SMTP_URL";
        const std::string missing = config.smtp_url.empty() ? "WDX_SMTP_URL" : "WDX_ALERT_EMAIL";
        mistakes_.push_back(
            {missing, fmt::format("is missing: {} needs it", given), describe(loaded_.sources.at(given))});
    }

    const Inputs& inputs_;
    Loaded loaded_;
    std::vector<Mistake> mistakes_;
};

}  // namespace

Inputs process_inputs() {
    Inputs inputs;
    for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
        const std::string_view text = *entry;
        const std::size_t equals = text.find('=');
        if (equals == std::string_view::npos) continue;
        // The first of two variables with one name is the one that getenv finds.
        inputs.environment.emplace(text.substr(0, equals), text.substr(equals + 1));
    }
    inputs.uid = geteuid();
    return inputs;
}

std::string describe(const Source& source) {
    if (!source.place) return "default";
    const std::string secret =
        source.secret_file.empty() ? "" : fmt::format("{}={}", source.given_as, source.secret_file.string());
    switch (*source.place) {
        case Place::file:
            return fmt::format("file {}{}{}", source.config_file.string(), secret.empty() ? "" : ": ", secret);
        case Place::flag:
            return secret.empty() ? "flag" : "flag: " + secret;
        case Place::environment:
            break;
    }
    if (!secret.empty()) return "environment: " + secret;
    return source.given_as.starts_with(kPrefix) ? "environment" : "environment: " + source.given_as;
}

std::string describe(const Mistake& mistake) {
    return fmt::format("{}: {} ({})", mistake.name, mistake.text, mistake.where);
}

boost::system::result<Loaded, std::vector<Mistake>> load(const Inputs& inputs) {
    return Loader(inputs).run();
}

}  // namespace wdx::config
