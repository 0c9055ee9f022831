#include "insight/reasons.hpp"

#include "insight/words.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>

namespace wdx::insight {
namespace {

using model::Finding;
using model::Type;

/// Signals of how many follow whom: one sentence says it all.
constexpr std::array<std::string_view, 4> kOfFollows{"follow_ratio", "following_limit", "followers_below_15",
                                                     "followers_below_100"};
/// A value from here on is told without a fraction.
constexpr double kWhole = 10;

struct Reason {
    std::string text;
    double contribution;  ///< of all signals behind it
};

/// A finding's value in the sentence of its signal: `{}` stands for the number, `{day|days}` for it and what it counts.
std::string sentence_of(const Finding& finding) {
    const std::string_view text = finding.signal->reason;
    const std::size_t begin = text.find('{');
    if (begin == std::string_view::npos) return std::string(text);
    const std::size_t end = text.find('}', begin);
    const std::string_view words = text.substr(begin + 1, end - begin - 1);
    const int decimals = finding.signal->type == Type::real && std::abs(finding.value) < kWhole ? 1 : 0;
    const std::size_t bar = words.find('|');
    const std::string value = bar == std::string_view::npos
                                  ? number(finding.value, decimals)
                                  : counted(finding.value, words.substr(0, bar), words.substr(bar + 1), decimals);
    return fmt::format("{}{}{}", text.substr(0, begin), value, text.substr(end + 1));
}

bool is_of_follows(const Finding& finding) {
    return std::find(kOfFollows.begin(), kOfFollows.end(), finding.signal->id) != kOfFollows.end();
}

std::string followed_by(double followers) {
    return followers == 0 ? "followed by nobody" : fmt::format("followed by {}", number(followers));
}

/// `Follows 4,980 accounts, followed by 12`, or what is known of it.
std::string sentence_of(const Follows& follows) {
    if (follows.following)
        return fmt::format("Follows {}{}", counted(*follows.following, "account", "accounts"),
                           follows.followers ? ", " + followed_by(*follows.followers) : "");
    std::string text = followed_by(follows.followers.value_or(0));
    text.front() = 'F';
    return text;
}

}  // namespace

std::vector<std::string> reasons_of(const Follows& follows, const std::vector<Finding>& findings) {
    std::vector<Reason> reasons;
    std::optional<std::size_t> of_follows;
    for (const Finding& finding : findings) {
        const bool joins = is_of_follows(finding) && (follows.following || follows.followers);
        if (joins && of_follows) {
            reasons[*of_follows].contribution += finding.contribution;
            continue;
        }
        if (joins) of_follows = reasons.size();
        reasons.push_back({joins ? sentence_of(follows) : sentence_of(finding), finding.contribution});
    }
    std::stable_sort(reasons.begin(), reasons.end(), [](const Reason& a, const Reason& b) {
        return std::abs(a.contribution) > std::abs(b.contribution);
    });
    if (reasons.size() > kMostReasons) reasons.resize(kMostReasons);
    std::vector<std::string> texts;
    texts.reserve(reasons.size() + 1);
    for (Reason& reason : reasons) texts.push_back(std::move(reason.text));
    if (texts.empty()) texts.emplace_back("No signal fires: nothing is known against it");
    return texts;
}

}  // namespace wdx::insight
