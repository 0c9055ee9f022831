#include "insight/score.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace wdx::insight {
namespace {

using model::Facts;
using model::Signal;

/// A field that signals are made of, by its name in Signal::inputs.
struct Input {
    std::string_view name;
    bool (*is_known)(const Facts& facts);
};

constexpr std::array kInputs{
    Input{"following_count", [](const Facts& f) { return f.following.has_value(); }},
    Input{"followers_count", [](const Facts& f) { return f.followers.has_value(); }},
    Input{"created_at", [](const Facts& f) { return f.age.has_value(); }},
    Input{"bio", [](const Facts& f) { return f.has_bio.has_value(); }},
    Input{"featured_url", [](const Facts& f) { return f.has_link.has_value(); }},
    Input{"handle", [](const Facts& f) { return f.handle.has_value(); }},
    Input{"username", [](const Facts& f) { return f.name.has_value(); }},
    Input{"certified", [](const Facts& f) { return f.is_certified.has_value(); }},
    Input{"posts", [](const Facts& f) { return f.posts.has_value(); }},
};

bool is_known(std::string_view name, const Facts& facts) {
    const auto* const input =
        std::find_if(kInputs.begin(), kInputs.end(), [&](const Input& i) { return i.name == name; });
    return input == kInputs.end() || input->is_known(facts);
}

/// The digit of Assessment::missing.
char missing_of(const Signal& signal, const Facts& facts) {
    const bool first = !is_known(signal.inputs[0], facts);
    const bool second = !signal.inputs[1].empty() && !is_known(signal.inputs[1], facts);
    if (first && second) return '3';
    if (second) return '2';
    return first ? '1' : '4';
}

}  // namespace

std::optional<double> strength_of(const Signal& signal, const std::optional<double>& value, const Facts& facts) {
    if (!value) return std::nullopt;
    bool fires = *value != 0;
    if (signal.fires == model::Fires::from) fires = *value >= *signal.threshold;
    if (signal.fires == model::Fires::up_to) fires = *value <= *signal.threshold;
    if (!fires || (signal.provided != nullptr && !signal.provided(facts))) return 0;
    if (!signal.full) return 1;
    return 0.5 + 0.5 * std::min((*value - *signal.threshold) / (*signal.full - *signal.threshold), 1.0);
}

Assessment assess(const Facts& facts) {
    Assessment assessment;
    for (const Signal& signal : model::all_signals()) {
        const std::optional<double> value = signal.value(facts);
        assessment.values.push_back(value);
        assessment.strengths.push_back(strength_of(signal, value, facts));
        assessment.missing += value ? '0' : missing_of(signal, facts);
    }
    return assessment;
}

std::vector<double> weights_of(const model::SignalWeights& weights) {
    std::vector<double> all;
    for (const Signal& signal : model::all_signals()) all.push_back(weights.of(signal));
    return all;
}

std::optional<double> risk_of(std::span<const std::optional<double>> strengths, std::span<const double> weights,
                              double bias) {
    double sum = bias;
    bool is_known = false;
    for (std::size_t i = 0; i < strengths.size(); ++i) {
        if (!strengths[i]) continue;
        is_known = true;
        sum += weights[i] * *strengths[i];
    }
    if (!is_known) return std::nullopt;
    return 1 / (1 + std::exp(-std::clamp(sum, -700.0, 700.0)));
}

}  // namespace wdx::insight
