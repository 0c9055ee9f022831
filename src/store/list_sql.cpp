#include "store/list_sql.hpp"

#include "model/signals.hpp"
#include "store/column_sql.hpp"
#include "store/signals.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace wdx::store {
namespace {

using model::Column;
using model::Condition;
using model::ListQuery;
using model::Lookup;
using model::Order;
using model::Type;
using model::Verdict;
using model::View;
using model::Window;

constexpr std::string_view kClassificationJoin = " LEFT JOIN classification AS c ON c.user_id = t.id";
constexpr std::string_view kSignalsJoin = " JOIN signals AS s ON s.id = t.id";

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

std::string_view cast_of(Type type) {
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
            return "bigint";  // also times: microseconds
    }
}

std::string_view operator_of(Lookup lookup) {
    switch (lookup) {
        case Lookup::gt:
            return ">";
        case Lookup::gte:
            return ">=";
        case Lookup::lt:
            return "<";
        case Lookup::lte:
            return "<=";
        default:
            return "=";
    }
}

/// Writes one statement; values become `$1`, `$2`, ...
class Writer {
  public:
    Writer(const View& view, const ListQuery& query)
        : view_(view), query_(query), chosen_by_signals_(model::is_chosen_by_signals(query)) {}

    ListSql list(const Window& window, Nesting nesting);
    /// The rows first, then the signals of the users in them.
    ListSql list_with_signals(const Window& window, Nesting nesting);
    ListSql count();

  private:
    std::string param(const std::string& value, std::string_view cast) {
        params_.emplace_back(value);
        return fmt::format("${}::{}", params_.size(), cast);
    }

    /// A time that can be compared with the column.
    /// @param microseconds  SQL
    static std::string time_of(const Column& column, std::string_view microseconds) {
        const std::string time = fmt::format("('epoch'::timestamptz + {} * interval '1 microsecond')", microseconds);
        return column.to_raw.empty() ? time : fmt::format(fmt::runtime(column.to_raw), time);
    }

    /// A value of the column's type.
    std::string value(const Column& column, const std::string& text) {
        const std::string sql = param(text, cast_of(column.type));
        return column.type == Type::date_time ? time_of(column, sql) : sql;
    }

    std::string like(const std::string& sql, std::string_view how, const std::string& pattern) {
        return fmt::format("{} {} {}", sql, how, param(pattern, "text"));
    }

    std::string any_of(const Condition& condition) {
        const Column& column = *condition.column;
        const std::string array = param(array_of(condition.values), fmt::format("{}[]", cast_of(column.type)));
        if (column.type != Type::date_time) return fmt::format("{} = ANY ({})", column.raw, array);
        return fmt::format("{} IN (SELECT {} FROM unnest({}) AS given (value))", column.raw, time_of(column, "value"),
                           array);
    }

    std::string compare(const Condition& condition) {
        const std::string& sql = condition.column->raw;
        const auto& values = condition.values;
        switch (condition.lookup) {
            case Lookup::iexact:
                return fmt::format("lower({}) = lower({})", sql, param(values.front(), "text"));
            case Lookup::contains:
                return like(sql, "LIKE", '%' + like_literal(values.front()) + '%');
            case Lookup::icontains:
                return like(sql, "ILIKE", '%' + like_literal(values.front()) + '%');
            case Lookup::startswith:
                return like(sql, "LIKE", like_literal(values.front()) + '%');
            case Lookup::istartswith:
                return like(sql, "ILIKE", like_literal(values.front()) + '%');
            case Lookup::range: {
                const std::string from = value(*condition.column, values.front());
                return fmt::format("{} BETWEEN {} AND {}", sql, from, value(*condition.column, values.back()));
            }
            case Lookup::in:
                return any_of(condition);
            case Lookup::isnull:
                return fmt::format("{} IS {}NULL", sql, values.front() == "true" ? "" : "NOT ");
            default:
                return fmt::format("{} {} {}", sql, operator_of(condition.lookup),
                                   value(*condition.column, values.front()));
        }
    }

