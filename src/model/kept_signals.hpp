#pragma once

#include "model/facts.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace wdx::model {

// What src/insight computes of a user, and src/store/insight keeps.

/// What the signals say of a user, whatever they weigh.  One element for each of all_signals(), in their order.
struct Assessment {
    std::vector<std::optional<double>> values{};     ///< a yes-or-no rule's 1 or 0; nullopt: an input is missing
    std::vector<std::optional<double>> strengths{};  ///< 0..1; nullopt: an input is missing
    /// A digit each: 0, nothing is missing; 1, the first input; 2, the second one; 3, both; 4, neither, but there is
    /// too little to judge by.
    std::string missing{};
};

struct KeptSignals {
    std::int64_t id = 0;
    std::int64_t account = -1;                     ///< -1: none of ours
    std::optional<std::int64_t> handle_key{};      ///< of the handle in lower case
    std::optional<std::chrono::sys_days> month{};  ///< of joining, the first day
    std::optional<std::int64_t> template_key{};
    std::optional<std::int64_t> bio_key{};
    std::optional<std::int64_t> link_key{};
    std::optional<Microseconds> last_seen{};
    std::int64_t posts_seen = 0;
    Assessment assessment{};
    std::optional<std::int64_t> wave{};  ///< people in the largest wave; nullopt: not known
    std::optional<double> risk{};        ///< nullopt: every input is missing
    double tie = 0;                      ///< orders equal risks
};

/// People of one X account who joined in one month and share a template, a bio or a link.
struct Group {
    std::int64_t account = -1;
    std::string kind{};
    std::chrono::sys_days month{};
    std::int64_t key = 0;
    std::int64_t size = 0;
    std::int64_t in_month = 0;  ///< people who joined in it
    std::int64_t with_key = 0;  ///< people who share the key, in any month
    std::int64_t everyone = 0;  ///< people whose month is known

    /// The size that chance explains.
    [[nodiscard]] double expected() const {
        return static_cast<double>(in_month) * static_cast<double>(with_key) / static_cast<double>(everyone);
    }
};

/// A row that shares its handle with others, or did.
struct Namesake {
    std::int64_t id = 0;
    std::int64_t account = -1;
    std::optional<std::int64_t> handle_key{};
    std::optional<std::chrono::sys_days> own_month{};
    std::optional<std::int64_t> last_seen{};
    std::int64_t person = 0;                       ///< as it is kept
    std::optional<std::chrono::sys_days> month{};  ///< as it is kept
};

/// A user whose wave is another one than is kept.
struct WaveChange {
    std::int64_t id = 0;
    std::int64_t wave = 0;
    std::vector<std::optional<double>> strengths{};
    std::optional<double> risk{};
};

}  // namespace wdx::model
