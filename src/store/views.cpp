#include "store/views.hpp"

#include <array>
#include <optional>

#include <fmt/format.h>

namespace wdx::store {
namespace {

using model::Column;
using model::Field;
using model::Type;

constexpr std::string_view kWithoutZone = "timestamp without time zone";

/// The value, what it is compared by, and how.
void set_sql(Column& column, std::string_view real_type, std::string_view time_zone) {
    column.raw = column.field->sql.empty() ? fmt::format("t.\"{}\"", column.field->name) : column.field->sql;
    column.sql = column.raw;
    if (real_type != kWithoutZone) return;
    // A cast reads it in the session's TimeZone, which is the database's: nobody of ours sets another.
    column.sql = time_zone.empty() ? fmt::format("{}::timestamptz", column.raw)
                                   : fmt::format("({} AT TIME ZONE '{}')", column.raw, time_zone);
    column.to_raw = time_zone.empty() ? "({})::timestamp" : fmt::format("({{}} AT TIME ZONE '{}')", time_zone);
}

struct RealType {
    std::string_view name;  ///< as format_type has it
    Type type;
};
constexpr std::array kRealTypes{
    RealType{"smallint", Type::integer},
    RealType{"integer", Type::integer},
    RealType{"bigint", Type::bigint},
    RealType{"boolean", Type::boolean},
    RealType{"text", Type::text},
    RealType{"character varying", Type::text},
    RealType{"character", Type::text},
    RealType{"date", Type::date},
    RealType{kWithoutZone, Type::date_time},
    RealType{"timestamp with time zone", Type::date_time},
};

/// What a column is in this generation of the core's schema; nullopt: it is not there, or nothing that can be shown.
std::optional<Type> find_type(std::string_view real_type) {
    for (const RealType& known : kRealTypes)
        if (known.name == real_type) return known.type;
    return std::nullopt;
}

bool is_of_table(const Field& field) {
    return field.sql.empty() && field.type != Type::verdict && field.type != Type::signals;
}

}  // namespace

model::View view_of(const model::Resource& resource, const CoreSchema& schema, std::string_view time_zone) {
    const bool has_classification = schema.has("classification") && !schema.unreadable().contains("classification");
    model::View view{
        .resource = &resource, .columns = {}, .has_classification = has_classification && !resource.user_id.empty()};
    view.columns.reserve(resource.fields.size());
    for (const Field& field : resource.fields) {
        Column& column = view.columns.emplace_back(
            Column{.field = &field, .type = field.type, .is_present = true, .sql = {}, .raw = {}});
        std::string_view real_type;
        if (field.type == Type::verdict) {
            column.is_present = has_classification;
        } else if (resource.of_core && is_of_table(field)) {
            real_type = schema.type(resource.table, field.name);
            const std::optional<Type> type = find_type(real_type);
            column.is_present = type.has_value();
            column.type = type.value_or(field.type);
        }
        set_sql(column, real_type, time_zone);
    }
    return view;
}

}  // namespace wdx::store
