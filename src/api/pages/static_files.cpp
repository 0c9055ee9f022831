#include "api/pages/static_files.hpp"

#include "rest/conditions.hpp"

#include <algorithm>
#include <array>

namespace wdx::api {
namespace {

struct MediaType {
    std::string_view suffix;
    std::string_view type;
};
constexpr std::array kMediaTypes{
    MediaType{".html", "text/html; charset=utf-8"},
    MediaType{".js", "text/javascript; charset=utf-8"},
    MediaType{".css", "text/css; charset=utf-8"},
    MediaType{".png", "image/png"},
    MediaType{".svg", "image/svg+xml"},
    MediaType{".txt", "text/plain; charset=utf-8"},
};

}  // namespace

std::string_view media_type_of(std::string_view name) {
    const auto* const found = std::find_if(kMediaTypes.begin(), kMediaTypes.end(),
                                           [&](const MediaType& known) { return name.ends_with(known.suffix); });
    return found == kMediaTypes.end() ? "application/octet-stream" : found->type;
}

http::Response serve_file(const Context& context, std::string_view name, const embedded::EmbeddedFile& file,
                          const FileOptions& options) {
    const std::string tag = fmt::format("\"{}\"", file.sha256.substr(0, 32));
    http::Response response;
    response.set("ETag", tag);
    response.set("Cache-Control", std::string(options.cache_control));
    response.set("Content-Security-Policy", std::string(options.policy));
    if (rest::is_not_modified(context.request(), tag)) {
        response.status = 304;
        return response;
    }
    response.set("Content-Type", std::string(media_type_of(name)));
    if (!options.coding.empty()) response.set("Content-Encoding", std::string(options.coding));
    response.body = file.contents;
    return response;
}

}  // namespace wdx::api
