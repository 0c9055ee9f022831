#include "api/lists/lists.hpp"

#include "api/lists/core_views.hpp"
#include "api/lists/cursor.hpp"
#include "api/lists/list_services.hpp"
#include "api/lists/list_source.hpp"
#include "api/lists/routes.hpp"
#include "rest/error.hpp"
#include "rest/list_query.hpp"
#include "store/core/cohort_sql.hpp"
#include "store/core/corrections.hpp"
#include "store/core/list_rows.hpp"
#include "store/core/list_sql.hpp"
#include "store/core/row_json.hpp"
#include "store/core/users.hpp"
#include "store/core/views.hpp"

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

/// `http://host/path` as the client named us; `https` where we speak TLS, or a proxy says that it does: a client that
/// forges that only gets wrong links.
std::string absolute_url(const http::Request& request) {
    const rest::Target target = rest::parse_target(request.target());
    const bool https = request.peer->is_tls || boost::beast::iequals(request.header("X-Forwarded-Proto"), "https");
    return fmt::format("{}://{}{}", https ? "https" : "http",
                       target.authority.empty() ? request.header("Host") : std::string(target.authority), target.path);
}

/// The list that a cursor belongs to.
std::string list_name(const View& view) {
    return fmt::format("{}{}", view.resource->name, view.is_corrected ? " corrected" : "");
}

bool looks_into_text(model::Lookup lookup) {
    using enum model::Lookup;
    return lookup == contains || lookup == icontains || lookup == startswith || lookup == istartswith ||
           lookup == iexact;
}

bool names_rows(const model::Condition& condition) {
    const std::string_view name = condition.column->field->name;
    return condition.lookup == model::Lookup::exact && (name == "id" || name == "user_id");
}

/// A list for which PostgreSQL has to look at many users or posts, however few rows it gives.
bool is_report(const View& view, const ListRequest& request, Format format) {
    const ListQuery& query = request.query;
    if (!query.words.empty() || model::is_chosen_by_ranks(query)) return true;
    const auto in_text = [](const model::Condition& c) { return looks_into_text(c.lookup); };
    if (std::any_of(query.conditions.begin(), query.conditions.end(), in_text)) return true;
    const bool is_counted = request.page.limit && !request.page.page_size && format == Format::json &&
                            request.page.count == rest::Count::exact;
    const bool is_large = view.resource == &model::kUsers || view.resource == &model::kPosts;
    return is_counted && is_large && std::none_of(query.conditions.begin(), query.conditions.end(), names_rows);
}

/// Runs the statements of a list.
asio::awaitable<void> run_list(Context& context, const View& view, const ListRequest& request, db::Batch& batch) {
    if (is_report(view, request, context.format)) return context.report(batch);
    return context.read(batch, db::Work::slow);
}

/// GET ...?page_size=50, then ?cursor=...
/// Source: DRF pagination.py `CursorPagination`.
asio::awaitable<http::Response> cursor_page(Context& context, const View& view, const ListRequest& request) {
    const auth::SigningKey& key = context.services().lists.cursor_key;
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
    co_await run_list(context, view, request, batch);

    const store::ListPage page = store::read_list_page(batch.rows(index), size, backwards, query.order.size());
    const auto write = [&](const Cursor& to) { return write_cursor(to, list_name(view), query.order, key); };
    std::optional<std::string> next;
    std::optional<std::string> previous;
    if (page.last && (backwards || page.has_more)) next = write({*page.last, false, false});
    if (page.first && (backwards ? page.has_more : cursor.has_value())) previous = write({*page.first, true, false});
    // Where its rows are gone: back to where the client came from, with the row at the position.
    if (!page.first && cursor) (backwards ? next : previous) = write({cursor->position, !backwards, true});
    co_return ok(rest::render_cursor_page(next, previous, page.rows, absolute_url(context.request()), context.query()));
}

/// An estimated count that does not contradict the rows that were seen.
/// @param rows  of the page, and whether there are others behind it
std::int64_t plausible_count(std::int64_t estimate, std::int64_t offset, std::int64_t rows, bool has_next) {
    if (has_next) return std::max(estimate, offset + rows + 1);
    return rows > 0 || offset == 0 ? offset + rows : std::min(estimate, offset);
}