    std::string verdicts() const {
        std::string rows;
        bool unclassified = false;
        for (const Verdict verdict : query_.verdicts) {
            if (verdict == Verdict::unclassified) {
                unclassified = true;
                continue;
            }
            if (!rows.empty()) rows += " OR ";
            if (verdict == Verdict::harmful) rows += "v.harmful";
            if (verdict == Verdict::inactive) rows += "v.inactive";
            if (verdict == Verdict::sane) rows += "NOT coalesce(v.harmful OR v.inactive, v.harmful, v.inactive, false)";
        }
        const std::string of_user =
            fmt::format("SELECT FROM classification AS v WHERE v.user_id = {}", view_.resource->user_id);
        std::string out = rows.empty() ? "" : fmt::format("EXISTS ({} AND ({}))", of_user, rows);
        if (!unclassified) return out;
        return fmt::format("({}{}NOT EXISTS ({}))", out, out.empty() ? "" : " OR ", of_user);
    }

    std::string search(const std::string& word) {
        const std::string pattern = param('%' + like_literal(word) + '%', "text");
        std::vector<std::string> fields;
        for (const Column& column : view_.columns)
            if (column.field->searched && column.is_present)
                fields.push_back(fmt::format("{} ILIKE {}", column.sql, pattern));
        return fmt::format("({})", fmt::join(fields, " OR "));
    }

    /// The filters, once: pieces of a union use the same parameters.  Those on signals come last, the others choose
    /// the users that signals are made of.
    std::vector<std::string> filters() {
        std::vector<std::string> all;
        std::vector<std::string> of_signals;
        for (const Condition& condition : query_.conditions) {
            const std::string_view within = condition.column->field->within;
            std::string sql = compare(condition);
            std::vector<std::string>& list = model::is_of_signals(*condition.column) ? of_signals : all;
            list.push_back(within.empty() ? std::move(sql) : fmt::format(fmt::runtime(within), sql));
        }
        if (!query_.verdicts.empty()) all.push_back(verdicts());
        for (const std::string& word : query_.words) all.push_back(search(word));
        if (chosen_by_signals_) scope_ = fmt::format("SELECT t.id FROM {} AS t{}", view_.resource->table, where(all));
        all.insert(all.end(), of_signals.begin(), of_signals.end());
        return all;
    }

    /// What stands before a statement that `filters` were written for.
    [[nodiscard]] std::string with_signals() const {
        return chosen_by_signals_ ? fmt::format("WITH scope AS ({}), {} ", scope_, query_.signals) : std::string{};
    }

    static std::string where(const std::vector<std::string>& conditions) {
        return conditions.empty() ? std::string{} : fmt::format(" WHERE {}", fmt::join(conditions, " AND "));
    }

    /// `t.x DESC NULLS LAST, t.id`; backwards everything is the other way round.
    std::string order_by(bool backwards, bool by_alias) const {
        std::vector<std::string> parts;
        for (std::size_t i = 0; i < query_.order.size(); ++i) {
            const Order& order = query_.order[i];
            const bool descending = order.descending != backwards;
            std::string part = by_alias ? fmt::format("\"_o{}\"", i + 1) : order.column->raw;
            if (descending) part += " DESC";
            // PostgreSQL puts NULLs first in descending order and last in ascending one.
            if (order.column->field->nullable && order.descending) part += backwards ? " NULLS FIRST" : " NULLS LAST";
            parts.push_back(std::move(part));
        }
        return fmt::format(" ORDER BY {}", fmt::join(parts, ", "));
    }

    /// A position's value as text that does not depend on the session's DateStyle.
    static std::string position_text(const Column& column, const std::string& sql) {
        const bool is_date = column.type == Type::date || column.type == Type::date_time;
        return is_date ? fmt::format("to_json({}) #>> '{{}}'", sql) : fmt::format("({})::text", sql);
    }

    static std::string_view position_cast(const Column& column) {
        if (column.type != Type::date_time) return cast_of(column.type);
        return column.to_raw.empty() ? "timestamptz" : "timestamp";
    }

    /// One column of the answer.
    struct Selected {
        std::string sql;
        std::string name;
        bool of_signals = false;
    };

