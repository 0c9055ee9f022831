#include "store/core/views.hpp"

#include "store/core/field_sql.hpp"

#include <array>
#include <optional>

#include <fmt/format.h>

namespace wdx::store {
namespace {

using model::Column;
using model::Field;
using model::Type;

constexpr std::string_view kWithoutZone = "timestamp without time zone";

/// `sql` where it lies between the two; NULL where ISO 8601 cannot carry it, or a time zone may move it beyond what
/// PostgreSQL can: one row would fail the whole list then.
std::string between(std::string_view sql, std::string_view from, std::string_view to, std::string_view value) {
    return fmt::format("CASE WHEN {0} >= {1} AND {0} < {2} THEN {3} END", sql, from, to, value);
}

/// A text as a literal; a setting's value has its quotes doubled.
std::string literal(std::string_view text) {
    std::string out = "'";
    for (const char c : text) {
        if (c == '\'') out += c;
        out += c;
    }
    return out + "'";
}

/// The value, what it is compared by, and how.
/// @param own        where it is no column
/// @param real_type  of a column of the core, else empty
void set_sql(Column& column, const FieldSql* own, std::string_view real_type, std::string_view time_zone) {
    column.raw = own != nullptr ? std::string(own->expression) : fmt::format("t.\"{}\"", column.field->name);
    column.sql = column.raw;
    if (real_type.empty()) return;  // no column of the core's: its values are our own
    if (real_type == kWithoutZone) {
        const std::string zone = literal(time_zone);
        column.sql = between(column.raw, "timestamp '0001-01-02'", "timestamp '9999-12-31'",
                             fmt::format("{} AT TIME ZONE {}", column.raw, zone));
        column.to_raw = fmt::format("({{}} AT TIME ZONE {})", zone);
    } else if (column.type == Type::date) {
        column.sql = between(column.raw, "date '0001-01-01'", "date '10000-01-01'", column.raw);
    } else if (column.type == Type::date_time) {
        column.sql =
            between(column.raw, "timestamptz '0001-01-01 00:00+00'", "timestamptz '10000-01-01 00:00+00'", column.raw);
    }
}

struct RealType {
    std::string_view name;  ///< as CoreSchema has it
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

}  // namespace

model::View view_of(const model::Resource& resource, const CoreSchema& schema, std::string_view time_zone) {
    const bool has_classification = schema.has("classification") && !schema.unreadable().contains("classification");
    const std::string_view zone = time_zone.empty() ? std::string_view(schema.time_zone()) : time_zone;
    model::View view{
        .resource = &resource, .columns = {}, .has_classification = has_classification && !resource.user.empty()};
    view.columns.reserve(resource.fields.size());
    for (const Field& field : resource.fields) {
        Column& column = view.columns.emplace_back(
            Column{.field = &field, .type = field.type, .is_present = true, .sql = {}, .raw = {}});
        std::string_view real_type;
        if (field.type == Type::verdict) {
            column.is_present = has_classification;
        } else if (resource.of_core && field.is_column) {
            real_type = schema.type(resource.table, field.name);
            const std::optional<Type> type = find_type(real_type);
            column.is_present = type.has_value();
            column.type = type.value_or(field.type);
        }
        set_sql(column, find_field_sql(resource, field), real_type, zone);
    }
    return view;
}

}  // namespace wdx::store
