#include "store/core/list_conditions.hpp"

#include "model/handle.hpp"
#include "store/core/cohort_sql.hpp"
#include "store/core/field_sql.hpp"
#include "store/core/rank_sql.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace wdx::store {
namespace {

using model::Column;
using model::Condition;
using model::Lookup;
using model::Type;
using model::VerdictFilter;
using model::View;

/// An array in PostgreSQL's text format.  Source: PostgreSQL manual, section 8.15.6.
std::string array_of(const std::vector<std::string>& values) {
    std::string out = "{";
    for (const std::string& value : values) {
        if (out.size() > 1) out += ',';
        out += '"';
        for (const char c : value) {
            if (c == '"' || c == '\\') out += '\\';
            out += c;
        }
        out += '"';
    }
    return out + '}';
}

/// `text` so that LIKE takes it for itself.
std::string like_literal(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c == '%' || c == '_' || c == '\\') out += '\\';
        out += c;
    }
    return out;
}

/// A time that can be compared with the column.
/// @param microseconds  SQL
std::string time_of(const Column& column, std::string_view microseconds) {
    const std::string time = fmt::format("('epoch'::timestamptz + {} * interval '1 microsecond')", microseconds);
    return column.to_raw.empty() ? time : fmt::format(fmt::runtime(column.to_raw), time);
}

/// A value of the column's type.
std::string value_sql(const Column& column, const std::string& text, SqlParams& params) {
    const std::string sql = params.add(text, parameter_type(column.type));
    return column.type == Type::date_time ? time_of(column, sql) : sql;
}

std::string any_of(const Condition& condition, SqlParams& params) {
    const Column& column = *condition.column;
    const std::string array = params.add(array_of(condition.values), fmt::format("{}[]", parameter_type(column.type)));
    if (column.type != Type::date_time) return fmt::format("{} = ANY ({})", column.raw, array);
    return fmt::format("{} IN (SELECT {} FROM unnest({}) AS given (value))", column.raw, time_of(column, "value"),
                       array);
}

std::string between(const Condition& condition, SqlParams& params) {
    const std::string from = value_sql(*condition.column, condition.values.front(), params);
    const std::string to = value_sql(*condition.column, condition.values.back(), params);
    return fmt::format("{} BETWEEN {} AND {}", condition.column->raw, from, to);
}

/// A handle in any case, with `@` or without on either side.
std::string same_handle(const std::string& sql, const std::string& text, SqlParams& params) {
    const std::string plain = model::plain_handle(text);
    std::vector<std::string> spellings;
    for (const std::string& one : {plain.empty() ? text : plain, '@' + plain})
        spellings.push_back(fmt::format("lower({})", params.add(one, "text")));
    return fmt::format("lower({}) IN ({})", sql, fmt::join(spellings, ", "));
}

/// The SQL of each lookup.
std::string condition_sql(const Condition& condition, SqlParams& params) {
    const std::string& sql = condition.column->raw;
    const std::string& first = condition.values.front();
    const auto compare = [&](std::string_view how) {
        return fmt::format("{} {} {}", sql, how, value_sql(*condition.column, first, params));
    };
    const auto like = [&](std::string_view how, const std::string& pattern) {
        return fmt::format("{} {} {}", sql, how, params.add(pattern, "text"));
    };
    switch (condition.lookup) {
        case Lookup::exact:
            return compare("=");
        case Lookup::iexact:
            if (condition.column->field->is_handle) return same_handle(sql, first, params);
            return fmt::format("lower({}) = lower({})", sql, params.add(first, "text"));
        case Lookup::contains:
            return like("LIKE", '%' + like_literal(first) + '%');
        case Lookup::icontains:
            return like("ILIKE", '%' + like_literal(first) + '%');
        case Lookup::startswith:
            return like("LIKE", like_literal(first) + '%');
        case Lookup::istartswith:
            return like("ILIKE", like_literal(first) + '%');
        case Lookup::gt:
            return compare(">");
        case Lookup::gte:
            return compare(">=");
        case Lookup::lt:
            return compare("<");
        case Lookup::lte:
            return compare("<=");
        case Lookup::range:
            return between(condition, params);
        case Lookup::in:
            return any_of(condition, params);
        case Lookup::isnull:
            break;
    }
    return fmt::format("{} IS {}NULL", sql, first == "true" ? "" : "NOT ");
}

