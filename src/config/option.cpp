#include "base/ascii.hpp"
#include "config/options.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace wdx::config {
namespace {

constexpr std::string_view kPrefix = "WDX_";

// Keeps the value, or hands the fault on.
template <typename Target, typename Value>
std::optional<Fault> keep(Target& target, Parsed<Value> parsed) {
    if (!parsed) return std::move(parsed).error();
    target = static_cast<Target>(*std::move(parsed));
    return std::nullopt;
}

std::string lower_with(std::string_view name, char separator) {
    std::string result(name.substr(kPrefix.size()));
    for (char& c : result) c = c == '_' ? separator : base::ascii_lower(c);
    return result;
}

std::string format(const std::string& value) {
    return value;
}
std::string format(const std::vector<std::string>& value) {
    return format_list(value);
}
std::string format(bool value) {
    return format_bool(value);
}
std::string format(std::uint32_t value) {
    return std::to_string(value);
}
std::string format(std::chrono::seconds value) {
    return std::to_string(value.count());
}
std::string format(const Rate& value) {
    return format_rate(value);
}
std::string format(LogFormat value) {
    return format_log_format(value);
}
std::string format(LogLevel value) {
    return format_log_level(value);
}
std::string format(const std::filesystem::path& value) {
    return value.string();
}

}  // namespace

std::string spelled(std::string_view name, Place place) {
    switch (place) {
        case Place::file:
            return lower_with(name, '_');
        case Place::flag:
            return "--" + lower_with(name, '-');
        case Place::environment:
            break;
    }
    return std::string(name);
}

Option& Option::help(std::string_view text) {
    help_ = text;
    return *this;
}

Option& Option::secret() {
    secret_ = true;
    return *this;
}

Option& Option::alias(std::string_view variable) {
    alias_ = variable;
    return *this;
}

Option& Option::between(std::uint64_t min, std::uint64_t max) {
    bounds_ = Bounds{min, max};
    return *this;
}

Option& Option::between(std::chrono::seconds min, std::chrono::seconds max) {
    bounds_ = Bounds{static_cast<std::uint64_t>(min.count()), static_cast<std::uint64_t>(max.count())};
    return *this;
}

Option& Option::unit(std::string_view text) {
    unit_ = text;
    return *this;
}

Option& Option::octal() {
    octal_ = true;
    return *this;
}

Option& Option::check(Check entry_check) {
    check_ = entry_check;
    return *this;
}

Option& Option::not_empty() {
    not_empty_ = true;
    return *this;
}

Option& Option::empty_means(std::string_view text) {
    empty_means_ = text;
    return *this;
}

Option& Option::section(std::string_view title) {
    section_ = title;
    return *this;
}

Kind Option::kind() const {
    if (octal_) return Kind::mode;
    // In the order of Member's alternatives.
    constexpr std::array kKinds{Kind::text, Kind::list,       Kind::boolean,   Kind::number, Kind::seconds,
                                Kind::rate, Kind::log_format, Kind::log_level, Kind::path};
    static_assert(kKinds.size() == std::variant_size_v<Member>);
    return kKinds[member_.index()];
}

std::string Option::file_spelled(Place place) const {
    switch (place) {
        case Place::file:
            return spelled(place) + "_file";
        case Place::flag:
            return spelled(place) + "-file";
        case Place::environment:
            break;
    }
    return spelled(place) + "_FILE";
}

std::optional<Fault> Option::set(Config& config, std::string_view text) const {
    return std::visit([&](auto member) { return store(config.*member, text); }, member_);
}

std::string Option::text(const Config& config) const {
    if (octal_) return format_mode(config.*std::get<std::uint32_t Config::*>(member_));
    return std::visit([&](auto member) { return format(config.*member); }, member_);
}

// A NUL would silently end the text in libpq and in system calls; other control characters are slips, except in a key.
std::optional<Fault> Option::refuse_controls(std::string_view text) const {
    const bool is_refused = std::any_of(text.begin(), text.end(), [this](char c) {
        return c == '\0' || (!secret_ && (static_cast<unsigned char>(c) < 0x20 || c == 0x7f));
    });
    if (is_refused) return Fault{"must not contain control characters"};
    return std::nullopt;
}

std::optional<Fault> Option::store(std::string& target, std::string_view text) const {
    if (auto fault = refuse_controls(text)) return fault;
    if (check_ != nullptr && !text.empty())
        if (auto refused = check_(text)) return Fault{*std::move(refused)};
    target = text;
    return std::nullopt;
}

std::optional<Fault> Option::store(std::vector<std::string>& target, std::string_view text) const {
    if (auto fault = refuse_controls(text)) return fault;
    std::vector<std::string> entries = parse_list(text);
    if (not_empty_ && entries.empty()) return Fault{"must have at least one entry"};
    std::string refusals;
    for (const std::string& entry : entries)
        if (const auto refused = check_ == nullptr ? std::nullopt : check_(entry))
            refusals += (refusals.empty() ? "" : "; ") + *refused;
    if (!refusals.empty()) return Fault{std::move(refusals)};
    target = std::move(entries);
    return std::nullopt;
}

std::optional<Fault> Option::store(bool& target, std::string_view text) const {
    return keep(target, parse_bool(text));
}

std::optional<Fault> Option::store(std::uint32_t& target, std::string_view text) const {
    const Bounds bounds = bounds_.value_or(Bounds{});
    return octal_ ? keep(target, parse_mode(text, bounds)) : keep(target, parse_whole_number(text, bounds));
}

std::optional<Fault> Option::store(std::chrono::seconds& target, std::string_view text) const {
    return keep(target, parse_whole_number(text, bounds_.value_or(Bounds{})));
}

std::optional<Fault> Option::store(Rate& target, std::string_view text) const {
    return keep(target, parse_rate(text));
}

std::optional<Fault> Option::store(LogFormat& target, std::string_view text) const {
    return keep(target, parse_log_format(text));
}

std::optional<Fault> Option::store(LogLevel& target, std::string_view text) const {
    return keep(target, parse_log_level(text));
}

std::optional<Fault> Option::store(std::filesystem::path& target, std::string_view text) const {
    if (auto fault = refuse_controls(text)) return fault;
    target = text;
    return std::nullopt;
}

}  // namespace wdx::config
