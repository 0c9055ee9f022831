#include "base/json_reader.hpp"
#include "base/json_writer.hpp"
#include "base/unicode.hpp"
#include "http/message.hpp"
#include "rest/body.hpp"
#include "rest/error.hpp"
#include "targets.hpp"

#include <algorithm>
#include <cmath>

namespace wdx::fuzz {
namespace {

using base::JsonValue;

std::string compact(const JsonValue& value);

template <typename List, typename Append>
std::string joined(char open, const List& list, char close, Append append) {
    std::string out{open};
    for (const auto& item : list) {
        if (out.size() > 1) out += ',';
        append(out, item);
    }
    return out += close;
}

/// The document as we would write it.
std::string compact(const JsonValue& value) {
    switch (value.kind) {
        case JsonValue::Kind::string: {
            std::string out;
            base::append_json_string(out, value.string);
            return out;
        }
        case JsonValue::Kind::array:
            return joined('[', value.elements, ']',
                          [](std::string& out, const JsonValue& one) { out += compact(one); });
        case JsonValue::Kind::object:
            return joined('{', value.members, '}', [](std::string& out, const base::JsonMember& member) {
                base::append_json_string(out, member.name);
                out += ':';
                out += compact(member.value);
            });
        default:
            return std::string(value.raw);
    }
}

bool same_float(double a, double b) {
    return a == b || (std::isnan(a) && std::isnan(b));
}

bool equal(const JsonValue& a, const JsonValue& b) {
    return a.kind == b.kind && a.boolean == b.boolean && a.integer == b.integer && same_float(a.floating, b.floating) &&
           a.string == b.string &&
           std::equal(a.elements.begin(), a.elements.end(), b.elements.begin(), b.elements.end(), equal) &&
           std::equal(a.members.begin(), a.members.end(), b.members.begin(), b.members.end(),
                      [](const auto& x, const auto& y) { return x.name == y.name && equal(x.value, y.value); });
}

bool reads_as(const std::string& text, const JsonValue& expected) {
    const auto read = base::read_json(text);
    const auto* value = std::get_if<JsonValue>(&read);
    return value != nullptr && equal(*value, expected);
}

/// A name as it stands in the document is a string that means the name.
void check_names(const JsonValue& value) {
    for (const JsonValue& element : value.elements) check_names(element);
    for (const base::JsonMember& member : value.members) {
        const auto read = base::read_json(member.raw_name);
        const auto* name = std::get_if<JsonValue>(&read);
        require(name != nullptr && name->is_string() && name->string == member.name, "the raw name");
        check_names(member.value);
    }
}

void check_document(std::string_view text) {
    const auto read = base::read_json(text);
    if (const auto* fault = std::get_if<base::JsonFault>(&read)) {
        require(!fault->message.empty() && base::is_utf8(fault->message), "a reason that can be shown");
        return;
    }
    const auto& value = std::get<JsonValue>(read);
    require(text.find(value.raw) != std::string_view::npos, "raw points into the text");
    check_names(value);
    const std::string written = compact(value);
    if (!base::is_utf8(written)) return;  // lone surrogates, which no writer of ours is given
    require(reads_as(written, value), "written and read again");
    std::string indented;
    base::JsonIndenter(3).feed(written, indented);
    require(reads_as(indented, value), "indented and read again");
    std::string in_pieces;
    base::JsonIndenter indenter(3);
    const std::size_t cut = text.size() * 7 % (written.size() + 1);
    indenter.feed(std::string_view(written).substr(0, cut), in_pieces);
    indenter.feed(std::string_view(written).substr(cut), in_pieces);
    require(in_pieces == indented, "a piece may end anywhere");
}

constexpr std::array kLoginFields{
    rest::BodyField{.name = "username", .type = rest::BodyType::text, .is_required = true},
    rest::BodyField{.name = "password", .type = rest::BodyType::text, .is_required = true},
};
constexpr rest::Body kLogin{"Login", kLoginFields};

void check_fields(std::string_view content_type, std::string_view body) {
    http::Request request;
    request.message.set("Content-Type", boost::beast::string_view(content_type.data(), content_type.size()));
    request.message.body() = body;
    try {
        for (const std::string& value : rest::read_text_fields(request, kLogin)) {
            require(base::is_utf8(value) && !value.empty() && base::strip(value) == value, "trimmed text");
            require(value.find('\0') == std::string::npos, "no NUL, which PostgreSQL has not");
        }
    } catch (const rest::ApiError& error) {
        require(error.status == 400 || error.status == 415, "400 or 415");
        const auto answer = base::read_json(error.body);
        const auto* object = std::get_if<JsonValue>(&answer);
        require(object != nullptr && object->is_object() && !object->members.empty(), "an object says why");
    }
}

}  // namespace

/// A Content-Type and, behind a line break, a body; without a line break, a body of JSON.
void json_body(std::string_view input) {
    const auto line = input.find('\n');
    const std::string_view body = line == std::string_view::npos ? input : input.substr(line + 1);
    check_document(body);
    check_fields(line == std::string_view::npos ? "application/json" : input.substr(0, line), body);
}

}  // namespace wdx::fuzz
