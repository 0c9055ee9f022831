#include "insight/triage_summary.hpp"

#include "insight/words.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include <fmt/format.h>

namespace wdx::insight {
namespace {

using model::Cell;
using model::Turn;

/// Fewer harmful users than this among the next so many verdicts: it is time to stop.
constexpr double kWorthwhile = 1;
constexpr std::size_t kLookAhead = 1;  ///< which of kNextVerdicts

bool is_harmful(const Cell& cell) {
    return cell.harmful;
}

/// How likely a user is to be found harmful: the share of the sampled verdicts on users of that rank.
class Chances {
  public:
    explicit Chances(std::span<const Cell> crowd) {
        for (const Stratum& stratum : strata_of(crowd)) shares_[stratum.from_level] = share_of(stratum, is_harmful);
        for (const Cell& cell : crowd) {
            if (!cell.least_risk) continue;
            const auto [level, is_new] = least_risks_.try_emplace(cell.level, *cell.least_risk);
            if (!is_new) level->second = std::min(level->second, *cell.least_risk);
        }
    }

    [[nodiscard]] double of(const Turn& turn) const {
        const auto stratum = shares_.upper_bound(level_of(turn));
        return stratum == shares_.begin() ? shares_.begin()->second : std::prev(stratum)->second;
    }

  private:
    [[nodiscard]] int level_of(const Turn& turn) const {
        int found = 0;
        for (const auto& [level, risk] : least_risks_)
            if (turn.risk && *turn.risk >= risk) found = level;
        return found;
    }

    std::map<int, double> shares_;       ///< by the lowest level of the stratum
    std::map<int, double> least_risks_;  ///< by level
};

std::string say(const TriageSummary& summary) {
    if (summary.unjudged == 0) return "Everybody is judged.";
    const Estimate& left = *summary.harmful_left;
    const double next = *summary.next[kLookAhead];
    const auto verdicts = std::min<std::int64_t>(kNextVerdicts[kLookAhead], summary.unjudged);
    const std::string rest = fmt::format(
        "Of {} not judged yet, about {} {} harmful ({} to {}).",
        counted(static_cast<double>(summary.unjudged), "user", "users"), number(std::round(left.estimate)),
        std::round(left.estimate) == 1 ? "is" : "are", number(std::round(left.low)), number(std::round(left.high)));
    const std::string of_next = verdicts == 1 ? "the next verdict" : fmt::format("the next {} verdicts", verdicts);
    if (next < kWorthwhile)
        return fmt::format("It is time to stop: fewer than one harmful user is expected among {}. {}", of_next, rest);
    return fmt::format("{} Expect {} among {}.", rest, counted(std::round(next), "harmful user", "harmful users"),
                       of_next);
}

}  // namespace

TriageSummary summarize_triage(std::span<const Cell> crowd, std::span<const Turn> turns) {
    TriageSummary summary;
    summary.unjudged = count_unjudged(crowd);
    const std::size_t sampled = count_sampled(crowd);
    if (sampled < model::kLeastSampled && summary.unjudged > 0) {
        summary.text =
            fmt::format("Too early to tell: judge {} more that triage draws at random, and this says what is left.",
                        counted(static_cast<double>(model::kLeastSampled - sampled), "user", "users"));
        return summary;
    }
    summary.harmful_left = summary.unjudged > 0 ? estimate_unjudged(crowd, Count::people, &is_harmful) : Estimate{};
    double found = 0;
    std::size_t place = 0;
    if (summary.unjudged == 0) {
        summary.next.fill(0);
    } else {
        const Chances chances(crowd);
        for (std::size_t i = 0; i < kNextVerdicts.size(); ++i) {
            for (; place < std::min(kNextVerdicts[i], turns.size()); ++place) found += chances.of(turns[place]);
            summary.next[i] = found;
        }
    }
    summary.text = say(summary);
    return summary;
}

}  // namespace wdx::insight
