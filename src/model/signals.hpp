#pragma once

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

/// One rule that speaks for or against an X user.  The only description of it: the SQL, `/api/signals/`, the settings
/// and the documentation are made of these rows.
struct Signal {
    std::string_view id;
    std::string_view title;
    std::string_view why;
    std::string_view reason;  ///< of a user with whom it fires, as a sentence; `{}` stands for a number, the value
    std::string_view source;  ///< the literature
    std::array<std::string_view, 2> inputs;  ///< what it is made of; empty: one input alone
    Type type;                               ///< boolean, integer or real
    Fires fires;
    std::optional<double> threshold{};  ///< not for `when_true`
    std::optional<double> full{};       ///< the value from which the strength is 1; none: at the threshold
    double weight;                      ///< negative: it speaks for a person
    std::string_view value;             ///< SQL over the row `i` of inputs; NULL: one of them is missing
    std::string_view provided{};        ///< SQL over `i`: fires only where this is true, too
};

/// Changes when a rule, a default weight or the formula does.
inline constexpr std::string_view kSignalsVersion = "1";
inline constexpr std::string_view kRiskFormula =
    "risk = 1 / (1 + exp(-(bias + sum of contributions))); contribution = weight * strength; strength is 0 where a "
    "signal does not fire; where it does, 1 for a yes-or-no rule, else 0.5 at the threshold, growing evenly to 1 at "
    "`full`";
inline constexpr double kDefaultBias = -3.0;

/// A range of the score: from `from` on.
struct Band {
    std::string_view name;
    double from;
};
inline constexpr std::array kBands{Band{"low", 0.0}, Band{"moderate", 0.2}, Band{"high", 0.5}, Band{"very_high", 0.8}};

std::span<const Signal> all_signals();

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
