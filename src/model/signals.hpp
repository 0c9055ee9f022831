#pragma once

#include "model/facts.hpp"
#include "model/resource.hpp"

#include <array>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace wdx::model {

/// Where a signal fires.
enum class Fires {
    when_true,  ///< the value is a boolean
    from,       ///< at the threshold and above it
    up_to,      ///< at the threshold and below it
};

/// One rule that speaks for or against an X user.  The only description of it: the score, `/api/signals/`, the settings
/// and the documentation are made of these rows.
struct Signal {
    std::string_view id;
    std::string_view title;
    std::string_view why;
    /// Of a user with whom it fires, as a sentence; `{}` stands for the value, `{day|days}` for it and what it counts.
    std::string_view reason;
    std::string_view source;                 ///< the literature
    std::array<std::string_view, 2> inputs;  ///< what it is made of; empty: one input alone
    Type type;                               ///< boolean, integer or real
    Fires fires;
    std::optional<double> threshold{};  ///< not for `when_true`
    std::optional<double> full{};       ///< the value from which the strength is 1; none: at the threshold
    double weight;                      ///< negative: it speaks for a person
    /// Of a user, a yes-or-no rule's 1 or 0; nullopt: an input is missing.
    std::optional<double> (*value)(const Facts& facts);
    bool (*provided)(const Facts& facts) = nullptr;  ///< fires only where this is true, too; none: always
};

/// Changes when a rule, a default weight or the formula does.
inline constexpr std::string_view kSignalsVersion = "2";
inline constexpr std::string_view kRiskFormula =
    "risk = 1 / (1 + exp(-(bias + sum of contributions))); contribution = weight * strength; strength is 0 where a "
    "signal does not fire; where it does, 1 for a yes-or-no rule, else 0.5 at the threshold, growing evenly to 1 at "
    "`full`";
inline constexpr double kDefaultBias = -3.0;

/// A user is in the last band whose score and rank she has: few enough users to look at, and each with a reason.
struct Band {
    std::string_view name;
    double from;       ///< the score, at least
    double from_rank;  ///< the rank among the users of the X account, at least
};
inline constexpr std::array kBands{Band{"low", 0.0, 0.0}, Band{"moderate", 0.08, 0.7}, Band{"high", 0.12, 0.9},
                                   Band{"very_high", 0.2, 0.98}};

std::span<const Signal> all_signals();
/// Where the wave stands among them: the only signal that depends on other users.
std::size_t wave_index();

/// What the operator gives the signals; whatever is not named has its default.
struct SignalWeights {
    double bias = kDefaultBias;
    std::map<std::string, double, std::less<>> weights{};  ///< by id

    [[nodiscard]] double of(const Signal& signal) const;

    /// Takes over one entry of the setting: `wave=2` or `bias=-3.5`.
    /// @return why it is refused, as the end of a sentence; nullopt when it is fine
    std::optional<std::string> read(std::string_view entry);
};

/// A weight and the bias are at most so far from zero.
inline constexpr double kMostWeight = 100;

}  // namespace wdx::model
