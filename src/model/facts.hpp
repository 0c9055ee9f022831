#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace wdx::model {

using Microseconds = std::chrono::sys_time<std::chrono::microseconds>;

/// What the signals of a user are made of.  What is nullopt is not known: this generation of the core lacks it, or the
/// core did not see it.
struct Facts {
    std::optional<std::string> handle{};
    std::optional<std::string> name{};  ///< that is shown beside the handle
    std::optional<bool> has_bio{};
    std::optional<bool> has_link{};
    std::optional<bool> is_certified{};
    std::optional<double> following{};
    std::optional<double> followers{};
    std::optional<double> age{};          ///< days since it joined, when it was last seen; known to the month
    std::optional<double> posts{};        ///< that were seen
    double posts_judged = 0;              ///< of which is known whether they are reposts
    double reposts = 0;                   ///< among those
    double same_text = 0;                 ///< how often its most frequent text occurs, reposts aside
    std::optional<double> silent_days{};  ///< whole days from its last post to when it was last seen
    std::optional<double> wave{};         ///< people in the largest wave that it is in; 0: none
};

/// A row of the core's users with what is counted of its posts, as the connected database has them.
struct Source {
    std::int64_t id = 0;
    std::int64_t account = -1;  ///< -1: none of ours
    std::optional<std::string> handle{};
    std::optional<std::string> name{};
    std::optional<std::string> bio{};
    std::optional<std::string> link{};
    bool knows_bio = false;  ///< this generation of the core has the column
    bool knows_link = false;
    bool knows_posts = false;
    std::optional<bool> is_certified{};
    std::optional<double> following{};
    std::optional<double> followers{};
    std::optional<std::chrono::sys_days> joined{};
    std::optional<Microseconds> last_updated{};
    std::int64_t posts = 0;
    std::int64_t posts_judged = 0;
    std::int64_t reposts = 0;
    std::int64_t same_text = 0;
    std::optional<Microseconds> last_post{};
};

}  // namespace wdx::model
