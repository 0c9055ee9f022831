#include "store/core/list_sql.hpp"

#include "store/core/cohort_sql.hpp"
#include "store/core/column_sql.hpp"
#include "store/core/list_conditions.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace wdx::store {
namespace {

using model::Column;
using model::ListQuery;
using model::Order;
using model::View;
using model::Window;

constexpr std::string_view kClassificationJoin = " LEFT JOIN classification AS c ON c.user_id = t.id";
constexpr std::string_view kSignalsJoin = " JOIN signals AS s ON s.id = t.id";

/// What stands before a statement in which signals choose or order the users.
std::string with_signals(const ListQuery& query) {
    return model::is_chosen_by_signals(query) ? fmt::format("WITH {} ", query.signals) : std::string{};
}

/// `FROM users AS t`, with what the output needs besides.
std::string from_sql(const View& view, const ListQuery& query) {
    const bool with_verdict = std::any_of(query.output.begin(), query.output.end(),
                                          [](const Column* column) { return column->type == model::Type::verdict; });
    return fmt::format(" FROM {} AS t{}{}", view.resource->table, with_verdict ? kClassificationJoin : "",
                       model::is_chosen_by_signals(query) ? kSignalsJoin : "");
}

/// The name under which the inner SELECT of a page has the value that the list is ordered by there.
std::string order_alias(std::size_t place) {
    return fmt::format("_o{}", place + 1);
}

/// The name of that part of a row's position.
std::string position_name(std::size_t place) {
    return fmt::format("_{}", place + 1);
}

/// `t.x DESC NULLS LAST, t.id`; backwards everything is the other way round.
std::string order_sql(const std::vector<Order>& order, bool backwards, bool by_alias) {
    std::vector<std::string> parts;
    for (std::size_t i = 0; i < order.size(); ++i) {
        const Column& column = *order[i].column;
        std::string part = by_alias ? fmt::format("\"{}\"", order_alias(i)) : column.raw;
        if (order[i].descending != backwards) part += " DESC";
        // PostgreSQL puts NULLs first in descending order and last in ascending one.
        if (column.field->nullable && order[i].descending) part += backwards ? " NULLS FIRST" : " NULLS LAST";
        parts.push_back(std::move(part));
    }
    return fmt::format(" ORDER BY {}", fmt::join(parts, ", "));
}

/// What the rows of each piece of a page have to meet.
std::vector<std::string> pieces_of_page(const std::vector<Order>& order, const Window& window, SqlParams& params) {
    const model::Position& after = *window.after;
    std::vector<std::string> pieces;
    std::string equal;  // the columns before this one have the position's values
    for (std::size_t i = 0; i < order.size(); ++i) {
        const Column& column = *order[i].column;
        if (!after[i]) {
            // NULLs come last: behind one there is nothing, before it everything else.
            if (window.backwards) pieces.push_back(fmt::format("{}{} IS NOT NULL", equal, column.raw));
            equal += fmt::format("{} IS NULL AND ", column.raw);
            continue;
        }
        const std::string value = params.add(*after[i], position_type(column));
        const bool is_key = i + 1 == order.size();
        pieces.push_back(fmt::format("{}{} {}{} {}", equal, column.raw,
                                     order[i].descending != window.backwards ? "<" : ">",
                                     is_key && window.inclusive ? "=" : "", value));
        if (column.field->nullable && !window.backwards)
            pieces.push_back(fmt::format("{}{} IS NULL", equal, column.raw));
        equal += fmt::format("{} = {} AND ", column.raw, value);
    }
    return pieces;
}

/// The rows behind a position, or before it.
ListSql page_sql(const View& view, const ListQuery& query, const Window& window, Nesting nesting) {
    SqlParams params;
    const std::vector<std::string> conditions = list_conditions(view, query, params);
    std::vector<SelectedColumn> inner = select_output(view, query, nesting);
    std::vector<SelectedColumn> outer;
    outer.reserve(inner.size() + query.order.size());
    for (const SelectedColumn& column : inner) outer.push_back({fmt::format("\"{}\"", column.name), column.name});
    for (std::size_t i = 0; i < query.order.size(); ++i) {
        const Column& column = *query.order[i].column;
        inner.push_back({column.raw, order_alias(i)});
        outer.push_back({position_text_sql(column, fmt::format("\"{}\"", order_alias(i))), position_name(i)});
    }
    std::vector<std::string> pieces;
    for (const std::string& piece : pieces_of_page(query.order, window, params)) {
        std::vector<std::string> all = conditions;
        all.push_back(piece);
        pieces.push_back(fmt::format("({}{}{}{} LIMIT {})", select_sql(inner), from_sql(view, query), where_sql(all),
                                     order_sql(query.order, window.backwards, false), *window.limit));
    }
    std::string sql =
        fmt::format("{}{} FROM ({}) AS page{} LIMIT {}", with_signals(query), select_sql(outer),
                    fmt::join(pieces, " UNION ALL "), order_sql(query.order, window.backwards, true), *window.limit);
    return {std::move(sql), std::move(params).take()};
}

std::string limit_sql(const Window& window) {
    std::string sql;
    if (window.offset > 0) sql += fmt::format(" OFFSET {}", window.offset);
    if (window.limit) sql += fmt::format(" LIMIT {}", *window.limit);
    return sql;
}

/// PostgreSQL computes what is selected also for the rows that an offset skips, and each rank is a small query.
bool are_skipped_rows_costly(const ListQuery& query, const Window& window) {
    return window.offset > 0 && model::is_chosen_by_signals(query) && !model::is_ordered_by_rank(query);
}

/// The rows from the beginning, or from an offset.
ListSql rows_sql(const View& view, const ListQuery& query, const Window& window, Nesting nesting) {
    SqlParams params;
    const std::vector<std::string> conditions = list_conditions(view, query, params);
    std::vector<SelectedColumn> selected = select_output(view, query, nesting);
    if (window.with_positions)
        for (std::size_t i = 0; i < query.order.size(); ++i) {
            const Column& column = *query.order[i].column;
            selected.push_back({position_text_sql(column, column.raw), position_name(i)});
        }
    const std::string order = order_sql(query.order, false, false);
    std::string sql;
    if (are_skipped_rows_costly(query, window)) {
        ListQuery keys = query;
        keys.output.clear();
        const std::string_view key = view.resource->key;
        sql = fmt::format("WITH {}, page AS MATERIALIZED (SELECT t.{}{}{}{}{}) {}{} JOIN page ON page.{} = t.{}{}",
                          query.signals, key, from_sql(view, keys), where_sql(conditions), order, limit_sql(window),
                          select_sql(selected), from_sql(view, query), key, key, order);
    } else {
        sql = fmt::format("{}{}{}{}{}{}", with_signals(query), select_sql(selected), from_sql(view, query),
                          where_sql(conditions), order, limit_sql(window));
    }
    return {std::move(sql), std::move(params).take()};
}

/// The query without the columns that are added to its rows, but with the key.
ListQuery without(bool (*is_added)(const Column&), const View& view, ListQuery query) {
    std::erase_if(query.output, [&](const Column* column) { return is_added(*column); });
    const bool has_key = std::find(query.output.begin(), query.output.end(), &view.key()) != query.output.end();
    if (!has_key) query.output.push_back(&view.key());
    return query;
}

/// The output where the rows stand in `page`: all but what is added to them is taken from there, the positions too.
std::vector<SelectedColumn> select_output_of_page(const View& view, const ListQuery& query, const Window& window,
                                                  Nesting nesting, bool SelectedColumn::*is_added) {
    std::vector<SelectedColumn> selected = select_output(view, query, nesting);
    for (SelectedColumn& column : selected)
        if (!(column.*is_added)) column.sql = fmt::format("page.\"{}\"", column.name);
    if (window.with_positions)
        for (std::size_t i = 0; i < query.order.size(); ++i)
            selected.push_back({fmt::format("page.\"{}\"", position_name(i)), position_name(i)});
    return selected;
}

/// The rows first, then the signals of the users in them.
ListSql rows_then_signals_sql(const View& view, const ListQuery& query, const Window& window, Nesting nesting) {
    ListSql rows = list_sql(view, without(&model::is_of_signals, view, query), window, nesting);
    const auto selected = select_output_of_page(view, query, window, nesting, &SelectedColumn::of_signals);
    rows.sql = fmt::format(
        "WITH page AS MATERIALIZED (SELECT r.*, row_number() OVER () AS \"_n\" FROM ({}) AS r),"
        " {} {} FROM page LEFT JOIN signals AS s ON s.id = page.\"{}\" ORDER BY page.\"_n\"",
        rows.sql, query.signals, select_sql(selected), view.resource->key);
    return rows;
}

/// The rows first, then what the users in them have in common with others, as the kept signals know it.
ListSql rows_then_likeness_sql(const View& view, const ListQuery& query, const Window& window, Nesting nesting) {
    ListSql rows = list_sql(view, without(&model::is_of_likeness, view, query), window, nesting);
    const auto selected = select_output_of_page(view, query, window, nesting, &SelectedColumn::of_likeness);
    rows.sql = fmt::format(
        "WITH page AS MATERIALIZED (SELECT r.*, row_number() OVER () AS \"_n\" FROM ({}) AS r)"
        " {} FROM page LEFT JOIN LATERAL (SELECT json_agg(o.user_id ORDER BY o.user_id) AS others"
        " FROM watchdxg_signal AS k JOIN watchdxg_signal AS o ON o.account_id = k.account_id"
        " AND o.handle_key = k.handle_key AND o.person = k.person AND o.user_id <> k.user_id"
        " WHERE k.user_id = page.\"{}\" AND EXISTS (SELECT FROM users AS u WHERE u.id = o.user_id)) AS o ON true"
        " LEFT JOIN LATERAL (SELECT json_agg({} ORDER BY c.size DESC, c.kind) AS cohorts FROM watchdxg_signal AS k"
        " JOIN watchdxg_cohort AS c ON {} WHERE k.user_id = page.\"{}\") AS h ON true ORDER BY page.\"_n\"",
        rows.sql, select_sql(selected), view.resource->key, kCohortIdSql, kIsInCohortSql, view.resource->key);
    return rows;
}

/// What is selected of all rows.
ListSql unordered_sql(std::string_view selected, const View& view, const ListQuery& query, std::size_t first_param) {
    ListQuery unordered = query;
    unordered.order.clear();  // an order by signals need not make them
    SqlParams params(first_param);
    const std::vector<std::string> conditions = list_conditions(view, unordered, params);
    std::string sql =
        fmt::format("{}SELECT {} FROM {} AS t{}{}", with_signals(unordered), selected, view.resource->table,
                    model::is_chosen_by_signals(unordered) ? kSignalsJoin : "", where_sql(conditions));
    return {std::move(sql), std::move(params).take()};
}

}  // namespace

ListSql list_sql(const View& view, const ListQuery& query, const Window& window, Nesting nesting) {
    if (model::needs_likeness(query)) return rows_then_likeness_sql(view, query, window, nesting);
    if (model::needs_signals(query) && !model::is_chosen_by_signals(query))
        return rows_then_signals_sql(view, query, window, nesting);
    return window.after ? page_sql(view, query, window, nesting) : rows_sql(view, query, window, nesting);
}

ListSql count_sql(const View& view, const ListQuery& query) {
    return unordered_sql("count(*)", view, query, 1);
}

ListSql estimate_sql(const View& view, const ListQuery& query) {
    ListSql rows = unordered_sql(fmt::format("t.{}", view.resource->key), view, query, 1);
    rows.sql = "EXPLAIN (FORMAT JSON) " + rows.sql;
    return rows;
}

ListSql user_ids_sql(const View& view, const ListQuery& query, std::size_t first_param) {
    return unordered_sql("t.id AS user_id", view, query, first_param);
}

}  // namespace wdx::store
