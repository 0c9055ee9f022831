#pragma once

#include <cstdint>
#include <string>

namespace wdx::alert {

/// An alert on its way.
struct Message {
    std::int64_t id = 0;
    std::string kind;
    std::string text;    ///< what happened, in words; may name foreign handles; of a digest several lines
    std::string data{};  ///< JSON, an object: the figures behind it
    std::string at{};    ///< `2026-11-30T07:00:00Z`
    std::string html{};  ///< a page; empty: to be made of the text
    std::string link{};  ///< into the console; empty: none
};

}  // namespace wdx::alert