/// Any of the verdicts on the user that a row is about.
std::string verdicts_sql(const View& view, const std::vector<VerdictFilter>& verdicts) {
    std::string rows;
    bool unclassified = false;
    for (const VerdictFilter verdict : verdicts) {
        if (verdict == VerdictFilter::unclassified) {
            unclassified = true;
            continue;
        }
        if (!rows.empty()) rows += " OR ";
        if (verdict == VerdictFilter::harmful) rows += "v.harmful";
        if (verdict == VerdictFilter::inactive) rows += "v.inactive";
        if (verdict == VerdictFilter::sane)
            rows += "NOT coalesce(v.harmful OR v.inactive, v.harmful, v.inactive, false)";
    }
    const std::string of_user =
        fmt::format("SELECT FROM classification AS v WHERE v.user_id = {}", user_id_sql(*view.resource));
    std::string out = rows.empty() ? "" : fmt::format("EXISTS ({} AND ({}))", of_user, rows);
    if (!unclassified) return out;
    return fmt::format("({}{}NOT EXISTS ({}))", out, out.empty() ? "" : " OR ", of_user);
}

/// A word in any of the searched fields; in a handle as people write handles.
std::string search_sql(const View& view, const std::string& word, SqlParams& params) {
    const auto pattern_of = [&](const std::string& text) { return params.add('%' + like_literal(text) + '%', "text"); };
    const std::string plain = model::plain_handle(word);
    const bool is_plain = plain.empty() || plain == word;
    std::string pattern;  // PostgreSQL refuses a parameter that nothing uses: made for the first field that does
    std::vector<std::string> fields;
    for (const Column& column : view.columns) {
        if (!column.field->searched || !column.is_present) continue;
        const bool as_handle = column.field->is_handle && !is_plain;
        if (!as_handle && pattern.empty()) pattern = pattern_of(word);
        fields.push_back(fmt::format("{} ILIKE {}", column.sql, as_handle ? pattern_of(plain) : pattern));
    }
    return fmt::format("({})", fmt::join(fields, " OR "));
}

}  // namespace

std::string SqlParams::add(const std::string& value, std::string_view type) {
    values_.emplace_back(value);
    return fmt::format("${}::{}", first_ + values_.size() - 1, type);
}

std::string_view parameter_type(Type type) {
    switch (type) {
        case Type::boolean:
            return "boolean";
        case Type::date:
            return "date";
        case Type::text:
            return "text";
        case Type::real:
            return "float8";
        default:
            return "bigint";
    }
}

std::vector<std::string> list_conditions(const View& view, const model::ListQuery& query, SqlParams& params) {
    std::vector<std::string> conditions;
    for (const Condition& condition : query.conditions) {
        if (model::is_rank(*condition.column) && !model::is_ordered_by_rank(query)) {
            conditions.push_back(rank_condition_sql(condition, params));
            continue;
        }
        std::string sql = condition_sql(condition, params);
        const FieldSql* own = find_field_sql(*view.resource, *condition.column->field);
        if (own != nullptr && !own->within.empty()) sql = fmt::format(fmt::runtime(own->within), sql);
        conditions.push_back(std::move(sql));
    }
    if (!query.verdicts.empty()) conditions.push_back(verdicts_sql(view, query.verdicts));
    if (!query.cohort.empty())
        conditions.push_back(
            fmt::format("t.id IN ({})",
                        select_members_sql("k.user_id", "watchdxg_cohort",
                                           fmt::format("{} = {}", kCohortIdSql, params.add(query.cohort, "text")))));
    for (const std::string& word : query.words) conditions.push_back(search_sql(view, word, params));
    return conditions;
}

std::string where_sql(const std::vector<std::string>& conditions) {
    return conditions.empty() ? std::string{} : fmt::format(" WHERE {}", fmt::join(conditions, " AND "));
}

}  // namespace wdx::store