    static void select_verdict(std::vector<Selected>& out, std::string_view name, Nesting nesting) {
        if (nesting == Nesting::words) {
            out.push_back(
                {"CASE WHEN c.user_id IS NULL THEN 'unclassified'"
                 " WHEN c.harmful AND c.inactive THEN 'harmful+inactive'"
                 " WHEN c.harmful THEN 'harmful' WHEN c.inactive THEN 'inactive' ELSE 'sane' END",
                 std::string(name)});
            return;
        }
        out.push_back({"c.user_id IS NOT NULL", fmt::format("{}.", name)});
        for (const std::string_view member : {"harmful", "inactive", "classified_at", "notes"})
            out.push_back({fmt::format("c.{}", member), fmt::format("{}.{}", name, member)});
    }

    static void select_signals(std::vector<Selected>& out, std::string_view name) {
        out.push_back({"s.id IS NOT NULL", fmt::format("{}.", name), true});
        const auto add = [&](std::string sql, std::string_view member) {
            out.push_back({std::move(sql), fmt::format("{}.{}", name, member), true});
        };
        add(fmt::format("'{}'::text", model::kSignalsVersion), "version");
        add("s.risk", "risk");
        add(band_sql("s.risk"), "band");
        add("s.signals", "signals");
    }

    [[nodiscard]] std::vector<Selected> select_output(Nesting nesting) const {
        std::vector<Selected> out;
        for (const Column* column : query_.output) {
            if (column->type == Type::verdict) {
                select_verdict(out, column->field->name, nesting);
            } else if (column->type == Type::signals) {
                select_signals(out, column->field->name);
            } else {
                out.push_back({column->sql, std::string(column->field->name), model::is_of_signals(*column)});
            }
        }
        if (view_.is_corrected) out.push_back({corrected_names_sql(view_), "corrected"});
        return out;
    }

    static std::string select(const std::vector<Selected>& columns) {
        std::vector<std::string> parts;
        parts.reserve(columns.size());
        for (const Selected& column : columns) parts.push_back(fmt::format("{} AS \"{}\"", column.sql, column.name));
        return fmt::format("SELECT {}", fmt::join(parts, ", "));
    }

    /// `FROM users AS t`, with what the output needs besides.
    [[nodiscard]] std::string from_rows() const {
        const bool with_verdict = std::any_of(query_.output.begin(), query_.output.end(),
                                              [](const Column* column) { return column->type == Type::verdict; });
        return fmt::format(" FROM {} AS t{}{}", view_.resource->table, with_verdict ? kClassificationJoin : "",
                           chosen_by_signals_ ? kSignalsJoin : "");
    }

    /// What the rows of each piece of a page have to meet.
    std::vector<std::string> pieces(const Window& window);

    ListSql page_behind(const Window& window, Nesting nesting);

    const View& view_;
    const ListQuery& query_;
    const bool chosen_by_signals_;
    std::string scope_;  ///< the users that signals are made of, once `filters` has been called
    std::vector<db::Param> params_;
};

std::vector<std::string> Writer::pieces(const Window& window) {
    const model::Position& after = *window.after;
    const bool backwards = window.backwards;
    std::vector<std::string> found;
    std::string equal;  // the columns before this one have the position's values
    for (std::size_t i = 0; i < query_.order.size(); ++i) {
        const Order& order = query_.order[i];
        const std::string& sql = order.column->raw;
        const bool nullable = order.column->field->nullable;
        if (!after[i]) {
            // NULLs come last: behind one there is nothing, before it everything else.
            if (backwards) found.push_back(fmt::format("{}{} IS NOT NULL", equal, sql));
            equal += fmt::format("{} IS NULL AND ", sql);
            continue;
        }
        const std::string value = param(*after[i], position_cast(*order.column));
        const bool is_key = i + 1 == query_.order.size();
        found.push_back(fmt::format("{}{} {}{} {}", equal, sql, order.descending != backwards ? "<" : ">",
                                    is_key && window.inclusive ? "=" : "", value));
        if (nullable && !backwards) found.push_back(fmt::format("{}{} IS NULL", equal, sql));
        equal += fmt::format("{} = {} AND ", sql, value);
    }
    return found;
}

