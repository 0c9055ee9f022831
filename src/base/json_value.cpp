#include "base/json_value.hpp"

#include "base/json_writer.hpp"

#include <utility>

#include <boost/json/array.hpp>
#include <fmt/format.h>

namespace wdx::base {
namespace {

namespace json = boost::json;

std::string_view view_of(json::string_view text) {
    return {text.data(), text.size()};
}

void append(std::string& out, const json::value& value);

void append_array(std::string& out, const json::array& array) {
    out += '[';
    bool first = true;
    for (const json::value& element : array) {
        if (!std::exchange(first, false)) out += ',';
        append(out, element);
    }
    out += ']';
}

void append_object(std::string& out, const json::object& object) {
    out += '{';
    bool first = true;
    for (const json::key_value_pair& member : object) {
        if (!std::exchange(first, false)) out += ',';
        append_json_string(out, view_of(member.key()));
        out += ':';
        append(out, member.value());
    }
    out += '}';
}

void append(std::string& out, const json::value& value) {
    switch (value.kind()) {
        case json::kind::null:
            out += "null";
            break;
        case json::kind::bool_:
            out += value.get_bool() ? "true" : "false";
            break;
        case json::kind::int64:
            append_json_integer(out, value.get_int64());
            break;
        case json::kind::uint64:
            out += fmt::format("{}", value.get_uint64());
            break;
        case json::kind::double_:
            out += json_number(value.get_double());
            break;
        case json::kind::string:
            append_json_string(out, view_of(value.get_string()));
            break;
        case json::kind::array:
            append_array(out, value.get_array());
            break;
        case json::kind::object:
            append_object(out, value.get_object());
            break;
    }
}

}  // namespace

std::string json_text(const json::value& value) {
    std::string text;
    append(text, value);
    return text;
}

std::string json_text_with(const json::object& object, std::string_view name, std::string_view value) {
    std::string text;
    append_object(text, object);
    text.pop_back();
    if (!object.empty()) text += ',';
    text += fmt::format("\"{}\":", name);
    text += value;
    text += '}';
    return text;
}

}  // namespace wdx::base
