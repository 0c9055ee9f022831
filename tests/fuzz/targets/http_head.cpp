#include "http/framing.hpp"
#include "targets.hpp"

#include <algorithm>
#include <charconv>

#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

namespace wdx::fuzz {
namespace {

namespace beast_http = boost::beast::http;
using Parser = beast_http::request_parser<beast_http::string_body>;

std::string_view view(boost::beast::string_view text) {
    return {text.data(), text.size()};
}

/// How a body's length is given, read without either of the parsers: `chunked`, the digits of a Content-Length, or "".
std::string body_length(std::string_view head) {
    std::string found;
    for (auto at = head.find("\r\n"); at != std::string_view::npos; at = head.find("\r\n", at + 2)) {
        const std::string_view line = head.substr(at + 2, head.find("\r\n", at + 2) - at - 2);
        std::string name(line.substr(0, line.find(':')));
        std::transform(name.begin(), name.end(), name.begin(),
                       [](char c) { return c >= 'A' && c <= 'Z' ? c + 32 : c; });
        if (name == "transfer-encoding") return "chunked";
        if (name != "content-length") continue;
        for (const char c : line.substr(name.size()))
            if (c >= '0' && c <= '9') found += c;
    }
    return found;
}

/// What we let pass Beast reads too, and sees the same request and the same end of it.
void check_agreement(std::string_view head) {
    Parser parser;
    parser.header_limit(static_cast<std::uint32_t>(head.size() + 1));
    parser.body_limit(boost::none);
    boost::system::error_code error;
    parser.put(boost::asio::buffer(head.data(), head.size()), error);
    // The one thing that Beast looks into further: a Connection that is no list of tokens.  The session answers 400.
    if (error == beast_http::error::bad_value) return;
    require(parser.is_header_done(), "Beast reads the head to its end");
    require(!error || error == beast_http::error::need_more, "without a fault");
    const auto& message = parser.get();
    const std::string line(head.substr(0, head.find("\r\n")));
    const std::string seen =
        fmt::format("{} {} HTTP/1.{}", view(message.method_string()), view(message.target()), message.version() - 10);
    require(seen == line, "the same request line");
    const auto lines = static_cast<std::size_t>(std::count(head.begin(), head.end(), '\n'));
    require(static_cast<std::size_t>(std::distance(message.begin(), message.end())) + 2 == lines, "the same fields");

    const std::string length = body_length(head);
    require(parser.chunked() == (length == "chunked"), "chunked, or not");
    if (length.empty() || length == "chunked") {
        require(!parser.content_length() || parser.chunked(), "no length");
        return require(parser.is_done() == length.empty(), "a body only if one was announced");
    }
    std::uint64_t bytes = 0;
    std::from_chars(length.data(), length.data() + length.size(), bytes);
    require(parser.content_length() && *parser.content_length() == bytes, "the same length");
}

/// The end is found wherever the pieces end in which the head comes.
void check_pieces(std::string_view input, const std::optional<std::size_t>& end) {
    for (const std::size_t step : {std::size_t{1}, std::size_t{3}, input.size() / 2 + 1}) {
        std::size_t scanned = 0;
        std::optional<std::size_t> found;
        for (std::size_t size = step; !found && size < input.size() + step; size += step)
            found = http::find_head_end(input.substr(0, std::min(size, input.size())), scanned);
        // A later end is not one: a piece that ends inside the empty line shows the same place.
        require(found == end, "the same end, in pieces");
    }
}

}  // namespace

void http_head(std::string_view input) {
    constexpr http::HeadLimits kLimits{.request_line = 512, .headers = 1024};
    std::size_t scanned = 0;
    const auto end = http::find_head_end(input, scanned);
    require(!end || *end <= input.size(), "inside");
    check_pieces(input, end);
    const std::string_view head = input.substr(0, end.value_or(input.size()));
    if (const auto fault = http::check_head(head, kLimits)) {
        require(fault->status == 400 || fault->status == 414 || fault->status == 431 || fault->status == 505,
                "a 4xx or 505");
        require(!fault->detail.empty(), "with a reason");
    } else {
        require(end.has_value(), "nothing without an end is served");
        require(head.size() <= kLimits.request_line + kLimits.headers + 4, "bounded");
        check_agreement(head);
    }
    if (http::is_sane_request_id(input))
        require(input.size() <= 128 && std::none_of(input.begin(), input.end(),
                                                    [](char c) { return c <= ' ' || c == '"' || c >= '\x7F'; }),
                "an id for the log");
}

}  // namespace wdx::fuzz
