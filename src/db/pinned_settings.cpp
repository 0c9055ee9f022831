#include "db/pinned_settings.hpp"

#include <array>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace wdx::db {
namespace {

struct PinnedSetting {
    std::string_view name;
    std::string_view value;
    int since = 0;                ///< the first server that has it
    bool of_transactions = true;  ///< it matters within a transaction; false: only to a session

    /// As SET takes it: a list is not quoted, for it would be one element then.
    [[nodiscard]] std::string as_set() const {
        return value.find(',') == std::string_view::npos ? fmt::format("'{}'", value) : std::string(value);
    }
};

// Source: PostgreSQL manual, chapter 20, all parameters that a session may set; those that change what a statement
// means, what it gives, or whether it is run to its end.
constexpr std::array kPinned{
    // The long statements of the signals would be compiled for seconds to save milliseconds.
    PinnedSetting{"jit", "off"},
    // How a statement is read.
    PinnedSetting{"standard_conforming_strings", "on"},  // off: '\S' is 'S'
    PinnedSetting{"transform_null_equals", "off"},
    PinnedSetting{"array_nulls", "on"},
    PinnedSetting{"backslash_quote", "safe_encoding"},
    // How values are written as text, also within JSON.
    PinnedSetting{"TimeZone", "UTC"},
    PinnedSetting{"DateStyle", "ISO, YMD"},
    PinnedSetting{"IntervalStyle", "postgres"},
    PinnedSetting{"extra_float_digits", "1"},  // 0 and less: figures are rounded
    PinnedSetting{"bytea_output", "hex"},
    PinnedSetting{"xmloption", "content"},
    PinnedSetting{"quote_all_identifiers", "off"},
    // Which rows there are, and what a write may do.
    PinnedSetting{"row_security", "on"},
    PinnedSetting{"default_transaction_isolation", "read committed", 0, false},
    PinnedSetting{"default_transaction_read_only", "off", 0, false},
    PinnedSetting{"default_transaction_deferrable", "off", 0, false},
    // When the server gives up: that is said by our own settings.
    PinnedSetting{"lock_timeout", "0"},
    PinnedSetting{"idle_in_transaction_session_timeout", "0"},
    PinnedSetting{"idle_session_timeout", "0", 140000, false},
    PinnedSetting{"transaction_timeout", "0", 170000},
    PinnedSetting{"exit_on_error", "off"},
};

}  // namespace

std::string pin_settings_sql(int server_version, PinFor pin_for) {
    const bool of_session = pin_for == PinFor::session;
    std::vector<std::string> parts;
    for (const PinnedSetting& setting : kPinned) {
        if (server_version < setting.since || (!of_session && !setting.of_transactions)) continue;
        if (pin_for == PinFor::pipeline)
            parts.push_back(fmt::format("pg_catalog.set_config('{}', '{}', true)", setting.name, setting.value));
        else
            parts.push_back(fmt::format("SET {}{} TO {}", of_session ? "" : "LOCAL ", setting.name, setting.as_set()));
    }
    if (pin_for == PinFor::pipeline) return fmt::format("SELECT {}", fmt::join(parts, ", "));
    return fmt::format("{}", fmt::join(parts, "; "));
}

}  // namespace wdx::db
