#include "api/pages/routes.hpp"
#include "api/pages/static_files.hpp"
#include "rest/coding.hpp"
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

// The page runs its own scripts, talks to this server alone, and makes no markup out of texts.
constexpr std::string_view kPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "font-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'; "
    "require-trusted-types-for 'script'";

// The build puts a hash of the contents into the name of every file but the page's.
constexpr std::string_view kForever = "public, max-age=31536000, immutable";
constexpr std::string_view kAskAgain = "no-cache";

struct Coding {
    std::string_view name;
    std::string_view suffix;
};
constexpr std::array kCodings{Coding{"br", ".br"}, Coding{"gzip", ".gz"}};

const EmbeddedFile* find_file(std::string_view name) {
    const auto found =
        std::find_if(kFiles.begin(), kFiles.end(), [&](const EmbeddedFile& known) { return known.name == name; });
    return found == kFiles.end() ? nullptr : &*found;
}

bool is_variant(std::string_view name) {
    return std::any_of(kCodings.begin(), kCodings.end(),
                       [&](const Coding& coding) { return name.ends_with(coding.suffix); });
}

/// The file as the build compressed it, where the client takes that and it is smaller.
http::Response serve(const Context& context, std::string_view name) {
    if (kFiles.empty()) throw rest::not_found("This server was built without its pages.");
    const EmbeddedFile* file = is_variant(name) ? nullptr : find_file(name);
    if (file == nullptr) throw rest::not_found();
    FileOptions options{.policy = kPolicy, .cache_control = name == kPage ? kAskAgain : kForever};
    const std::string accepted = context.request().header("Accept-Encoding");
    for (const Coding& coding : kCodings) {
        if (rest::choose_coding(accepted, {coding.name}).empty()) continue;
        const EmbeddedFile* variant = find_file(std::string(name) + std::string(coding.suffix));
        if (variant == nullptr) continue;
        file = variant;
        options.coding = coding.name;
        break;
    }
    http::Response response = serve_file(context, name, *file, options);
    response.set("Vary", "Accept-Encoding");
    return response;
}

/// GET /admin/ -> 200, the console; 404 in a build without pages.
asio::awaitable<http::Response> show_console(Context& context) {
    co_return serve(context, kPage);
}

/// GET /admin/{file} -> 200, 304 or 404.
asio::awaitable<http::Response> show_console_file(Context& context) {
    co_return serve(context, context.path_values.front());
}

}  // namespace

std::span<const Route> console_page_routes() {
    static constexpr std::array kRoutes{
        Route{.verb = Verb::get,
              .pattern = "/admin/",
              .handler = &show_console,
              .needs = Needs::nothing,
              .formats = rest::Formats::html,
              .view = "Console",
              .id = "showConsole",
              .tag = "console",
              .summary = "Show the console",
              .help = "A page without data: it asks this API once you have logged in.",
              .answer = "File",
              .statuses = {200, 304},
              .refusals = {412},
              .parameters = {"IfMatch", "IfNoneMatch"},
              .headers = {"ETag"},
              .media = "text/html; charset=utf-8"},
        Route{.verb = Verb::get,
              .pattern = "/admin/{file}",
              .handler = &show_console_file,
              .needs = Needs::nothing,
              .formats = rest::Formats::html,
              .view = "Console File",
              .id = "showConsoleFile",
              .tag = "console",
              .summary = "Retrieve a file of the console",
              .help = "Scripts, styles and pictures of that page, compressed where the client takes it.",
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
