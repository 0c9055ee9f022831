#include "alert/kinds.hpp"

#include <algorithm>
#include <array>

namespace wdx::alert {
namespace {

struct Row {
    std::string_view kind;
    std::string_view title;
    std::string_view page;
};

constexpr std::array kRows{
    Row{kind::kNewWave, "A new wave of users", "/waves"},
    Row{kind::kHarmfulShare, "More users are harmful", "/overview"},
    Row{kind::kFollowersDrop, "Followers have gone", "/changes"},
    Row{kind::kCoreSilent, "watchdxg-core is silent", "/overview"},
    Row{kind::kDataQuality, "Faulty data", "/quality"},
    Row{kind::kNewLoginAddress, "A login from a new address", "/settings"},
    Row{kind::kRefreshReuse, "A used token was shown again", "/log"},
    Row{kind::kBackupFailed, "A backup failed", "/log"},
    Row{kind::kQueueStuck, "Planned actions are waiting", "/actions"},
    Row{kind::kDigest, "What happened", "/overview"},
    Row{kind::kTest, "A test", "/settings"},
};

const Row& row_of(std::string_view kind) {
    const auto* const found =
        std::find_if(kRows.begin(), kRows.end(), [kind](const Row& row) { return row.kind == kind; });
    // A newer process beside this one may know of more.
    static constexpr Row kOther{"", "An alert", "/log"};
    return found == kRows.end() ? kOther : *found;
}

}  // namespace

std::string_view title_of(std::string_view kind) {
    return row_of(kind).title;
}

std::string_view page_of(std::string_view kind) {
    return row_of(kind).page;
}

}  // namespace wdx::alert
