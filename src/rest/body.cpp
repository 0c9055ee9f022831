#include "rest/body.hpp"

#include <iconv.h>

#include <array>
#include <cerrno>

#include "base/json_reader.hpp"
#include "base/unicode.hpp"
#include "rest/error.hpp"
#include "rest/negotiation.hpp"

namespace wdx::rest {
namespace {

using base::JsonValue;

ApiError parse_error(std::string_view why) { return bad_request(fmt::format("JSON parse error - {}", why)); }

bool names_utf8(std::string_view charset) {
    constexpr std::array<std::string_view, 5> kNames{"", "utf-8", "UTF-8", "utf8", "UTF8"};
    return std::find(kNames.begin(), kNames.end(), charset) != kNames.end();
}

/// A body in another charset, as UTF-8.  A charset that the system does not know is ignored, as in Django.
/// @throws ApiError 400 when the bytes are not text of that charset
std::string to_utf8(const std::string& body, const std::string& charset) {
    if (names_utf8(charset)) return body;
    iconv_t converter = ::iconv_open("UTF-8", charset.c_str());
    if (converter == reinterpret_cast<iconv_t>(-1)) return body;  // NOLINT(performance-no-int-to-ptr): iconv's API
    const std::unique_ptr<void, int (*)(iconv_t)> closer(converter, ::iconv_close);
    std::string out;
    std::string input = body;
    char* from = input.data();
    std::size_t left = input.size();
    std::array<char, 4096> piece{};
    while (left > 0) {
        char* to = piece.data();
        std::size_t room = piece.size();
        const std::size_t converted = ::iconv(converter, &from, &left, &to, &room);
        out.append(piece.data(), piece.size() - room);
        if (converted == static_cast<std::size_t>(-1) && errno != E2BIG)
            throw parse_error(fmt::format("'{}' codec can't decode the body", charset));
    }
    return out;
}

/// The name of a value's type in Python, for DRF's message about a body that is no object.
std::string_view python_type(const JsonValue& value) {
    switch (value.kind) {
        case JsonValue::Kind::boolean:
            return "bool";
        case JsonValue::Kind::integer:
            return "int";
        case JsonValue::Kind::floating:
            return "float";
        case JsonValue::Kind::string:
            return "str";
        case JsonValue::Kind::array:
            return "list";
        default:
            return "dict";
    }
}

/// Text of an integer as Python prints it: `-0` is 0.
std::string integer_text(const JsonValue& value) {
    return value.fits_int64 ? std::to_string(value.integer) : std::string(value.raw);
}

/// The first lone surrogate, as `U+D800`; in our strings they stand in three bytes, ED A0..BF xx.
std::string first_surrogate(std::string_view text) {
    for (std::size_t i = 0; i + 2 < text.size(); ++i) {
        const auto second = static_cast<unsigned char>(text[i + 1]);
        if (static_cast<unsigned char>(text[i]) != 0xED || second < 0xA0) continue;
        const unsigned code =
            0xD000U | (static_cast<unsigned>(second & 0x3FU) << 6U) | (static_cast<unsigned char>(text[i + 2]) & 0x3FU);
        return fmt::format("U+{:X}", code);
    }
    return {};
}

/// DRF's CharField(required, not blank, trimmed).  @return the text; otherwise `errors` has the reason
std::string read_char_field(const JsonValue* value, std::string_view name, FieldErrors& errors) {
    const auto refuse = [&](std::string_view why) {
        errors.add(name, why);
        return std::string{};
    };
    if (value == nullptr) return refuse("This field is required.");
    std::string text;
    switch (value->kind) {
        case JsonValue::Kind::null:
            return refuse("This field may not be null.");
        case JsonValue::Kind::string:
            text = value->string;
            break;
        case JsonValue::Kind::integer:
            text = integer_text(*value);
            break;
        case JsonValue::Kind::floating:
            text = base::python_float_repr(value->floating);
            break;
        default:
            return refuse("Not a valid string.");
    }
    text = std::string(base::strip(text));
    if (text.empty()) return refuse("This field may not be blank.");
    if (text.find('\0') != std::string::npos) return refuse("Null characters are not allowed.");
    if (value->has_surrogates)
        return refuse(fmt::format("Surrogate characters are not allowed: {}.", first_surrogate(text)));
    return text;
}

}  // namespace

std::vector<std::string> read_text_fields(const http::Request& request, std::initializer_list<std::string_view> names) {
    std::string text = "{}";
    if (!request.body().empty()) {
        const std::string content_type = request.header("Content-Type");
        if (!is_json_media_type(content_type)) throw unsupported_media_type(content_type);
        text = to_utf8(request.body(), charset_of(content_type));
    }
    const auto read = base::read_json(text);
    if (const auto* fault = std::get_if<base::JsonFault>(&read)) throw parse_error(fault->message);
    const auto& document = std::get<JsonValue>(read);
    if (document.kind == JsonValue::Kind::null) throw field_error("non_field_errors", "No data provided");
    if (!document.is_object())
        throw field_error("non_field_errors", fmt::format("Invalid data. Expected a dictionary, but got {}.",
                                                          python_type(document)));
    FieldErrors errors;
    std::vector<std::string> values;
    for (const std::string_view name : names) values.push_back(read_char_field(document.find(name), name, errors));
    errors.throw_if_any();
    return values;
}

}  // namespace wdx::rest
