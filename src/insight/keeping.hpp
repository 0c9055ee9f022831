#pragma once

#include "model/facts.hpp"
#include "model/kept_signals.hpp"

#include <cstdint>

namespace wdx::insight {

using model::KeptSignals;

/// @param now  ages of a row without last_updated are counted to this moment
model::Facts facts_of(const model::Source& source, model::Microseconds now);

/// Everything but the risk and the wave, which depends on others: 0, or nullopt where it cannot be known.
KeptSignals keep(const model::Source& source, model::Microseconds now);

/// Replaces the wave: its value and its strength.
void set_wave(KeptSignals& kept, std::int64_t size);

}  // namespace wdx::insight
