#include "model/signals.hpp"

#include "base/unicode.hpp"
#include "model/handle_bigrams.hpp"
#include "platform/numbers.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace wdx::model {
namespace {

constexpr double kFewestPosts = 5;
constexpr int kFewestBigrams = 5;

/// @param least  what a smaller divisor counts as
std::optional<double> ratio(const std::optional<double>& value, const std::optional<double>& divisor, double least) {
    if (!value || !divisor) return std::nullopt;
    return *value / std::max(*divisor, least);
}

std::optional<double> lacks(const std::optional<bool>& has) {
    if (!has) return std::nullopt;
    return *has ? 0 : 1;
}

double digits_of(std::string_view handle) {
    return static_cast<double>(
        std::count_if(handle.begin(), handle.end(), [](char c) { return c >= '0' && c <= '9'; }));
}

/// The mean over the pairs of neighbouring letters of how likely the second follows the first, as log10.
std::optional<double> likelihood_of(std::string_view handle) {
    const std::string letters = base::to_lower(handle);
    const auto is_letter = [](char c) { return c >= 'a' && c <= 'z'; };
    std::int64_t sum = 0;
    int pairs = 0;
    for (std::size_t i = 1; i < letters.size(); ++i) {
        if (!is_letter(letters[i - 1]) || !is_letter(letters[i])) continue;
        const auto first = static_cast<std::size_t>(letters[i - 1] - 'a');
        sum += kHandleBigrams[26 * first + static_cast<std::size_t>(letters[i] - 'a')];
        ++pairs;
    }
    if (pairs < kFewestBigrams) return std::nullopt;
    return static_cast<double>(sum) / pairs / 1000;
}

constexpr std::string_view kFameForSale = "Cresci et al. 2015, Fame for sale, Decision Support Systems 80";

constexpr std::array kSignals{
    Signal{.id = "follow_ratio",
           .title = "Follows far more than follow it",
           .why = "Accounts made to follow for money or to be followed back follow at least fifty for each follower.",
           .reason = "Follows {account|accounts} for each one that follows it",
           .source = "Cresci et al. 2015, Fame for sale, Decision Support Systems 80 (the rule of Socialbakers)",
           .inputs = {"following_count", "followers_count"},
           .type = Type::real,
           .fires = Fires::from,
           .threshold = 50,
           .full = 500,
           .weight = 1.5,
           .value = [](const Facts& f) { return ratio(f.following, f.followers, 1); }},
    Signal{.id = "following_limit",
           .title = "Stopped at the limit of following",
           .why = "X lets nobody follow more than 5,000 without followers of about that number: who is near it with "
                  "fewer than 1,000 followers has followed as much as was allowed.",
           .reason = "Follows {account|accounts}, about as many as X allows",
           .source = "X Help Center, About following on X (limits)",
           .inputs = {"following_count", "followers_count"},
           .type = Type::integer,
           .fires = Fires::from,
           .threshold = 4900,
           .weight = 1.0,
           .value = [](const Facts& f) { return f.followers ? f.following : std::nullopt; },
           .provided = [](const Facts& f) { return *f.following <= 5100 && *f.followers < 1000; }},
    Signal{.id = "account_age",
           .title = "Young account",
           .why = "Accounts made for a campaign are young, and so are those that replace suspended ones. In days; the "
                  "core knows the month alone, so it may be up to 30 too many.",
           .reason = "Was at most {day|days} old when last seen",
           .source = "Varol et al. 2017, Online Human-Bot Interactions, ICWSM",
           .inputs = {"created_at", ""},
           .type = Type::integer,
           .fires = Fires::up_to,
           .threshold = 90,
           .full = 0,
           .weight = 1.0,
           .value = [](const Facts& f) { return f.age; }},
    Signal{
        .id = "following_per_day",
        .title = "Follows many a day",
        .why = "Followed accounts for each day since it joined, a month at least: programs follow faster than people.",
        .reason = "Followed {account|accounts} a day since it joined",
        .source = "Yang, Harkreader, Gu 2013, Empirical Evaluation and New Design for Fighting Evolving Twitter "
                  "Spammers, IEEE TIFS 8",
        .inputs = {"following_count", "created_at"},
        .type = Type::real,
        .fires = Fires::from,
        .threshold = 10,
        .full = 100,
        .weight = 1.0,
        .value = [](const Facts& f) { return ratio(f.following, f.age, 30); }},
    Signal{.id = "followers_below_15",
           .title = "Fewer than 15 followers",
           .why = "Hardly anybody found it worth following.",
           .reason = "Followed by {account|accounts}",
           .source = kFameForSale,
           .inputs = {"followers_count", ""},
           .type = Type::integer,
           .fires = Fires::up_to,
           .threshold = 14,
           .weight = 1.0,
           .value = [](const Facts& f) { return f.followers; }},
    Signal{.id = "followers_below_100",
           .title = "Fewer than 100 followers",
           .why = "Few found it worth following; adds to the signal of fewer than 15.",
           .reason = "Followed by {account|accounts}",
           .source = kFameForSale,
           .inputs = {"followers_count", ""},
           .type = Type::integer,
           .fires = Fires::up_to,
           .threshold = 99,
           .weight = 0.6,
           .value = [](const Facts& f) { return f.followers; }},
    Signal{.id = "no_bio",
           .title = "No bio",
           .why = "Accounts made in numbers often say nothing of themselves.",
           .reason = "Has no bio",
           .source = kFameForSale,
           .inputs = {"bio", ""},
           .type = Type::boolean,
           .fires = Fires::when_true,
           .weight = 0.5,
           .value = [](const Facts& f) { return lacks(f.has_bio); }},
    Signal{.id = "no_link",
           .title = "No link in the profile",
           .why = "A person with something to show links to it; most people have none, so it proves little.",
           .reason = "Has no link in the profile",
           .source = kFameForSale,
           .inputs = {"featured_url", ""},
           .type = Type::boolean,
           .fires = Fires::when_true,
           .weight = 0.8,
           .value = [](const Facts& f) { return lacks(f.has_link); }},
    Signal{.id = "handle_digits",
           .title = "Many digits in the handle",
           .why = "Handles that X suggests, or a program makes, end in a row of digits.",
           .reason = "Has {digit|digits} in the handle",
           .source = "Beskow, Carley 2019, Its All in a Name: Detecting and Labeling Bots by Their Name, "
                     "Computational and Mathematical Organization Theory 25",
           .inputs = {"handle", ""},
           .type = Type::integer,
           .fires = Fires::from,
           .threshold = 4,
           .full = 8,
           .weight = 0.4,
           .value = [](const Facts& f) { return f.handle ? std::optional(digits_of(*f.handle)) : std::nullopt; }},
    Signal{.id = "handle_generated",
           .title = "Handle looks generated",
           .why = "The mean of log10 of how likely each letter follows the one before in words of six European "
                  "languages. Only handles with five pairs of letters have it. Names of other languages may look "
                  "unlikely, so it is no proof of anything.",
           .reason = "Has a handle that looks generated",
           .source = "Beskow, Carley 2019, Its All in a Name: Detecting and Labeling Bots by Their Name, "
                     "Computational and Mathematical Organization Theory 25",
           .inputs = {"handle", ""},
           .type = Type::real,
           .fires = Fires::up_to,
           .threshold = -1.75,
           .full = -2.25,
           .weight = 0.4,
           .value = [](const Facts& f) { return f.handle ? likelihood_of(*f.handle) : std::nullopt; }},
    Signal{.id = "name_is_handle",
           .title = "Name equal to the handle",
           .why = "Nobody chose a name. Case does not count.",
           .reason = "Uses the handle as its name",
           .source = "Gurajala et al. 2015, Fake Twitter accounts: profile characteristics, SMSociety",
           .inputs = {"username", "handle"},
           .type = Type::boolean,
           .fires = Fires::when_true,
           .weight = 0.3,
           .value = [](const Facts& f) -> std::optional<double> {
               if (!f.name || !f.handle) return std::nullopt;
               return base::to_lower(*f.name) == base::to_lower(*f.handle) ? 1 : 0;
           }},
    Signal{.id = "repost_share",
           .title = "Reposts nearly always",
           .why = "The share of reposts among its posts, where at least five are known.",
           .reason = "Reposts nearly always",
           .source = "Cresci et al. 2015, Fame for sale, Decision Support Systems 80 (the rule of Socialbakers)",
           .inputs = {"posts", ""},
           .type = Type::real,
           .fires = Fires::from,
           .threshold = 0.9,
           .weight = 0.7,
           .value = [](const Facts& f) -> std::optional<double> {
               if (!f.posts || f.posts_judged < kFewestPosts) return std::nullopt;
               return f.reposts / f.posts_judged;
           }},
    Signal{.id = "repeated_text",
           .title = "The same text again and again",
           .why = "How often its most frequent text was posted, reposts aside.",
           .reason = "Posted the same text {time|times}",
           .source = "Cresci et al. 2015, Fame for sale, Decision Support Systems 80 (the rule of Socialbakers: more "
                     "than three times)",
           .inputs = {"posts", ""},
           .type = Type::integer,
           .fires = Fires::from,
           .threshold = 4,
           .weight = 1.0,
           .value = [](const Facts& f) { return f.posts && *f.posts > 0 ? std::optional(f.same_text) : std::nullopt; }},
    Signal{.id = "no_posts",
           .title = "No posts",
           .why =
               "None was seen in its timeline. Missing of users that the core wrote since 2025-06-28, from when on it "
               "stores nobody without posts.",
           .reason = "Has no posts that were seen",
           .source = "Cresci et al. 2015, Fame for sale, Decision Support Systems 80 (the rule of Socialbakers)",
           .inputs = {"posts", ""},
           .type = Type::boolean,
           .fires = Fires::when_true,
           .weight = 0.7,
           .value = [](const Facts& f) { return f.posts ? std::optional(*f.posts == 0 ? 1.0 : 0.0) : std::nullopt; }},
    Signal{.id = "inactive",
           .title = "Silent for 90 days",
           .why = "Days since its last post that was seen: who is silent may have left, or sleep until it is needed.",
           .reason = "Had not posted for {day|days} when last seen",
           .source = "Chu et al. 2012, Detecting Automation of Twitter Accounts, IEEE TDSC 9 (long hibernation)",
           .inputs = {"posts", ""},
           .type = Type::integer,
           .fires = Fires::from,
           .threshold = 90,
           .weight = 0.4,
           .value = [](const Facts& f) { return f.silent_days; }},
    Signal{
        .id = "certified",
        .title = "Blue mark",
        .why = "Somebody pays for it. It can be bought, so it speaks for a person only weakly.",
        .reason = "Has a blue mark, which speaks for it",
        .source = "X Help Center, X Premium: profile labels and checkmarks",
        .inputs = {"certified", ""},
        .type = Type::boolean,
        .fires = Fires::when_true,
        .weight = -0.4,
        .value =
            [](const Facts& f) { return f.is_certified ? std::optional(*f.is_certified ? 1.0 : 0.0) : std::nullopt; }},
    Signal{.id = "wave",
           .title = "Part of a wave",
           .why = "How many people among the users of the same X account joined in the same month with the same handle "
                  "template or the same bio, where that is more than chance explains.",
           .reason = "Is one of {user|users} who joined in the same month and look alike",
           .source = "Xiao, Freeman, Hwa 2015, Detecting Clusters of Fake Accounts in Online Social Networks, AISec",
           .inputs = {"created_at", "handle"},
           .type = Type::integer,
           .fires = Fires::from,
           .threshold = 3,
           .weight = 1.5,
           .value = [](const Facts& f) { return f.wave; }},
};

}  // namespace

