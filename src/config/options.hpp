#pragma once

#include "config/checks.hpp"
#include "config/config.hpp"
#include "config/values.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace wdx::config {

/// Where a setting can be given; each place spells its name differently.
enum class Place { file, environment, flag };

/// What kind of value an option takes; decides how it is read, printed and documented.
enum class Kind { text, list, boolean, number, seconds, rate, log_format, log_level, path, mode };

/// The name of a setting as that place spells it: `idle_timeout`, `WDX_IDLE_TIMEOUT`, `--idle-timeout`.
/// @param name  with its prefix `WDX_`
std::string spelled(std::string_view name, Place place);

/// The declaration of one setting: its name, its place in `Config`, its limits and its words.  Immutable once declared.
class Option {
  public:
    using Member = std::variant<std::string Config::*, std::vector<std::string> Config::*, bool Config::*,
                                std::uint32_t Config::*, std::chrono::seconds Config::*, Rate Config::*,
                                LogFormat Config::*, LogLevel Config::*, std::filesystem::path Config::*>;

    Option(std::string_view name, Member member) : name_(name), member_(member) {}

    // Declaring.  The texts must be literals.
    Option& help(std::string_view text);
    /// Never printed, and also readable from a file: `<name>_FILE`.
    Option& secret();
    /// Another environment variable, consulted where neither the environment nor a flag has the setting.
    Option& alias(std::string_view variable);
    Option& between(std::uint64_t min, std::uint64_t max);
    Option& between(std::chrono::seconds min, std::chrono::seconds max);
    /// Of a number: what it counts, for the documentation.
    Option& unit(std::string_view text);
    /// A number that is written in octal, as a file's mode.
    Option& octal();
    /// Looks at a text that is not empty, or at every entry of a list.
    Option& check(Check entry_check);
    /// Of a list: must have an entry.
    Option& not_empty();
    /// What an empty text stands for.
    Option& empty_means(std::string_view text);
    Option& section(std::string_view title);

    [[nodiscard]] std::string_view name() const { return name_; }
    [[nodiscard]] std::string_view help() const { return help_; }
    [[nodiscard]] std::string_view alias() const { return alias_; }
    [[nodiscard]] std::string_view unit() const { return unit_; }
    [[nodiscard]] std::string_view empty_means() const { return empty_means_; }
    [[nodiscard]] std::string_view section() const { return section_; }
    [[nodiscard]] bool is_secret() const { return secret_; }
    [[nodiscard]] const std::optional<Bounds>& bounds() const { return bounds_; }
    [[nodiscard]] Kind kind() const;

    [[nodiscard]] std::string spelled(Place place) const { return config::spelled(name_, place); }
    /// Of a secret: the name that takes a file's path: `secret_key_file`, `WDX_SECRET_KEY_FILE`, `--secret-key-file`.
    [[nodiscard]] std::string file_spelled(Place place) const;

    /// Reads the text into its place in `config`.
    /// @return why it was refused (without the value of a secret); `config` is then unchanged
    [[nodiscard]] std::optional<Fault> set(Config& config, std::string_view text) const;

    /// The value as `set` would read it.  A secret is not masked: the caller does that.
    [[nodiscard]] std::string text(const Config& config) const;

  private:
    [[nodiscard]] std::optional<Fault> store(std::string& target, std::string_view text) const;
    [[nodiscard]] std::optional<Fault> store(std::vector<std::string>& target, std::string_view text) const;
    [[nodiscard]] std::optional<Fault> store(bool& target, std::string_view text) const;
    [[nodiscard]] std::optional<Fault> store(std::uint32_t& target, std::string_view text) const;
    [[nodiscard]] std::optional<Fault> store(std::chrono::seconds& target, std::string_view text) const;
    [[nodiscard]] std::optional<Fault> store(Rate& target, std::string_view text) const;
    [[nodiscard]] std::optional<Fault> store(LogFormat& target, std::string_view text) const;
    [[nodiscard]] std::optional<Fault> store(LogLevel& target, std::string_view text) const;
    [[nodiscard]] std::optional<Fault> store(std::filesystem::path& target, std::string_view text) const;
    [[nodiscard]] std::optional<Fault> refuse_controls(std::string_view text) const;

    std::string_view name_;
    Member member_;
    std::string_view help_;
    std::string_view alias_;
    std::string_view unit_;
    std::string_view empty_means_;
    std::string_view section_;
    bool secret_ = false;
    bool octal_ = false;
    bool not_empty_ = false;
    Check check_ = nullptr;
    std::optional<Bounds> bounds_;
};

/// Every setting, in the order of the documentation; those of one section stand together.  Thread-safe.
std::span<const Option> options();

}  // namespace wdx::config