/// GET ...?limit=50&offset=100
asio::awaitable<http::Response> numbered_page(Context& context, const View& view, const ListRequest& request) {
    const rest::Page& page = request.page;
    const std::int64_t limit = *page.limit;
    // One row more than is shown: it tells whether there is a next page, whatever is counted.
    const ListSql list =
        store::list_sql(view, request.query, {.limit = limit + 1, .offset = page.offset}, Nesting::objects);
    const db::Query list_statement = list.query("list_rows");
    db::Batch batch;
    const std::size_t index = batch.add(list_statement, list.params);
    const bool is_exact = page.count == rest::Count::exact;
    ListSql count;
    if (page.count != rest::Count::none)
        count = is_exact ? store::count_sql(view, request.query) : store::estimate_sql(view, request.query);
    const db::Query count_statement = count.query("count_rows");
    std::optional<std::size_t> counted;
    if (page.count != rest::Count::none) counted = batch.add(count_statement, count.params);
    co_await run_list(context, view, request, batch);

    const db::Rows& rows = batch.rows(index);
    const bool has_next = rows.size() > limit;
    std::optional<std::int64_t> total;
    if (counted && is_exact) {
        total = store::read_list_count(batch.rows(*counted));
    } else if (counted) {
        total = plausible_count(store::read_list_estimate(batch.rows(*counted)), page.offset,
                                std::min<std::int64_t>(rows.size(), limit), has_next);
    }
    co_return ok(rest::render_page(page, total, has_next, store::render_rows(rows, static_cast<int>(limit)),
                                   absolute_url(context.request()), context.query()));
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
        co_await run_list(context, view, request, batch);
    } catch (const db::DbError& error) {
        if (!error.is_timeout()) throw;
        co_return std::nullopt;
    }
    co_return batch.take_rows(index);
}

/// All rows: a short list at once, a long one from a connection of its own.
asio::awaitable<http::Response> whole_list(Context& context, const View& view, const ListRequest& request) {
    const Window window{.limit = request.page.limit, .offset = request.page.offset};
    std::optional<ListHints::Key> hint;
    if (context.format == Format::json) {
        ListHints& hints = context.services().lists.hints;
        hint = ListHints::key_of(context.request().target());
        if (!hints.is_long(*hint).value_or(false)) {
            const auto rows = co_await list_beginning(context, view, request);
            if (rows && rows->size() <= store::kShortListRows) co_return ok(store::render_rows(*rows));
            if (rows) hints.remember(*hint, true);
        }
    }
    const ListSql all =
        store::list_sql(view, request.query, window, context.format == Format::csv ? Nesting::words : Nesting::objects);
    const db::Query statement = all.query("export_rows");
    co_return co_await stream_rows(context, statement, all.params, view.resource->name, hint);
}

/// What `corrected=true` changes; resources of which nothing can be corrected do not know the parameter.
asio::awaitable<void> correct(Context& context, const rest::QueryParams& params, View& view) {
    const bool has_users = view.resource == &model::kUsers;
    const bool has_posts = view.resource == &model::kPosts;
    if ((!has_users && !has_posts) || !rest::read_flag(params, "corrected")) co_return;
    if (has_users) co_return store::correct_users(view);
    const std::vector<std::int64_t> accounts = co_await swapped_accounts(context, view, std::nullopt);
    store::correct_posts(view, accounts);
}

/// @throws ApiError 400 when there is no such cohort
asio::awaitable<void> require_cohort(Context& context, const std::string& id) {
    db::Batch batch;
    const std::size_t index = batch.add(store::kHasCohort, {id});
    co_await context.read(batch, db::Work::read);
    if (!batch.rows(index).front().boolean(0)) throw rest::field_error("cohort", "There is no such cohort.");
}

/// The rest of a query: its cohort is looked up, and what it needs of the signals is said.
asio::awaitable<void> complete(Context& context, ListQuery& query) {
    if (!query.cohort.empty()) co_await require_cohort(context, query.cohort);
    if (!model::needs_signals(query)) co_return;
    query.signals = signals_sql(context, model::is_ordered_by_rank(query) ? store::Ranks::all : store::Ranks::few);
    query.signals_as_of = signals_as_of(context);
}

}  // namespace

asio::awaitable<View> view_of(Context& context, const model::Resource& resource) {
    Services& services = context.services();
    if (resource.of_core) {
        if (!services.schema.is_known()) co_await services.schema.refresh();
        context.require_core_table(resource.table);
    }
    co_return store::view_of(resource, services.schema.schema(), services.lists.core_timezone);
}