std::span<const Signal> all_signals() {
    return kSignals;
}

std::size_t wave_index() {
    const auto* const found =
        std::find_if(kSignals.begin(), kSignals.end(), [](const Signal& signal) { return signal.id == "wave"; });
    return static_cast<std::size_t>(found - kSignals.begin());
}

double SignalWeights::of(const Signal& signal) const {
    const auto found = weights.find(signal.id);
    return found == weights.end() ? signal.weight : found->second;
}

std::optional<std::string> SignalWeights::read(std::string_view entry) {
    const auto separator = entry.find('=');
    const std::string_view id = entry.substr(0, separator);
    const bool is_known = id == "bias" || std::any_of(kSignals.begin(), kSignals.end(),
                                                      [&](const Signal& signal) { return signal.id == id; });
    if (separator == std::string_view::npos || !is_known)
        return fmt::format("'{}' does not begin with bias= or the id of a signal and =", entry);
    const std::string_view text = entry.substr(separator + 1);
    const double value = platform::parse_double(text).value_or(std::nan(""));
    if (!(std::abs(value) <= kMostWeight))
        return fmt::format("'{}' does not end with a number from -{} to {}", entry, kMostWeight, kMostWeight);
    if (id == "bias") {
        bias = value;
    } else {
        weights.insert_or_assign(std::string(id), value);
    }
    return std::nullopt;
}

}  // namespace wdx::model
