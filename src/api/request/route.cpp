#include "api/request/route.hpp"

#include "api/request/context.hpp"

namespace wdx::api {
namespace {

namespace asio = boost::asio;

constexpr int kTries = 3;

/// @return nullopt when the statements no longer fit the tables and `last` is not set
asio::awaitable<std::optional<http::Response>> try_handler(Context& context, const Route& route, bool last) {
    try {
        if (route.work != WorkClass::requests) co_await context.require_access();
        co_return co_await route.handler(context);
    } catch (const db::DbError& error) {
        if (last || !error.is_schema_mismatch()) throw;
    }
    co_return std::nullopt;
}

}  // namespace

std::string_view name_of(Verb verb) {
    switch (verb) {
        case Verb::get:
            return "GET";
        case Verb::post:
            return "POST";
        case Verb::put:
            return "PUT";
        case Verb::patch:
            return "PATCH";
        case Verb::del:
            break;
    }
    return "DELETE";
}

asio::awaitable<http::Response> run_handler(Context& context, const Route& route) {
    for (int tries = 1;; ++tries) {
        auto response = co_await try_handler(context, route, tries == kTries);
        if (response) co_return *std::move(response);
        co_await context.reread_schema();
    }
}

http::Response no_content() {
    http::Response response;
    response.status = 204;
    return response;
}

http::Response ok(std::string json) {
    http::Response response;
    response.body = std::move(json);
    return response;
}

}  // namespace wdx::api
