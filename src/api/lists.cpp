#include "api/lists.hpp"

#include "api/cursor.hpp"
#include "api/list_source.hpp"
#include "api/routes.hpp"
#include "rest/error.hpp"
#include "rest/list_query.hpp"
#include "store/corrections.hpp"
#include "store/list_sql.hpp"
#include "store/row_json.hpp"
#include "store/users.hpp"
#include "store/views.hpp"

#include <algorithm>

#include <boost/beast/core/string.hpp>

namespace wdx::api {
namespace {

namespace asio = boost::asio;
using model::ListQuery;
using model::View;
using model::Window;
using rest::Format;
using rest::ListRequest;
using store::ListSql;
using store::Nesting;

/// `http://host/path` as the client named us; `https` where we speak TLS, or a proxy says that it does: whoever forges
/// that fools himself alone.
std::string absolute_url(const http::Request& request) {
    const rest::Target target = rest::parse_target(request.target());
    const bool https = request.peer->is_tls || boost::beast::iequals(request.header("X-Forwarded-Proto"), "https");
    return fmt::format("{}://{}{}", https ? "https" : "http",
                       target.authority.empty() ? request.header("Host") : std::string(target.authority), target.path);
}

/// The position of a row that was selected with it: its last columns.
model::Position position_of(const db::Row& row, int columns, std::size_t count) {
    model::Position position;
    for (int i = columns - static_cast<int>(count); i < columns; ++i) {
        const auto text = row.optional_text(i);
        position.push_back(text ? std::optional(std::string(*text)) : std::nullopt);
    }
    return position;
}

std::string render_in_order(const db::Rows& rows, int count, bool reversed) {
    std::string json = "[";
    const store::RowWriter writer(rows.raw());
    for (int i = 0; i < count; ++i) {
        if (i > 0) json += ',';
        writer.append(rows.raw(), reversed ? count - 1 - i : i, json);
    }
    return json + ']';
}

/// What a cursor is good for.
std::string list_name(const View& view) {
    return fmt::format("{}{}", view.resource->name, view.is_corrected ? " corrected" : "");
}

/// GET ...?page_size=50, then ?cursor=...
/// Source: DRF pagination.py `CursorPagination`.
asio::awaitable<http::Response> cursor_page(Context& context, const View& view, const ListRequest& request) {
    const auth::SigningKey& key = context.services().key;
    const ListQuery& query = request.query;
    std::optional<Cursor> cursor;
    if (request.page.cursor != nullptr) {
        cursor = read_cursor(*request.page.cursor, list_name(view), query.order, key);
        if (!cursor) throw rest::not_found("Invalid cursor");
    }
    const auto size = static_cast<int>(*request.page.page_size);
    const bool backwards = cursor && cursor->backwards;
    Window window{.limit = size + 1, .backwards = backwards, .with_positions = true};
    window.inclusive = cursor && cursor->inclusive;
    if (cursor) window.after = cursor->position;
    const ListSql list = store::list_sql(view, query, window, Nesting::objects);
    const db::Query statement = list.query("list_page");
    db::Batch batch;
    const std::size_t index = batch.add(statement, list.params);
    co_await context.read(batch, db::Work::report);

    const db::Rows& rows = batch.rows(index);
    const bool more = rows.size() > size;
    const int count = std::min(rows.size(), size);
    const int columns = PQnfields(rows.raw());
    const auto cursor_at = [&](int row, bool towards_begin) {
        return write_cursor({position_of(rows[row], columns, query.order.size()), towards_begin, false},
                            list_name(view), query.order, key);
    };
    const int first = backwards ? count - 1 : 0;
    const int last = backwards ? 0 : count - 1;
    std::optional<std::string> next;
    std::optional<std::string> previous;
    if (count > 0 && (backwards || more)) next = cursor_at(last, false);
    if (count > 0 && (backwards ? more : cursor.has_value())) previous = cursor_at(first, true);
    if (count == 0 && cursor) {
        // Its rows are gone: back to where the client came from, with the row at the position.
        (backwards ? next : previous) =
            write_cursor({cursor->position, !backwards, true}, list_name(view), query.order, key);
    }
    co_return ok(rest::render_cursor_page(next, previous, render_in_order(rows, count, backwards),
                                          absolute_url(context.request()), context.query()));
}

/// GET ...?limit=50&offset=100
asio::awaitable<http::Response> numbered_page(Context& context, const View& view, const ListRequest& request) {
    const ListSql list = store::list_sql(
        view, request.query, {.limit = request.page.limit, .offset = request.page.offset}, Nesting::objects);
    const ListSql count = store::count_sql(view, request.query);
    const db::Query list_statement = list.query("list_rows");
    const db::Query count_statement = count.query("count_rows");
    db::Batch batch;
    const std::size_t rows = batch.add(list_statement, list.params);
    const std::size_t counted = batch.add(count_statement, count.params);
    co_await context.read(batch, db::Work::report);
    co_return ok(rest::render_page(request.page, batch.rows(counted).front().integer(0),
                                   store::render_rows(batch.rows(rows)), absolute_url(context.request()),
                                   context.query()));
}

/// The beginning of a list, at most kShortListRows + 1 rows.
/// @return nullopt when the statement timeout, which streams do not have, was too short for it
asio::awaitable<std::optional<db::Rows>> list_beginning(Context& context, const View& view,
                                                        const ListRequest& request) {
    const Window window{.limit = store::kShortListRows + 1, .offset = request.page.offset};
    const ListSql begin = store::list_sql(view, request.query, window, Nesting::objects);
    const db::Query statement = begin.query("list_rows");
    db::Batch batch;
    const std::size_t index = batch.add(statement, begin.params);
    try {
        co_await context.read(batch, db::Work::report);
    } catch (const db::DbError& error) {
        if (!error.is_timeout()) throw;
        co_return std::nullopt;
    }
    co_return batch.take_rows(index);
}

/// All rows: a short list at once, a long one from a connection of its own.
asio::awaitable<http::Response> whole_list(Context& context, const View& view, const ListRequest& request) {
    const Window window{.limit = request.page.limit, .offset = request.page.offset};
    if (context.format == Format::json) {
        const auto rows = co_await list_beginning(context, view, request);
        if (rows && rows->size() <= store::kShortListRows) co_return ok(store::render_rows(*rows));
    }
    co_await context.require_access();
    const ListSql all =
        store::list_sql(view, request.query, window, context.format == Format::csv ? Nesting::words : Nesting::objects);
    const db::Query statement = all.query("export_rows");
    co_return co_await stream_rows(context, statement, all.params, view.resource->name);
}

/// What `corrected=true` changes; resources of which nothing can be corrected do not know the parameter.
asio::awaitable<void> correct(Context& context, View& view) {
    const bool has_users = view.resource == &model::kUsers;
    const bool has_posts = view.resource == &model::kPosts;
    if ((!has_users && !has_posts) || !rest::read_flag(context.query(), "corrected")) co_return;
    if (has_users) co_return store::correct_users(view);
    const std::vector<std::int64_t> accounts = co_await swapped_accounts(context, view, std::nullopt);
    store::correct_posts(view, accounts);
}

asio::awaitable<http::Response> list_once(Context& context, const model::Resource& resource,
                                          const std::optional<Narrowing>& narrowing) {
    View view = co_await view_of(context, resource);
    co_await correct(context, view);
    ListRequest request = rest::read_list(context.query(), view, context.format);
    if (narrowing)
        request.query.conditions.push_back(
            {view.find(narrowing->field), model::Lookup::exact, {std::to_string(narrowing->value)}});
    if (model::needs_signals(request.query)) {
        const bool of_all = model::is_chosen_by_signals(request.query);
        request.query.signals = signals_sql(context, view, of_all ? store::Scope::many : store::Scope::few);
    }
    if (request.page.page_size) co_return co_await cursor_page(context, view, request);
    if (request.page.limit && context.format == Format::json) co_return co_await numbered_page(context, view, request);
    co_return co_await whole_list(context, view, request);
}

asio::awaitable<http::Response> retrieve_once(Context& context, const model::Resource& resource, std::int64_t id) {
    const View view = co_await view_of(context, resource);
    ListQuery query;
    query.order = {{&view.key(), false}};
    for (const model::Column& column : view.columns)
        if (column.is_present && column.field->use <= model::Use::on_request) query.output.push_back(&column);
    query.conditions.push_back({&view.key(), model::Lookup::exact, {std::to_string(id)}});
    const ListSql row = store::list_sql(view, query, {}, Nesting::objects);
    const db::Query statement = row.query("retrieve_row");
    db::Batch batch;
    const std::size_t index = batch.add(statement, row.params);
    co_await context.read(batch);
    if (batch.rows(index).empty()) throw rest::not_found(fmt::format("No {} matches the given query.", resource.title));
    co_return ok(store::render_row(batch.rows(index)));
}

}  // namespace

asio::awaitable<View> view_of(Context& context, const model::Resource& resource) {
    Services& services = context.services();
    if (resource.of_core) {
        if (!services.schema.is_known()) co_await services.schema.refresh();
        context.require_core_table(resource.table);
    }
    co_return store::view_of(resource, services.schema.schema(), services.core_timezone);
}

asio::awaitable<store::CoreViews> core_views(Context& context) {
    Services& services = context.services();
    if (!services.schema.is_known()) co_await services.schema.refresh();
    context.require_core_table(model::kUsers.table);
    co_return store::CoreViews(services.schema.schema(), services.core_timezone);
}

asio::awaitable<std::vector<std::int64_t>> swapped_accounts(Context& context, const View& posts,
                                                            std::optional<std::int64_t> account) {
    std::vector<std::int64_t> accounts;
    const std::string sql = store::swapped_accounts_sql(posts);
    if (sql.empty()) co_return accounts;
    db::Batch batch;
    const db::Query query{"swapped_accounts", sql, false};
    const std::size_t index = batch.add(query, {account ? db::Param(*account) : db::Param(std::nullopt)});
    co_await context.read(batch, db::Work::report);
    const db::Rows& rows = batch.rows(index);
    for (int i = 0; i < rows.size(); ++i) accounts.push_back(rows[i].integer(0));
    co_return accounts;
}

std::string signals_sql(Context& context, const View& users, store::Scope scope) {
    const Services& services = context.services();
    const store::CoreSchema& schema = services.schema.schema();
    const View posts = store::view_of(model::kPosts, schema, services.core_timezone);
    return store::signal_ctes(users, posts, schema, services.signal_weights, scope);
}

asio::awaitable<http::Response> list_rows(Context& context, const model::Resource& resource,
                                          std::optional<Narrowing> narrowing) {
    const auto list = [&] { return list_once(context, resource, narrowing); };
    context.is_open_list = true;
    co_return co_await fit_to_schema(list);
}

asio::awaitable<http::Response> retrieve_row(Context& context, const model::Resource& resource) {
    const std::int64_t id = context.path_id();
    const auto retrieve = [&] { return retrieve_once(context, resource, id); };
    co_return co_await fit_to_schema(retrieve);
}

}  // namespace wdx::api
