#include "store/views.hpp"

#include <fmt/format.h>

namespace wdx::store {
namespace {

using model::Column;
using model::Field;
using model::Type;

constexpr std::string_view kWithoutZone = "timestamp without time zone";

std::string column_sql(const Field& field, std::string_view real_type, std::string_view time_zone) {
    if (!field.sql.empty()) return std::string(field.sql);
    const std::string name = fmt::format("t.\"{}\"", field.name);
    if (real_type != kWithoutZone) return name;
    // The cast reads it in the session's TimeZone, which is the database's: nobody of ours sets another.
    if (time_zone.empty()) return fmt::format("{}::timestamptz", name);
    return fmt::format("({} AT TIME ZONE '{}')", name, time_zone);
}

/// What a column became in another generation of the core's schema.
Type type_of(const Field& field, std::string_view real_type) {
    if (real_type == "date") return Type::date;
    if (real_type == "timestamp with time zone" || real_type == kWithoutZone) return Type::date_time;
    return field.type;
}

bool is_of_table(const Field& field) {
    return field.sql.empty() && field.type != Type::verdict;
}

}  // namespace

model::View view_of(const model::Resource& resource, const CoreSchema& schema, std::string_view time_zone) {
    const bool has_classification = schema.has("classification");
    model::View view{
        .resource = &resource, .columns = {}, .has_classification = has_classification && !resource.user_id.empty()};
    view.columns.reserve(resource.fields.size());
    for (const Field& field : resource.fields) {
        std::string_view real_type;
        bool is_present = field.type != Type::verdict || has_classification;
        if (resource.of_core && is_of_table(field)) {
            real_type = schema.type(resource.table, field.name);
            is_present = !real_type.empty();
        }
        view.columns.push_back({.field = &field,
                                .type = type_of(field, real_type),
                                .is_present = is_present,
                                .sql = column_sql(field, real_type, time_zone)});
    }
    return view;
}

}  // namespace wdx::store
