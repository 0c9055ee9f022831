#pragma once

#include "db/batch.hpp"
#include "db/rows.hpp"
#include "db/session.hpp"

#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace wdx::store {

/// Reads the columns of the core's tables from the catalog, for `CoreSchema`.
extern const db::Query kListCoreColumns;

/// The core's tables as they are in the connected database, whichever generation made them.
class CoreSchema {
  public:
    CoreSchema() = default;
    /// @param rows  the result of kListCoreColumns
    explicit CoreSchema(const db::Rows& rows);
    /// The tables as one generation of watchdxg-core made them.
    /// @param generation  `v1`, `v2` or `v3`
    static CoreSchema of(std::string_view generation);

    [[nodiscard]] bool has(std::string_view table) const { return columns_.contains(table); }
    /// @return the type's name, e.g. `date`; `another type` for one that is never shown; empty when there is no such
    /// column
    [[nodiscard]] std::string_view type(std::string_view table, std::string_view column) const;
    /// The same without columns of the type `timestamp without time zone`: what they say is not known while nobody
    /// knows the zone in which they were written.
    [[nodiscard]] CoreSchema without_local_times() const;
    /// Tables that the connected role may not read.
    [[nodiscard]] const std::set<std::string>& unreadable() const noexcept { return unreadable_; }
    /// The database's own TimeZone, in which the core writes timestamps without zone.
    [[nodiscard]] const std::string& time_zone() const noexcept { return time_zone_; }

    /// What the frozen routes need and is not there: `users`, or `users.featured_url`.
    [[nodiscard]] std::vector<std::string> missing_needed() const;
    /// What came with the second and third generation and is not there.
    [[nodiscard]] std::vector<std::string> missing_later() const;
    /// `v1`, `v2` or `v3`, told by the columns.
    [[nodiscard]] std::string_view generation() const;

    bool operator==(const CoreSchema&) const = default;

  private:
    std::map<std::string, std::map<std::string, std::string, std::less<>>, std::less<>> columns_;
    std::set<std::string> unreadable_;
    std::string time_zone_ = "UTC";
};

/// Reads the catalog over a blocking connection.
/// @throws DbError
CoreSchema read_core_schema(db::Session& session);

}  // namespace wdx::store
