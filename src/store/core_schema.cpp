#include "store/core_schema.hpp"

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
};

// What the frozen routes answer with: every generation has these.
constexpr std::array kNeededColumns{
    WantedColumn{"accounts", "id"},
    WantedColumn{"accounts", "handle"},
    WantedColumn{"users", "id"},
    WantedColumn{"users", "account_id"},
    WantedColumn{"users", "handle"},
    WantedColumn{"users", "username"},
    WantedColumn{"users", "bio"},
    WantedColumn{"users", "created_at"},
    WantedColumn{"users", "following_count"},
    WantedColumn{"users", "followers_count"},
    WantedColumn{"users", "featured_url"},
    WantedColumn{"users", "follower"},
};

// What came with the second and third generation.
constexpr std::array kLaterColumns{
    WantedColumn{"users", "certified"},
    WantedColumn{"users", "following_str"},
    WantedColumn{"users", "followers_str"},
    WantedColumn{"users", "last_updated"},
    WantedColumn{"posts", "id"},
    WantedColumn{"posts", "user_id"},
    WantedColumn{"posts", "timestamp"},
    WantedColumn{"posts", "username"},
    WantedColumn{"posts", "handle"},
    WantedColumn{"posts", "text"},
    WantedColumn{"posts", "reposts"},
    WantedColumn{"posts", "likes"},
    WantedColumn{"posts", "replies"},
    WantedColumn{"posts", "views"},
    WantedColumn{"posts", "repost"},
    WantedColumn{"classification", "user_id"},
    WantedColumn{"classification", "harmful"},
    WantedColumn{"classification", "inactive"},
    WantedColumn{"classification", "classified_at"},
    WantedColumn{"classification", "notes"},
    WantedColumn{"actions", "id"},
    WantedColumn{"actions", "user_id"},
    WantedColumn{"actions", "action_type"},
    WantedColumn{"actions", "timestamp"},
    WantedColumn{"actions", "notes"},
};

/// `table` once where a whole table is missing, `table.column` otherwise.
std::vector<std::string> list_missing(const CoreSchema& schema, std::span<const WantedColumn> wanted) {
    std::vector<std::string> missing;
    for (const auto& [table, column] : wanted) {
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
