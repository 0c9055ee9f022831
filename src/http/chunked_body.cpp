#include "http/chunked_body.hpp"

#include "http/framing.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>

namespace wdx::http {
namespace {

constexpr std::string_view kLineEnd = "\r\n";
constexpr std::size_t kMostDigits = 16;

using State = ChunkedBody::State;

/// The first line of `input` without its CRLF, which is taken off.
struct Line {
    std::string_view text;
    bool complete = false;  ///< its end has come
    bool good = true;       ///< its end is a CRLF

    /// A carriage return at the end of what has come may belong to the end of the line.
    [[nodiscard]] bool is_longer_than(std::size_t most) const { return text.size() > most + (complete ? 0 : 1); }
};

Line take_line(std::string_view& input) {
    const auto end = input.find('\n');
    if (end == std::string_view::npos) return {.text = input};
    Line line{.text = input.substr(0, end), .complete = true, .good = end > 0 && input[end - 1] == '\r'};
    if (line.good) line.text.remove_suffix(1);
    input.remove_prefix(end + 1);
    return line;
}

std::string_view skip_blanks(std::string_view text) {
    return text.substr(std::min(text.find_first_not_of(" \t"), text.size()));
}

/// Takes a token off the front.  @return false when there is none
bool take_token(std::string_view& text) {
    const auto* const end = std::find_if_not(text.begin(), text.end(), is_token_char);
    const auto size = static_cast<std::size_t>(end - text.begin());
    text.remove_prefix(size);
    return size > 0;
}

/// Takes a quoted string off the front, behind its first quote.
bool take_quoted(std::string_view& text) {
    while (!text.empty()) {
        const char c = text.front();
        text.remove_prefix(1);
        if (c == '"') return true;
        if (c != '\\') continue;
        if (text.empty()) return false;
        text.remove_prefix(1);
    }
    return false;
}

/// `*( BWS ";" BWS name [ BWS "=" BWS ( token / quoted-string ) ] )`
bool are_extensions(std::string_view text) {
    if (has_control(text)) return false;
    while (!text.empty()) {
        text = skip_blanks(text);
        if (!text.starts_with(';')) return false;
        text = skip_blanks(text.substr(1));
        if (!take_token(text)) return false;
        const std::string_view value = skip_blanks(text);
        if (!value.starts_with('=')) continue;
        text = skip_blanks(value.substr(1));
        if (text.starts_with('"')) {
            text.remove_prefix(1);
            if (!take_quoted(text)) return false;
        } else if (!take_token(text)) {
            return false;
        }
    }
    return true;
}

}  // namespace

State ChunkedBody::take(std::string& input, std::string& body) {
    std::string_view rest = input;
    State state = State::needs_more;
    while (true) {
        const std::size_t before = rest.size();
        const Part part = part_;
        state = take_part(rest, body);
        if (state != State::needs_more || (rest.size() == before && part_ == part)) break;
    }
    input.erase(0, input.size() - rest.size());
    return state;
}

State ChunkedBody::take_part(std::string_view& input, std::string& body) {
    switch (part_) {
        case Part::size:
            return take_size(input, body.size());
        case Part::data: {
            const std::size_t size = std::min(left_, input.size());
            body.append(input.substr(0, size));
            input.remove_prefix(size);
            left_ -= size;
            if (left_ == 0) part_ = Part::data_end;
            return State::needs_more;
        }
        case Part::data_end:
            if (input.size() < kLineEnd.size())
                return kLineEnd.starts_with(input) ? State::needs_more : State::malformed;
            if (!input.starts_with(kLineEnd)) return State::malformed;
            input.remove_prefix(kLineEnd.size());
            part_ = Part::size;
            return State::needs_more;
        case Part::trailers:
            break;
    }
    return take_trailer(input);
}

/// @param taken  bytes of the body so far
State ChunkedBody::take_size(std::string_view& input, std::size_t taken) {
    const Line line = take_line(input);
    const std::size_t most = kMostDigits + (most_extensions_ - extensions_);
    if (line.is_longer_than(most)) return State::malformed;
    if (!line.complete) return State::needs_more;
    std::uint64_t size = 0;
    const char* const begin = line.text.data();
    const auto [end, error] = std::from_chars(begin, begin + line.text.size(), size, 16);
    const auto digits = static_cast<std::size_t>(end - begin);
    const std::string_view extensions = line.text.substr(digits);
    // from_chars takes a sign only for signed numbers.
    if (!line.good || error != std::errc{} || digits > kMostDigits || !are_extensions(extensions))
        return State::malformed;
    extensions_ += extensions.size();
    if (extensions_ > most_extensions_) return State::malformed;
    if (size > most_bytes_ - taken) return State::too_large;
    left_ = static_cast<std::size_t>(size);
    part_ = size == 0 ? Part::trailers : Part::data;
    return State::needs_more;
}

State ChunkedBody::take_trailer(std::string_view& input) {
    const Line line = take_line(input);
    if (line.is_longer_than(most_trailers_ - trailers_)) return State::malformed;
    if (!line.complete) return State::needs_more;
    if (!line.good) return State::malformed;
    if (line.text.empty()) return State::complete;
    trailers_ += line.text.size();
    return is_field_line(line.text) ? State::needs_more : State::malformed;
}

}  // namespace wdx::http
