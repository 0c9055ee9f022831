#include "http/framing.hpp"

#include "base/ascii.hpp"

#include <algorithm>
#include <variant>

namespace wdx::http {
namespace {

constexpr HeadFault bad(std::string_view detail) {
    return {400, detail};
}

constexpr bool is_digit(char c) noexcept {
    return c >= '0' && c <= '9';
}
constexpr bool is_letter(char c) noexcept {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool is_token(std::string_view text) noexcept {
    return !text.empty() && std::all_of(text.begin(), text.end(), is_token_char);
}

std::string_view trim(std::string_view text) noexcept {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
    return text;
}

/// `http://host` and so on, whatever follows the host.
bool is_absolute(std::string_view target) noexcept {
    for (const std::string_view scheme : {"http://", "https://"}) {
        if (!base::equals_ignoring_ascii_case(target.substr(0, scheme.size()), scheme)) continue;
        const std::string_view rest = target.substr(scheme.size());
        return !rest.empty() && std::string_view{"/?#"}.find(rest.front()) == std::string_view::npos;
    }
    return false;
}

/// A path, a whole URL, or `*` for OPTIONS.  What CONNECT asks for is a proxy's.
bool is_served_target(std::string_view method, std::string_view target) noexcept {
    if (method == "CONNECT") return false;
    return target.front() == '/' || is_absolute(target) || (target == "*" && method == "OPTIONS");
}

/// What the field lines said about the length of the body.
struct Fields {
    unsigned hosts = 0;
    unsigned lengths = 0;
    unsigned encodings = 0;
    bool good_length = true;
    bool chunked = true;
};

/// `method SP target SP HTTP/1.x`.  @return the minor version, or the fault
std::variant<unsigned, HeadFault> check_request_line(std::string_view line) {
    const auto first = line.find(' ');
    const auto last = line.rfind(' ');
    if (first == std::string_view::npos || first == last) return bad("Malformed request line.");
    const std::string_view method = line.substr(0, first);
    const std::string_view target = line.substr(first + 1, last - first - 1);
    const std::string_view version = line.substr(last + 1);
    if (!is_token(method) || target.empty() || target.find(' ') != std::string_view::npos || has_control(line) ||
        target.find('\t') != std::string_view::npos)
        return bad("Malformed request line.");
    constexpr std::string_view kName = "HTTP/";
    if (version.size() != 8 || !version.starts_with(kName) || !is_digit(version[5]) || version[6] != '.' ||
        !is_digit(version[7]))
        return bad("Malformed request line.");
    if (version[5] != '1' || version[7] > '1') return HeadFault{505, "HTTP version not supported."};
    if (!is_served_target(method, target)) return bad("Unsupported request target.");
    return static_cast<unsigned>(version[7] - '0');
}

std::optional<HeadFault> find_line_fault(std::string_view line) {
    if (line.front() == ' ' || line.front() == '\t') return bad("Folded header line.");
    const auto colon = line.find(':');
    if (colon == std::string_view::npos || !is_token(line.substr(0, colon))) return bad("Malformed header name.");
    if (has_control(line)) return bad("Control character in a header.");
    return std::nullopt;
}

std::optional<HeadFault> check_field_line(std::string_view line, Fields& fields) {
    if (const auto fault = find_line_fault(line)) return fault;
    const auto colon = line.find(':');
    const std::string_view name = line.substr(0, colon);
    const std::string_view value = trim(line.substr(colon + 1));
    if (base::equals_ignoring_ascii_case(name, "host")) {
        ++fields.hosts;
    } else if (base::equals_ignoring_ascii_case(name, "content-length")) {
        ++fields.lengths;
        // 18 digits fit 64 bits; the body limit is far below.
        fields.good_length = !value.empty() && value.size() <= 18 && std::all_of(value.begin(), value.end(), is_digit);
    } else if (base::equals_ignoring_ascii_case(name, "transfer-encoding")) {
        ++fields.encodings;
        fields.chunked = base::equals_ignoring_ascii_case(value, "chunked");
    }
    return std::nullopt;
}

std::optional<HeadFault> check_framing(const Fields& fields, unsigned minor_version) {
    if (fields.lengths > 1) return bad("More than one Content-Length.");
    if (!fields.good_length) return bad("Malformed Content-Length.");
    if (fields.lengths > 0 && fields.encodings > 0) return bad("Both Content-Length and Transfer-Encoding.");
    if (fields.encodings > 1) return bad("More than one Transfer-Encoding.");
    if (!fields.chunked) return bad("Unsupported Transfer-Encoding.");
    if (fields.encodings > 0 && minor_version == 0) return bad("Transfer-Encoding in HTTP/1.0.");
    if (fields.hosts > 1) return bad("More than one Host.");
    if (fields.hosts == 0 && minor_version == 1) return bad("Missing Host.");
    return std::nullopt;
}

}  // namespace

bool is_token_char(char c) noexcept {
    return is_digit(c) || is_letter(c) || std::string_view{"!#$%&'*+-.^_`|~"}.find(c) != std::string_view::npos;
}

bool has_control(std::string_view line) noexcept {
    return std::any_of(line.begin(), line.end(), [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return (byte < 0x20 && c != '\t') || byte == 0x7F;
    });
}

bool is_field_line(std::string_view line) noexcept {
    return !find_line_fault(line);
}

std::optional<HeadFault> check_head(std::string_view head, const HeadLimits& limits) {
    std::optional<unsigned> minor_version;
    Fields fields;
    std::size_t field_bytes = 0;
    while (!head.empty()) {
        const auto end = std::min(head.find('\n'), head.size());
        // Sizes first: a line that was too long to be read to its end has none.
        if (!minor_version && end > limits.request_line + 1) return HeadFault{414, "Request line too long."};
        if (minor_version && field_bytes + end > limits.headers + 1)
            return HeadFault{431, "Request headers too large."};
        if (end == head.size() || end == 0 || head[end - 1] != '\r') return bad("Line not ended by CRLF.");
        const std::string_view line = head.substr(0, end - 1);
        head.remove_prefix(end + 1);
        if (!minor_version) {
            const auto checked = check_request_line(line);
            if (const auto* fault = std::get_if<HeadFault>(&checked)) return *fault;
            minor_version = std::get<unsigned>(checked);
            continue;
        }
        if (line.empty()) return check_framing(fields, *minor_version);
        field_bytes += line.size() + 2;
        if (const auto fault = check_field_line(line, fields)) return fault;
    }
    return bad("Malformed request.");
}

std::optional<std::size_t> find_head_end(std::string_view received, std::size_t& scanned) noexcept {
    // A head that ends in bare line feeds is found as well, to be refused at once instead of at the deadline.
    constexpr std::size_t kLongestEnd = 4;
    std::size_t from = scanned > kLongestEnd ? scanned - kLongestEnd : 0;
    while ((from = received.find('\n', from)) != std::string_view::npos) {
        const std::string_view rest = received.substr(from + 1);
        if (rest.starts_with("\r\n")) return from + 3;
        if (rest.starts_with('\n')) return from + 2;
        ++from;
    }
    scanned = received.size();
    return std::nullopt;
}

bool is_sane_request_id(std::string_view id) noexcept {
    constexpr std::size_t kLongest = 128;
    return !id.empty() && id.size() <= kLongest && std::all_of(id.begin(), id.end(), [](char c) {
        return is_digit(c) || is_letter(c) || c == '.' || c == '_' || c == '-';
    });
}

}  // namespace wdx::http
