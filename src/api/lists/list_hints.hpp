#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string_view>
#include <unordered_map>

namespace wdx::api {

/// Whether lists were long the last time: then they are streamed at once, instead of after a short one that was too
/// short.  Only a hint: a wrong one costs time, nothing else.  Belongs to the event loop.
class ListHints {
  public:
    /// A list, by the hash of what asks for it.
    using Key = std::size_t;
    /// @param target  of a request, with its query string
    static Key key_of(std::string_view target) { return std::hash<std::string_view>()(target); }

    /// @return nullopt when it is not known
    [[nodiscard]] std::optional<bool> is_long(Key list) const {
        const auto known = is_long_.find(list);
        return known == is_long_.end() ? std::nullopt : std::optional(known->second);
    }
    void remember(Key list, bool is_long) {
        if (is_long_.size() >= kMost) is_long_.clear();
        is_long_.insert_or_assign(list, is_long);
    }

  private:
    static constexpr std::size_t kMost = 4096;  ///< above, all are forgotten and learned again

    std::unordered_map<Key, bool> is_long_;
};

}  // namespace wdx::api
