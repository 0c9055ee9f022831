#include "api/pages/routes.hpp"
#include "api/pages/static_files.hpp"
#include "rest/error.hpp"

#ifdef WDX_CONSOLE
#include "embedded/docs.hpp"
#endif

#include <algorithm>
#include <array>

namespace wdx::api {
namespace {

namespace asio = boost::asio;
using embedded::EmbeddedFile;

#ifdef WDX_CONSOLE
constexpr const auto& kFiles = embedded::docs::kFiles;
#else
constexpr std::array<EmbeddedFile, 0> kFiles{};
#endif

constexpr std::string_view kPage = "index.html";

// The page runs its own scripts and talks to this server alone.  Swagger UI writes style attributes.
constexpr std::string_view kPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

http::Response serve(const Context& context, std::string_view name) {
    if (kFiles.empty()) throw rest::not_found("This server was built without its pages.");
    const auto* const file =
        std::find_if(kFiles.begin(), kFiles.end(), [&](const EmbeddedFile& known) { return known.name == name; });
    if (file == kFiles.end()) throw rest::not_found();
    return serve_file(context, name, *file, {.policy = kPolicy});
}

/// GET /api/docs/ -> 200, the page that shows the OpenAPI document; 404 in a build without pages.
asio::awaitable<http::Response> show_docs(Context& context) {
    co_return serve(context, kPage);
}

/// GET /api/docs/{file} -> 200, 304 or 404.
asio::awaitable<http::Response> show_docs_file(Context& context) {
    co_return serve(context, context.path_values.front());
}

}  // namespace

std::span<const Route> page_routes() {
    static constexpr std::array kRoutes{
        Route{.verb = Verb::get,
              .pattern = "/api/docs/",
              .handler = &show_docs,
              .needs = Needs::nothing,
              .formats = rest::Formats::html,
              .view = "Docs",
              .id = "showDocs",
              .tag = "schema",
              .summary = "Show this document to people",
              .help = "A page without data: it fetches the document once you have logged in.",
              .answer = "File",
              .statuses = {200, 304},
              .refusals = {412},
              .parameters = {"IfMatch", "IfNoneMatch"},
              .headers = {"ETag"},
              .media = "text/html; charset=utf-8"},
        Route{.verb = Verb::get,
              .pattern = "/api/docs/{file}",
              .handler = &show_docs_file,
              .needs = Needs::nothing,
              .formats = rest::Formats::html,
              .view = "Docs File",
              .id = "showDocsFile",
              .tag = "schema",
              .summary = "Retrieve a file of that page",
              .help = "Scripts, styles and pictures of that page.",
              .answer = "File",
              .statuses = {200, 304},
              .refusals = {412},
              .parameters = {"IfMatch", "IfNoneMatch"},
              .headers = {"ETag"},
              .media = "*/*"},
    };
    return kRoutes;
}

}  // namespace wdx::api
