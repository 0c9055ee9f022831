#include "rest/list_query.hpp"

#include "rest/error.hpp"
#include "store/core/list_sql.hpp"
#include "store/core/views.hpp"
#include "targets.hpp"

#include <algorithm>

namespace wdx::fuzz {
namespace {

/// Everything that can stand in a statement besides `$1`: what the field tables hold and the writer's own words.
bool is_our_sql(std::string_view sql) {
    return sql.find_first_not_of(
               "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 _.,:\"'$()<>=+*{}#[]|-") ==
           std::string_view::npos;
}

void check_statement(const store::ListSql& statement) {
    require(is_our_sql(statement.sql), "no foreign text in a statement");
    require(std::count(statement.sql.begin(), statement.sql.end(), '(') ==
                std::count(statement.sql.begin(), statement.sql.end(), ')'),
            "brackets in pairs");
    const std::string last = '$' + std::to_string(statement.params.size());
    require(statement.params.empty() || statement.sql.find(last) != std::string::npos, "no parameter to spare");
    require(statement.sql.find('$' + std::to_string(statement.params.size() + 1)) == std::string::npos,
            "no parameter missing");
}

void check_list(const rest::QueryParams& params, const model::View& view, rest::Format format) {
    try {
        const rest::ListRequest request = rest::read_list(params, view, format);
        require(!request.query.order.empty() && request.query.order.back().column == &view.key(), "ordered to the key");
        require(!request.query.output.empty(), "something to answer");
        model::Window window{.limit = request.page.limit, .offset = request.page.offset};
        check_statement(store::list_sql(view, request.query, window, store::Nesting::objects));
        check_statement(store::count_sql(view, request.query));
        window = {.limit = 10, .after = model::Position(request.query.order.size(), "1"), .with_positions = true};
        check_statement(store::list_sql(view, request.query, window, store::Nesting::words));
    } catch (const rest::ApiError& error) {
        require(error.status == 400, "a refusal");
    }
}

model::View whole(const model::Resource& resource) {
    model::View view = store::view_of(resource, store::CoreSchema(), {});
    for (model::Column& column : view.columns) column.is_present = true;
    view.has_classification = !resource.user.empty();
    return view;
}

}  // namespace

/// A query string, as the parameters of every list.
void list_query(std::string_view input) {
    static const model::View kViews[] = {
        whole(model::kUsers), whole(model::kPosts),  whole(model::kActions), whole(model::kPlannedActions),
        whole(model::kEdits), whole(model::kAlerts), whole(model::kLogs)};
    try {
        const rest::QueryParams params(input);
        for (const model::View& view : kViews)
            for (const rest::Format format : {rest::Format::json, rest::Format::csv}) check_list(params, view, format);
    } catch (const rest::ApiError&) {
        return;  // too many parameters
    }
}

}  // namespace wdx::fuzz
