#include "store/core/core_schema.hpp"

#include "model/resource.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>

namespace wdx::store {

using model::Field;
using model::Generation;
using model::Resource;

// The time zone is what a session begins with, but for a setting of our role: that is ours alone, not the core's.
const db::Query kListCoreColumns{"list_core_columns", R"sql(
    SELECT c.relname::text, a.attname::text, a.atttypid::bigint,
           pg_catalog.has_any_column_privilege(c.oid, 'SELECT'),
           coalesce((SELECT substr(setting.text, length('TimeZone=') + 1)
                       FROM pg_catalog.pg_db_role_setting AS own
                       JOIN pg_catalog.pg_database AS d ON d.oid = own.setdatabase,
                            unnest(own.setconfig) AS setting (text)
                      WHERE d.datname = pg_catalog.current_database()
                        AND own.setrole = 0
                        AND lower(setting.text) LIKE 'timezone=%'
                        AND EXISTS (SELECT
                                      FROM pg_catalog.pg_db_role_setting AS ours
                                      JOIN pg_catalog.pg_roles AS r ON r.oid = ours.setrole,
                                           unnest(ours.setconfig) AS given (text)
                                     WHERE r.rolname = session_user
                                       AND lower(given.text) LIKE 'timezone=%')),
                    (SELECT reset_val FROM pg_catalog.pg_settings WHERE name = 'TimeZone'))
      FROM pg_catalog.pg_class AS c
      JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.oid
     WHERE c.relname IN ('accounts', 'users', 'posts', 'classification', 'actions')
       AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
       AND pg_catalog.pg_table_is_visible(c.oid)
       AND a.attnum > 0
       AND NOT a.attisdropped)sql"};

namespace {

/// Which generation a column came with: the later one of its own and its table's.
Generation since(const Resource& resource, const Field& field) {
    return std::max(resource.since, field.since);
}

/// What frozen routes answer with comes with the first generation.
bool is_needed(const Resource& resource, const Field& field) {
    return since(resource, field) == Generation::v1;
}

/// Calls `use(resource, field)` for each column that the core has today.
template <typename Use>
void for_each_column(Use use) {
    for (const Resource* resource : model::all_resources())
        for (const Field& field : resource->fields)
            if (resource->of_core && field.is_column) use(*resource, field);
}

/// A type that is shown.  Its number never changes (PostgreSQL's pg_type.dat); its name depends on settings.
struct KnownType {
    std::int64_t number;
    std::string_view name;
};
constexpr std::array kKnownTypes{
    KnownType{16, "boolean"},
    KnownType{20, "bigint"},
    KnownType{21, "smallint"},
    KnownType{23, "integer"},
    KnownType{25, "text"},
    KnownType{1042, "character"},
    KnownType{1043, "character varying"},
    KnownType{1082, "date"},
    KnownType{1114, "timestamp without time zone"},
    KnownType{1184, "timestamp with time zone"},
};

std::string_view name_of(std::int64_t type) {
    const auto* const found = std::find_if(kKnownTypes.begin(), kKnownTypes.end(),
                                           [&](const KnownType& known) { return known.number == type; });
    return found == kKnownTypes.end() ? "another type" : found->name;
}

std::string_view name_of(model::Type type) {
    switch (type) {
        case model::Type::integer:
            return "integer";
        case model::Type::bigint:
            return "bigint";
        case model::Type::boolean:
            return "boolean";
        case model::Type::date:
            return "date";
        case model::Type::date_time:
            return "timestamp with time zone";
        default:
            return "text";
    }
}

/// `table` once where a whole table is missing, `table.column` otherwise.
std::vector<std::string> list_missing(const CoreSchema& schema, bool needed) {
    std::vector<std::string> missing;
    for_each_column([&](const Resource& resource, const Field& field) {
        if (is_needed(resource, field) != needed) return;
        if (!schema.has(resource.table)) {
            if (missing.empty() || missing.back() != resource.table) missing.emplace_back(resource.table);
        } else if (schema.type(resource.table, field.name).empty()) {
            missing.push_back(std::string(resource.table) + "." + std::string(field.name));
        }
    });
    return missing;
}

std::optional<Generation> generation_of(std::string_view name) {
    if (name == "v1") return Generation::v1;
    if (name == "v2") return Generation::v2;
    if (name == "v3") return Generation::v3;
    return std::nullopt;
}

}  // namespace

CoreSchema::CoreSchema(const db::Rows& rows) {
    for (int i = 0; i < rows.size(); ++i) {
        const db::Row row = rows[i];
        const std::string table(row.text(0));
        columns_[table].emplace(row.text(1), name_of(row.integer(2)));
        if (!row.boolean(3)) unreadable_.insert(table);
        time_zone_ = row.text(4);
    }
}

CoreSchema CoreSchema::of(std::string_view generation) {
    const Generation wanted = generation_of(generation).value();
    CoreSchema schema;
    for_each_column([&](const Resource& resource, const Field& field) {
        if (since(resource, field) <= wanted)
            schema.columns_[std::string(resource.table)].emplace(field.name, name_of(field.type));
    });
    if (wanted != Generation::v3) schema.columns_["users"]["created_at"] = "timestamp with time zone";
    return schema;
}

CoreSchema CoreSchema::without_local_times() const {
    CoreSchema rest = *this;
    for (auto& [table, columns] : rest.columns_)
        std::erase_if(columns, [](const auto& column) { return column.second == "timestamp without time zone"; });
    return rest;
}

std::string_view CoreSchema::type(std::string_view table, std::string_view column) const {
    const auto found = columns_.find(table);
    if (found == columns_.end()) return {};
    const auto entry = found->second.find(column);
    return entry == found->second.end() ? std::string_view{} : std::string_view(entry->second);
}

std::vector<std::string> CoreSchema::missing_needed() const {
    return list_missing(*this, true);
}

std::vector<std::string> CoreSchema::missing_later() const {
    return list_missing(*this, false);
}

std::string_view CoreSchema::generation() const {
    if (type("users", "created_at") == "date") return "v3";
    return type("users", "certified").empty() ? "v1" : "v2";
}

CoreSchema read_core_schema(db::Session& session) {
    return CoreSchema(session.execute(kListCoreColumns.sql));
}

}  // namespace wdx::store
