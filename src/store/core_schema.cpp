#include "store/core_schema.hpp"

#include <algorithm>
#include <array>

namespace wdx::store {

const db::Query kListCoreColumns{"list_core_columns", R"sql(
    SELECT c.relname::text, a.attname::text, pg_catalog.format_type(a.atttypid, NULL),
           pg_catalog.has_any_column_privilege(c.oid, 'SELECT')
      FROM pg_catalog.pg_class AS c
      JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.oid
     WHERE c.relname IN ('accounts', 'users', 'posts', 'classification', 'actions')
       AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
       AND pg_catalog.pg_table_is_visible(c.oid)
       AND a.attnum > 0
       AND NOT a.attisdropped)sql"};

namespace {

struct WantedColumn {
    std::string_view table;
    std::string_view column;
    std::string_view type;          ///< today's
    std::string_view since = "v1";  ///< the generation that brought it
};

// What the frozen routes answer with: every generation has these.
constexpr std::array kNeededColumns{
    WantedColumn{"accounts", "id", "integer"},
    WantedColumn{"accounts", "handle", "character varying"},
    WantedColumn{"users", "id", "integer"},
    WantedColumn{"users", "account_id", "integer"},
    WantedColumn{"users", "handle", "character varying"},
    WantedColumn{"users", "username", "character varying"},
    WantedColumn{"users", "bio", "text"},
    WantedColumn{"users", "created_at", "date"},
    WantedColumn{"users", "following_count", "integer"},
    WantedColumn{"users", "followers_count", "integer"},
    WantedColumn{"users", "featured_url", "character varying"},
    WantedColumn{"users", "follower", "boolean"},
};

// What came with the second and third generation.
constexpr std::array kLaterColumns{
    WantedColumn{"users", "certified", "boolean", "v2"},
    WantedColumn{"users", "following_str", "character varying", "v2"},
    WantedColumn{"users", "followers_str", "character varying", "v2"},
    WantedColumn{"users", "last_updated", "timestamp without time zone", "v3"},
    WantedColumn{"posts", "id", "bigint", "v2"},
    WantedColumn{"posts", "user_id", "integer", "v2"},
    WantedColumn{"posts", "timestamp", "timestamp with time zone", "v2"},
    WantedColumn{"posts", "username", "character varying", "v2"},
    WantedColumn{"posts", "handle", "character varying", "v2"},
    WantedColumn{"posts", "text", "text", "v2"},
    WantedColumn{"posts", "reposts", "integer", "v2"},
    WantedColumn{"posts", "likes", "integer", "v2"},
    WantedColumn{"posts", "replies", "integer", "v2"},
    WantedColumn{"posts", "views", "integer", "v2"},
    WantedColumn{"posts", "repost", "boolean", "v2"},
    WantedColumn{"classification", "user_id", "integer", "v2"},
    WantedColumn{"classification", "harmful", "boolean", "v2"},
    WantedColumn{"classification", "inactive", "boolean", "v2"},
    WantedColumn{"classification", "classified_at", "timestamp with time zone", "v2"},
    WantedColumn{"classification", "notes", "text", "v2"},
    WantedColumn{"actions", "id", "integer", "v2"},
    WantedColumn{"actions", "user_id", "integer", "v2"},
    WantedColumn{"actions", "action_type", "character varying", "v2"},
    WantedColumn{"actions", "timestamp", "timestamp with time zone", "v2"},
    WantedColumn{"actions", "notes", "text", "v2"},
};

/// `table` once where a whole table is missing, `table.column` otherwise.
std::vector<std::string> list_missing(const CoreSchema& schema, std::span<const WantedColumn> wanted) {
    std::vector<std::string> missing;
    for (const auto& [table, column, type, since] : wanted) {
        if (!schema.has(table)) {
            if (missing.empty() || missing.back() != table) missing.emplace_back(table);
        } else if (schema.type(table, column).empty()) {
            missing.push_back(std::string(table) + "." + std::string(column));
        }
    }
    return missing;
}

}  // namespace

CoreSchema::CoreSchema(const db::Rows& rows) {
    for (int i = 0; i < rows.size(); ++i) {
        const db::Row row = rows[i];
        const std::string table(row.text(0));
        columns_[table].emplace(row.text(1), row.text(2));
        if (!row.boolean(3)) unreadable_.insert(table);
    }
}

CoreSchema CoreSchema::of(std::string_view generation) {
    CoreSchema schema;
    const auto add = [&](const WantedColumn& wanted) {
        if (wanted.since <= generation) schema.columns_[std::string(wanted.table)].emplace(wanted.column, wanted.type);
    };
    std::for_each(kNeededColumns.begin(), kNeededColumns.end(), add);
    std::for_each(kLaterColumns.begin(), kLaterColumns.end(), add);
    if (generation != "v3") schema.columns_["users"]["created_at"] = "timestamp with time zone";
    return schema;
}

std::string_view CoreSchema::type(std::string_view table, std::string_view column) const {
    const auto found = columns_.find(table);
    if (found == columns_.end()) return {};
    const auto entry = found->second.find(column);
    return entry == found->second.end() ? std::string_view{} : std::string_view(entry->second);
}

std::vector<std::string> CoreSchema::missing_needed() const {
    return list_missing(*this, kNeededColumns);
}

std::vector<std::string> CoreSchema::missing_later() const {
    return list_missing(*this, kLaterColumns);
}

std::string_view CoreSchema::generation() const {
    if (type("users", "created_at") == "date") return "v3";
    return type("users", "certified").empty() ? "v1" : "v2";
}

}  // namespace wdx::store
