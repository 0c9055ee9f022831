#include "model/signals.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

#include <fmt/format.h>

namespace wdx::model {
namespace {

constexpr std::string_view kFameForSale = "Cresci et al. 2015, Fame for sale, Decision Support Systems 80";

constexpr std::array kSignals{
    Signal{.id = "follow_ratio",
           .title = "Follows far more than follow it",
           .why = "Accounts made to follow for money or to be followed back follow at least fifty for each follower.",
           .reason = "It follows {} times as many as follow it.",
           .source = "Cresci et al. 2015, Fame for sale, Decision Support Systems 80 (the rule of Socialbakers)",
           .inputs = {"following_count", "followers_count"},
           .type = Type::real,
           .fires = Fires::from,
           .threshold = 50,
           .full = 500,
           .weight = 1.5,
           .value = "CASE WHEN i.followers IS NOT NULL THEN i.following / greatest(i.followers, 1) END"},
    Signal{.id = "following_limit",
           .title = "Stopped at the limit of following",
           .why = "X lets nobody follow more than 5,000 without followers of about that number: who is near it with "
                  "fewer than 1,000 followers has followed as much as was allowed.",
           .reason = "It follows {}, about as many as X allows, and fewer than 1,000 follow it.",
           .source = "X Help Center, About following on X (limits)",
           .inputs = {"following_count", "followers_count"},
           .type = Type::integer,
           .fires = Fires::from,
           .threshold = 4900,
           .weight = 1.0,
           .value = "CASE WHEN i.followers IS NOT NULL THEN i.following END",
           .provided = "i.following <= 5100 AND i.followers < 1000"},
    Signal{.id = "account_age",
           .title = "Young account",
           .why = "Accounts made for a campaign are young, and so are those that replace suspended ones. In days; the "
                  "core knows the month alone, so it may be up to 30 too many.",
           .reason = "It joined {} days ago at most.",
           .source = "Varol et al. 2017, Online Human-Bot Interactions, ICWSM",
           .inputs = {"created_at", ""},
           .type = Type::integer,
           .fires = Fires::up_to,
           .threshold = 90,
           .full = 0,
           .weight = 1.0,
           .value = "i.age"},
    Signal{
        .id = "following_per_day",
        .title = "Follows many a day",
        .why = "Followed accounts for each day since it joined, a month at least: programs follow faster than people.",
        .reason = "It followed {} accounts for each day since it joined.",
        .source = "Yang, Harkreader, Gu 2013, Empirical Evaluation and New Design for Fighting Evolving Twitter "
                  "Spammers, IEEE TIFS 8",
        .inputs = {"following_count", "created_at"},
        .type = Type::real,
        .fires = Fires::from,
        .threshold = 10,
        .full = 100,
        .weight = 1.0,
        .value = "CASE WHEN i.age IS NOT NULL THEN i.following / greatest(i.age, 30) END"},
    Signal{.id = "followers_below_15",
           .title = "Fewer than 15 followers",
           .why = "Hardly anybody found it worth following.",
           .reason = "{} follow it, fewer than 15.",
           .source = kFameForSale,
           .inputs = {"followers_count", ""},
           .type = Type::integer,
           .fires = Fires::up_to,
           .threshold = 14,
           .weight = 0.5,
           .value = "i.followers"},
    Signal{.id = "followers_below_100",
           .title = "Fewer than 100 followers",
           .why = "Few found it worth following; adds to the signal of fewer than 15.",
           .reason = "{} follow it, fewer than 100.",
           .source = kFameForSale,
           .inputs = {"followers_count", ""},
           .type = Type::integer,
           .fires = Fires::up_to,
           .threshold = 99,
           .weight = 0.3,
           .value = "i.followers"},
    Signal{.id = "no_bio",
           .title = "No bio",
           .why = "Accounts made in numbers often say nothing of themselves.",
           .reason = "It has no bio.",
           .source = kFameForSale,
           .inputs = {"bio", ""},
           .type = Type::boolean,
           .fires = Fires::when_true,
           .weight = 0.5,
           .value = "i.no_bio"},
    Signal{.id = "no_link",
           .title = "No link in the profile",
           .why = "A person with something to show links to it; most people have none, so it weighs little.",
           .reason = "There is no link in its profile.",
           .source = kFameForSale,
           .inputs = {"featured_url", ""},
           .type = Type::boolean,
           .fires = Fires::when_true,
           .weight = 0.2,
           .value = "i.no_link"},
    Signal{.id = "handle_digits",
           .title = "Many digits in the handle",
           .why = "Handles that X suggests, or a program makes, end in a row of digits.",
           .reason = "There are {} digits in its handle.",
           .source = "Beskow, Carley 2019, Its All in a Name: Detecting and Labeling Bots by Their Name, "
                     "Computational and Mathematical Organization Theory 25",
           .inputs = {"handle", ""},
           .type = Type::integer,
           .fires = Fires::from,
           .threshold = 4,
           .full = 8,
           .weight = 0.8,
           .value = "length(regexp_replace(i.handle, '[^0-9]', '', 'g'))"},
    Signal{.id = "handle_generated",
           .title = "Handle looks generated",
           .why = "The mean of log10 of how likely each letter follows the one before in words of six European "
                  "languages. Only handles with five pairs of letters have it. Names of other languages may look "
                  "unlikely, so it is no proof of anything.",
           .reason = "Its handle looks generated: its likelihood is {}.",
           .source = "Beskow, Carley 2019, Its All in a Name: Detecting and Labeling Bots by Their Name, "
                     "Computational and Mathematical Organization Theory 25",
           .inputs = {"handle", ""},
           .type = Type::real,
           .fires = Fires::up_to,
           .threshold = -1.75,
           .full = -2.25,
           .weight = 0.8,
           .value = "i.likelihood"},
    Signal{.id = "name_is_handle",
           .title = "Name equal to the handle",
           .why = "Nobody chose a name. Case does not count.",
           .reason = "Its name is its handle.",
           .source = "Gurajala et al. 2015, Fake Twitter accounts: profile characteristics, SMSociety",
           .inputs = {"username", "handle"},
           .type = Type::boolean,
           .fires = Fires::when_true,
           .weight = 0.3,
           .value = "lower(i.username) = lower(i.handle)"},
    Signal{.id = "repost_share",
           .title = "Reposts nearly always",
           .why = "The share of reposts among its posts, where at least five are known.",
           .reason = "The share of reposts among its posts is {}.",
           .source = "Cresci et al. 2015, Fame for sale, Decision Support Systems 80 (the rule of Socialbakers)",
           .inputs = {"posts", ""},
           .type = Type::real,
           .fires = Fires::from,
           .threshold = 0.9,
           .weight = 0.7,
           .value = "CASE WHEN i.posts_judged >= 5 THEN i.reposts / i.posts_judged END"},
    Signal{.id = "repeated_text",
           .title = "The same text again and again",
           .why = "How often its most frequent text was posted, reposts aside.",
           .reason = "It posted the same text {} times.",
           .source = "Cresci et al. 2015, Fame for sale, Decision Support Systems 80 (the rule of Socialbakers: more "
                     "than three times)",
           .inputs = {"posts", ""},
           .type = Type::integer,
           .fires = Fires::from,
           .threshold = 4,
           .weight = 1.0,
           .value = "CASE WHEN i.posts > 0 THEN i.same_text END"},
    Signal{.id = "no_posts",
           .title = "No posts",
           .why = "None was seen in its timeline.",
           .reason = "No post of it was seen.",
           .source = "Cresci et al. 2015, Fame for sale, Decision Support Systems 80 (the rule of Socialbakers)",
           .inputs = {"posts", ""},
           .type = Type::boolean,
           .fires = Fires::when_true,
           .weight = 0.7,
           .value = "i.posts = 0"},
    Signal{.id = "inactive",
           .title = "Silent for 90 days",
           .why = "Days since its last post that was seen: who is silent may have left, or sleep until it is needed.",
           .reason = "Its last post is {} days old.",
           .source = "Chu et al. 2012, Detecting Automation of Twitter Accounts, IEEE TDSC 9 (long hibernation)",
           .inputs = {"posts", ""},
           .type = Type::integer,
           .fires = Fires::from,
           .threshold = 90,
           .weight = 0.4,
           .value = "i.silent_days"},
    Signal{.id = "certified",
           .title = "Blue mark",
           .why = "Somebody pays for it. It can be bought, so it speaks for a person only weakly.",
           .reason = "It has a blue mark, which speaks for it.",
           .source = "X Help Center, X Premium: profile labels and checkmarks",
           .inputs = {"certified", ""},
           .type = Type::boolean,
           .fires = Fires::when_true,
           .weight = -0.4,
           .value = "i.certified"},
    Signal{.id = "wave",
           .title = "Part of a wave",
           .why = "How many users of the same X account joined in the same month with the same handle template or the "
                  "same bio, where that is more than chance explains.",
           .reason = "It is one of {} that joined in the same month and look alike.",
           .source = "Xiao, Freeman, Hwa 2015, Detecting Clusters of Fake Accounts in Online Social Networks, AISec",
           .inputs = {"created_at", "handle"},
           .type = Type::integer,
           .fires = Fires::from,
           .threshold = 3,
           .weight = 1.5,
           .value = "i.wave"},
};

}  // namespace

std::span<const Signal> all_signals() {
    return kSignals;
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
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || !(std::abs(value) <= kMostWeight))
        return fmt::format("'{}' does not end with a number from -{} to {}", entry, kMostWeight, kMostWeight);
    if (id == "bias") {
        bias = value;
    } else {
        weights.insert_or_assign(std::string(id), value);
    }
    return std::nullopt;
}

}  // namespace wdx::model
