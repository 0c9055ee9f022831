#include "api/pages/routes.hpp"
#include "api/request/context.hpp"
#include "base/embedded.hpp"
#include "rest/conditions.hpp"
#include "rest/error.hpp"

#ifdef WDX_CONSOLE
#include "embedded/console.hpp"
#endif

#include <algorithm>
#include <array>

namespace wdx::api {
namespace {

namespace asio = boost::asio;
using embedded::EmbeddedFile;

#ifdef WDX_CONSOLE
constexpr const auto& kFiles = embedded::console::kFiles;
#else
constexpr std::array<EmbeddedFile, 0> kFiles{};
#endif

constexpr std::string_view kPage = "index.html";

// The page runs its own scripts and talks to this server alone.  Swagger UI writes style attributes.
constexpr std::string_view kPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

struct MediaType {
    std::string_view suffix;
    std::string_view type;
};
constexpr std::array kMediaTypes{
    MediaType{".html", "text/html; charset=utf-8"}, MediaType{".js", "text/javascript; charset=utf-8"},
    MediaType{".css", "text/css; charset=utf-8"},   MediaType{".png", "image/png"},
    MediaType{".txt", "text/plain; charset=utf-8"},
};

std::string_view media_type_of(std::string_view name) {
    const auto* const found = std::find_if(kMediaTypes.begin(), kMediaTypes.end(),
                                           [&](const MediaType& known) { return name.ends_with(known.suffix); });
    return found == kMediaTypes.end() ? "application/octet-stream" : found->type;
}

/// Browsers ask each time whether a file is still right: after an update they have the new ones at once.
http::Response serve(const Context& context, std::string_view name) {
    if (kFiles.empty()) throw rest::not_found("This server was built without its pages.");
    const auto* const file =
        std::find_if(kFiles.begin(), kFiles.end(), [&](const EmbeddedFile& known) { return known.name == name; });
    if (file == kFiles.end()) throw rest::not_found();
    const std::string tag = fmt::format("\"{}\"", file->sha256.substr(0, 32));
    http::Response response;
    response.set("ETag", tag);
    response.set("Cache-Control", "no-cache");
    response.set("Content-Security-Policy", std::string(kPolicy));
    if (const auto status = rest::judge_conditions(context.request(), tag)) {
        if (*status == 412) throw rest::precondition_failed();
        response.status = *status;
        return response;
    }
    response.set("Content-Type", std::string(media_type_of(name)));
    response.body = file->contents;
    return response;
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