asio::awaitable<http::Response> list_rows(Context& context, const model::Resource& resource,
                                          std::optional<Narrowing> narrowing) {
    context.is_open_list = true;
    co_await context.require_access();  // a list may look at any number of rows
    View view = co_await view_of(context, resource);
    co_await correct(context, context.query(), view);
    context.with_bom = rest::read_flag(context.query(), "bom");
    if (context.with_bom && context.format != Format::csv)
        throw rest::field_error("bom", "Only CSV can begin with a byte order mark.");
    ListRequest request = rest::read_list(context.query(), view, context.format);
    if (narrowing)
        request.query.conditions.push_back(
            {view.find(narrowing->field), model::Lookup::exact, {std::to_string(narrowing->value)}});
    co_await complete(context, request.query);
    if (request.page.page_size) co_return co_await cursor_page(context, view, request);
    if (request.page.limit && context.format == Format::json) co_return co_await numbered_page(context, view, request);
    co_return co_await whole_list(context, view, request);
}

asio::awaitable<store::UserFilter> read_user_filter(Context& context, const std::string& query_string) {
    const rest::QueryParams params(query_string);
    View view = co_await view_of(context, model::kUsers);
    co_await correct(context, params, view);
    rest::refuse_other_names(params, view);
    ListQuery query = rest::read_list(params, view, Format::json).query;
    co_await complete(context, query);
    co_return store::UserFilter(std::move(view), std::move(query));
}

asio::awaitable<std::string> render_users(Context& context, const std::vector<std::int64_t>& ids) {
    const View view = co_await view_of(context, model::kUsers);
    ListQuery query;
    query.order = {{&view.key(), false}};
    for (const model::Column& column : view.columns)
        if (column.is_present && column.field->use == model::Use::standard) query.output.push_back(&column);
    std::vector<std::string> values;
    values.reserve(ids.size());
    for (const std::int64_t id : ids) values.push_back(std::to_string(id));
    query.conditions.push_back({&view.key(), model::Lookup::in, std::move(values)});
    const ListSql rows = store::list_sql(view, query, {}, Nesting::objects);
    const db::Query statement = rows.query("list_rows");
    db::Batch batch;
    const std::size_t index = batch.add(statement, rows.params);
    co_await context.read(batch, db::Work::slow);
    co_return store::render_rows(batch.rows(index));
}

asio::awaitable<http::Response> list_resource(Context& context) {
    co_return co_await list_rows(context, *context.route->resource);
}

asio::awaitable<http::Response> retrieve_row(Context& context, const model::Resource& resource, std::string key) {
    const View view = co_await view_of(context, resource);
    ListQuery query;
    query.order = {{&view.key(), false}};
    for (const model::Column& column : view.columns)
        if (column.is_present && column.field->use <= model::Use::on_request) query.output.push_back(&column);
    query.conditions.push_back({&view.key(), model::Lookup::exact, {std::move(key)}});
    const ListSql row = store::list_sql(view, query, {}, Nesting::objects);
    const db::Query statement = row.query("retrieve_row");
    db::Batch batch;
    const std::size_t index = batch.add(statement, row.params);
    co_await context.read(batch, db::Work::read);
    if (batch.rows(index).empty()) throw rest::not_found(fmt::format("No {} matches the given query.", resource.title));
    co_return ok(store::render_row(batch.rows(index)));
}

asio::awaitable<http::Response> retrieve_resource(Context& context) {
    return retrieve_row(context, *context.route->resource, std::to_string(context.path_id()));
}

std::span<const Route> list_routes() {
    static constexpr std::array kRoutes{
        Route{.verb = Verb::get,
              .pattern = "/api/posts/",
              .handler = &list_resource,
              .formats = rest::Formats::list,
              .view = "Post List",
              .id = "listPosts",
              .tag = "posts",
              .summary = "List posts",
              .help = "Posts of all users.",
              .gives = Gives::list,
              .resource = &model::kPosts},
        Route{.verb = Verb::get,
              .pattern = "/api/posts/{id}/",
              .handler = &retrieve_resource,
              .view = "Post Instance",
              .id = "retrievePost",
              .tag = "posts",
              .summary = "Retrieve one post",
              .help = "One post.",
              .gives = Gives::detail,
              .resource = &model::kPosts},
        Route{.verb = Verb::get,
              .pattern = "/api/logs/",
              .handler = &list_resource,
              .formats = rest::Formats::list,
              .view = "Log List",
              .id = "listLogs",
              .tag = "logs",
              .summary = "List what the server did and what went wrong",
              .help = "Logins, refusals, changes and errors, the newest first.",
              .gives = Gives::list,
              .resource = &model::kLogs},
    };
    return kRoutes;
}

}  // namespace wdx::api