ListSql Writer::page_behind(const Window& window, Nesting nesting) {
    const std::vector<std::string> common = filters();
    std::vector<Selected> inner = select_output(nesting);
    std::vector<Selected> outer;
    outer.reserve(inner.size() + query_.order.size());
    for (const Selected& column : inner) outer.push_back({fmt::format("\"{}\"", column.name), column.name});
    for (std::size_t i = 0; i < query_.order.size(); ++i) {
        const std::string alias = fmt::format("_o{}", i + 1);
        inner.push_back({query_.order[i].column->raw, alias});
        outer.push_back(
            {position_text(*query_.order[i].column, fmt::format("\"{}\"", alias)), fmt::format("_{}", i + 1)});
    }
    std::vector<std::string> selects;
    for (const std::string& piece : pieces(window)) {
        std::vector<std::string> conditions = common;
        conditions.push_back(piece);
        selects.push_back(fmt::format("({}{}{}{} LIMIT {})", select(inner), from_rows(), where(conditions),
                                      order_by(window.backwards, false), *window.limit));
    }
    return {fmt::format("{}{} FROM ({}) AS page{} LIMIT {}", with_signals(), select(outer),
                        fmt::join(selects, " UNION ALL "), order_by(window.backwards, true), *window.limit),
            std::move(params_)};
}

ListSql Writer::list(const Window& window, Nesting nesting) {
    if (window.after) return page_behind(window, nesting);
    std::vector<Selected> selected = select_output(nesting);
    if (window.with_positions)
        for (std::size_t i = 0; i < query_.order.size(); ++i) {
            const Column& column = *query_.order[i].column;
            selected.push_back({position_text(column, column.raw), fmt::format("_{}", i + 1)});
        }
    const std::string conditions = where(filters());
    std::string sql =
        fmt::format("{}{}{}{}{}", with_signals(), select(selected), from_rows(), conditions, order_by(false, false));
    if (window.offset > 0) sql += fmt::format(" OFFSET {}", window.offset);
    if (window.limit) sql += fmt::format(" LIMIT {}", *window.limit);
    return {std::move(sql), std::move(params_)};
}

ListSql Writer::list_with_signals(const Window& window, Nesting nesting) {
    ListQuery plain = query_;
    std::erase_if(plain.output, [](const Column* column) { return model::is_of_signals(*column); });
    const bool has_key = std::find(plain.output.begin(), plain.output.end(), &view_.key()) != plain.output.end();
    if (!has_key) plain.output.push_back(&view_.key());
    ListSql rows = Writer(view_, plain).list(window, nesting);
    std::vector<Selected> selected = select_output(nesting);
    for (Selected& column : selected)
        if (!column.of_signals) column.sql = fmt::format("page.\"{}\"", column.name);
    if (window.with_positions)
        for (std::size_t i = 1; i <= query_.order.size(); ++i)
            selected.push_back({fmt::format("page.\"_{}\"", i), fmt::format("_{}", i)});
    rows.sql = fmt::format(
        "WITH page AS MATERIALIZED (SELECT r.*, row_number() OVER () AS \"_n\" FROM ({}) AS r),"
        " scope AS (SELECT \"{}\" AS id FROM page), {} {} FROM page JOIN signals AS s ON s.id = page.\"{}\""
        " ORDER BY page.\"_n\"",
        rows.sql, view_.resource->key, query_.signals, select(selected), view_.resource->key);
    return rows;
}

ListSql Writer::count() {
    const std::string conditions = where(filters());
    std::string sql = fmt::format("{}SELECT count(*) FROM {} AS t{}{}", with_signals(), view_.resource->table,
                                  chosen_by_signals_ ? kSignalsJoin : "", conditions);
    return {std::move(sql), std::move(params_)};
}

}  // namespace

ListSql list_sql(const View& view, const ListQuery& query, const Window& window, Nesting nesting) {
    if (model::needs_signals(query) && !model::is_chosen_by_signals(query))
        return Writer(view, query).list_with_signals(window, nesting);
    return Writer(view, query).list(window, nesting);
}

ListSql count_sql(const View& view, const ListQuery& query) {
    ListQuery unordered = query;
    unordered.order.clear();  // an order by signals need not make them
    return Writer(view, unordered).count();
}

}  // namespace wdx::store
