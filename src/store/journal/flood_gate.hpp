#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace wdx::store {

/// How many entries of the log may say the same.  Within a minute, counted from the first one, at most `kPerAddress` of
/// one kind from one address and `kPerKind` of one kind from everywhere are let through; what is held back is
/// counted, and when the minute is over one summary tells how many.  Pure: the time is passed in.
class FloodGate {
  public:
    using Time = std::chrono::steady_clock::time_point;

    static constexpr std::uint64_t kPerAddress = 10;
    static constexpr std::uint64_t kPerKind = 300;
    static constexpr std::chrono::seconds kWindow{60};

    /// What was held back.
    struct Summary {
        std::string kind;
        std::string address;  ///< empty: from many addresses, beyond `kPerKind`
        std::uint64_t count = 0;
    };

    /// @param address  empty for what has none
    /// @return true when the entry is to be written, false when it has been counted instead
    bool let_through(std::string_view kind, std::string_view address, Time now);

    /// Ends the minutes that are over, or all of them.  To be called about once a second: a later `let_through` would
    /// not begin a new minute by itself.
    /// @return the summaries that are due
    std::vector<Summary> close_windows(Time now);
    std::vector<Summary> close_all();

  private:
    struct Window {
        Time began;
        std::uint64_t passed = 0;
        std::uint64_t held = 0;
    };
    using Key = std::pair<std::string, std::string>;

    Window& window(std::string_view kind, std::string_view address, Time now);

    /// A kind's window of all addresses has the address `*`, which none is.  There are at most twice `kPerKind`
    /// others.
    std::map<Key, Window> windows_;
};

}  // namespace wdx::store
