#include "insight/keeping.hpp"

#include "base/unicode.hpp"
#include "insight/likeness.hpp"
#include "insight/score.hpp"

#include <algorithm>

namespace wdx::insight {
namespace {

using model::Facts;
using model::Microseconds;
using model::Source;
using std::chrono::days;
using std::chrono::floor;

/// From this day on the core stores nobody without posts (docs/data-quality.md): that a row has none says nothing.
constexpr std::chrono::sys_days kFirstDayWithPostsAlone = std::chrono::year{2025} / std::chrono::June / 28;

std::optional<double> posts_of(const Source& source, bool is_seen) {
    if (!source.knows_posts) return std::nullopt;
    const bool tells_none = is_seen && !(source.last_updated && *source.last_updated >= kFirstDayWithPostsAlone);
    if (source.posts == 0 && !tells_none) return std::nullopt;
    return static_cast<double>(source.posts);
}

std::optional<std::int64_t> key_of_text(const std::optional<std::string>& text) {
    if (!text) return std::nullopt;
    const auto shared = shared_text(*text);
    return shared ? std::optional(key_of(*shared)) : std::nullopt;
}

}  // namespace

Facts facts_of(const Source& source, Microseconds now) {
    const bool is_seen = source.handle || source.name;
    const Microseconds then = source.last_updated.value_or(now);
    const auto has_text = [&](bool is_known, const std::optional<std::string>& text) -> std::optional<bool> {
        if (!is_known || !is_seen) return std::nullopt;
        return text && shared_text(*text).has_value();
    };
    const auto days_since = [&](auto earlier) {
        return std::max(static_cast<double>(floor<days>(then - earlier).count()), 0.0);
    };
    Facts facts{.handle = source.handle,
                .name = source.name,
                .has_bio = has_text(source.knows_bio, source.bio),
                .has_link = has_text(source.knows_link, source.link),
                .is_certified = source.is_certified,
                .following = source.following,
                .followers = source.followers,
                .posts = posts_of(source, is_seen),
                .posts_judged = static_cast<double>(source.posts_judged),
                .reposts = static_cast<double>(source.reposts),
                .same_text = static_cast<double>(source.same_text)};
    if (source.joined) facts.age = days_since(*source.joined);
    if (source.last_post) facts.silent_days = days_since(*source.last_post);
    if (source.joined && source.handle) facts.wave = 0;
    return facts;
}

KeptSignals keep(const Source& source, Microseconds now) {
    const Facts facts = facts_of(source, now);
    KeptSignals kept{.id = source.id,
                     .account = source.account,
                     .bio_key = key_of_text(source.bio),
                     .link_key = key_of_text(source.link),
                     .last_seen = source.last_updated,
                     .posts_seen = source.posts,
                     .assessment = assess(facts),
                     .tie = tie_of(source.id)};
    if (facts.wave) kept.wave = 0;
    if (source.handle) {
        kept.handle_key = key_of(base::to_lower(*source.handle));
        if (const auto shared = handle_template(*source.handle)) kept.template_key = key_of(*shared);
    }
    if (source.joined) {
        const std::chrono::year_month_day day(*source.joined);
        kept.month = std::chrono::sys_days(day.year() / day.month() / 1);
    }
    return kept;
}

void set_wave(KeptSignals& kept, std::int64_t size) {
    const std::size_t index = model::wave_index();
    kept.wave = size;
    kept.assessment.values[index] = static_cast<double>(size);
    kept.assessment.strengths[index] =
        strength_of(model::all_signals()[index], static_cast<double>(size), model::Facts{});
}

}  // namespace wdx::insight
