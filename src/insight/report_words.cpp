#include "insight/report_words.hpp"

#include "insight/report_json.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

#include <fmt/format.h>

namespace wdx::insight {
namespace {

using model::Signal;

constexpr std::string_view kMinus = "\u2212";
constexpr std::array<std::string_view, 12> kMonths{"January",   "February", "March",    "April",
                                                   "May",       "June",     "July",     "August",
                                                   "September", "October",  "November", "December"};
constexpr std::string_view kShare = "%";

/// What the value of a signal counts.  Signals that are not here have a number without a unit.
struct Unit {
    std::string_view signal;
    std::string_view one;
    std::string_view many;
};
constexpr std::array kUnits{
    Unit{"follow_ratio", "account followed for each follower", "accounts followed for each follower"},
    Unit{"following_limit", "account followed", "accounts followed"},
    Unit{"account_age", "day since it joined", "days since it joined"},
    Unit{"following_per_day", "account followed a day", "accounts followed a day"},
    Unit{"followers_below_15", "follower", "followers"},
    Unit{"followers_below_100", "follower", "followers"},
    Unit{"handle_digits", "digit", "digits"},
    Unit{"repost_share", kShare, kShare},
    Unit{"repeated_text", "time", "times"},
    Unit{"inactive", "day since its last post", "days since its last post"},
    Unit{"wave", "person", "people"},
};

const Unit* unit_of(const Signal& signal) {
    const auto* const found =
        std::find_if(kUnits.begin(), kUnits.end(), [&](const Unit& unit) { return unit.signal == signal.id; });
    return found == kUnits.end() ? nullptr : found;
}

bool is_share(const Signal& signal) {
    const Unit* unit = unit_of(signal);
    return unit != nullptr && unit->many == kShare;
}

std::string share_words(double share) {
    return number_words(std::round(share * 1000) / 10) + " %";
}

/// What stands at the places of the zeros must be a digit, everything else must be the same.
bool has_form(std::string_view text, std::string_view form) {
    return text.size() >= form.size() && std::equal(form.begin(), form.end(), text.begin(), [](char wanted, char c) {
               return wanted == '0' ? c >= '0' && c <= '9' : wanted == c;
           });
}

std::optional<std::string_view> month_of(std::string_view date) {
    if (!has_form(date, "0000-00-00")) return std::nullopt;
    const int month = (date[5] - '0') * 10 + (date[6] - '0');
    if (month < 1 || month > 12) return std::nullopt;
    return kMonths.at(static_cast<std::size_t>(month - 1));
}

bool is_time(std::string_view time) {
    return has_form(time, "0000-00-00T00:00:00") && month_of(time);
}

}  // namespace

std::string count_words(std::string_view digits) {
    std::string words;
    if (digits.starts_with('-')) {
        words = kMinus;
        digits.remove_prefix(1);
    }
    for (std::size_t i = 0; i < digits.size(); ++i) {
        if (i > 0 && (digits.size() - i) % 3 == 0) words += ',';
        words += digits[i];
    }
    return words;
}

std::string number_words(double number) {
    const double size = std::abs(number);
    std::string text = fmt::format("{:.{}f}", size, size >= 100 ? 0 : size >= 10 ? 1 : 2);
    if (const auto point = text.find('.'); point != std::string::npos) {
        text.erase(text.find_last_not_of('0') + 1);
        if (text.size() == point + 1) text.pop_back();
    }
    const auto whole = std::min(text.find('.'), text.size());
    const bool is_below_zero = number < 0 && text != "0";
    return fmt::format("{}{}{}", is_below_zero ? kMinus : "", count_words(std::string_view(text).substr(0, whole)),
                       std::string_view(text).substr(whole));
}

std::string score_words(double score) {
    if (score > 0.99 && score < 1) return "above 0.99";
    if (score < 0.01 && score > 0) return "below 0.01";
    return fmt::format("{:.2f}", score);
}

std::string contribution_words(double contribution) {
    return fmt::format("{}{:.2f}", contribution < 0 ? kMinus : "+", std::abs(contribution));
}

std::string moment_words(std::string_view time) {
    if (!is_time(time)) return std::string(time);
    const std::string_view day = time.substr(time[8] == '0' ? 9 : 8, time[8] == '0' ? 1 : 2);
    return fmt::format("{} {} {} at {} UTC", day, *month_of(time), time.substr(0, 4), time.substr(11, 5));
}

std::string table_time(std::string_view time) {
    if (!is_time(time)) return std::string(time);
    return fmt::format("{} {}", time.substr(0, 10), time.substr(11, 8));
}

std::string month_words(std::string_view date) {
    const auto month = month_of(date);
    return month ? fmt::format("{} {}", *month, date.substr(0, 4)) : std::string(date);
}

std::string verdict_words(const base::JsonValue& verdict) {
    if (!verdict.is_object()) return "None yet";
    const auto harmful = truth_of(verdict.find("harmful"));
    const auto inactive = truth_of(verdict.find("inactive"));
    std::string words = !harmful ? "" : *harmful ? "Harmful" : "Not harmful";
    if (inactive.value_or(false)) words += words.empty() ? "Inactive" : ", inactive";
    return words.empty() ? "Left open" : words;
}

std::string value_words(const Signal& signal, double value) {
    if (signal.fires == model::Fires::when_true) return value != 0 ? "yes" : "no";
    if (is_share(signal)) return share_words(value);
    const std::string number = number_words(value);
    const Unit* unit = unit_of(signal);
    return unit == nullptr ? number : fmt::format("{} {}", number, number == "1" ? unit->one : unit->many);
}

std::string threshold_words(const Signal& signal, double threshold) {
    if (signal.fires == model::Fires::when_true) return "if so";
    return fmt::format("{} {}", signal.fires == model::Fires::from ? "at least" : "at most",
                       is_share(signal) ? share_words(threshold) : number_words(threshold));
}

}  // namespace wdx::insight
