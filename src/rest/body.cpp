#include "rest/body.hpp"

#include "base/ascii.hpp"
#include "base/unicode.hpp"
#include "rest/negotiation.hpp"

#include <array>
#include <cerrno>
#include <iconv.h>
#include <memory>

namespace wdx::rest {
namespace {

using base::JsonValue;

ApiError parse_error(std::string_view why) {
    return bad_request(fmt::format("JSON parse error - {}", why));
}

/// Python's names that iconv lacks or means something else by.
std::string iconv_name(std::string_view name) {
    const std::string charset = base::ascii_lower(name);
    struct Alias {
        std::string_view python;
        std::string_view iconv;
    };
    constexpr std::array kAliases{Alias{"", "utf-8"}, Alias{"utf_8", "utf-8"}, Alias{"latin-1", "iso-8859-1"},
                                  Alias{"latin", "iso-8859-1"}};
    for (const Alias& alias : kAliases)
        if (charset == alias.python) return std::string(alias.iconv);
    // What follows a slash is an option of iconv's, not part of a name.
    return charset.find('/') == std::string::npos ? charset : "utf-8";
}

/// A body in another charset, as UTF-8.  A charset that the system does not know is ignored, as in Django.
/// @throws ApiError 400 when the bytes are not text of that charset.  compat: charset
std::string to_utf8(const std::string& body, const std::string& charset) {
    const std::string name = iconv_name(charset);
    if (name == "utf-8" || name == "utf8") return body;
    iconv_t converter = ::iconv_open("UTF-8", name.c_str());
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
            throw parse_error(fmt::format("'{}' codec can't decode the body", base::latin1_to_utf8(charset)));
    }
    return out;
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

/// DRF's CharField(required, not blank, trimmed).  @return the text; otherwise `errors` has the reasons
std::string read_char_field(const JsonValue* value, std::string_view name, FieldErrors& errors) {
    const auto refuse = [&](std::string_view why) {
        errors.add(name, {std::string(why)});
        return std::string{};
    };
    if (value == nullptr) return refuse(kRequired);
    if (value->kind == JsonValue::Kind::null) return refuse(kNotNull);
    auto text = char_field_text(*value);
    if (!text) return refuse(kNotAString);
    if (text->empty()) return refuse(kNotBlank);
    const auto faults = find_character_faults(*text, value->has_surrogates);
    if (!faults.empty()) errors.add(name, faults);
    return *std::move(text);
}

std::string read_lenient_field(const JsonValue* value) {
    return value == nullptr ? std::string{} : char_field_text(*value).value_or("");
}

/// A repeated Content-Type is not joined like other headers: the last one counts.
std::string content_type_of(const http::Request& request) {
    std::string_view last;
    const auto range = request.message.equal_range("Content-Type");
    for (auto it = range.first; it != range.second; ++it) last = {it->value().data(), it->value().size()};
    return std::string(last);
}

}  // namespace

std::string_view python_type(const base::JsonValue& value) {
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

std::vector<std::string> find_character_faults(std::string_view text, bool has_surrogates) {
    std::vector<std::string> faults;  // each validator is asked, whatever the others said
    if (text.find('\0') != std::string_view::npos) faults.emplace_back("Null characters are not allowed.");
    if (has_surrogates)
        faults.push_back(fmt::format("Surrogate characters are not allowed: {}.", first_surrogate(text)));
    return faults;
}

std::optional<std::string> char_field_text(const JsonValue& value) {
    switch (value.kind) {
        case JsonValue::Kind::string:
            return std::string(base::strip(value.string));
        case JsonValue::Kind::integer:
            return integer_text(value);
        case JsonValue::Kind::floating:
            return base::python_float_repr(value.floating);
        default:
            return std::nullopt;
    }
}

TooManyElements::TooManyElements(std::size_t most)
    : ApiError(bad_request(fmt::format("The body has too many elements; at most {} are allowed.", most))) {}

JsonBody::JsonBody(const http::Request& request, std::size_t most_elements) : text_("{}") {
    if (!request.body().empty()) {
        const std::string content_type = content_type_of(request);
        if (!is_json_media_type(content_type)) throw unsupported_media_type(base::latin1_to_utf8(content_type));
        text_ = to_utf8(request.body(), charset_of(content_type));
    }
    auto read = base::read_json(text_, most_elements);
    if (const auto* fault = std::get_if<base::JsonFault>(&read)) {
        if (fault->has_too_many) throw TooManyElements(most_elements);
        throw parse_error(fault->message);
    }
    document_ = std::move(std::get<JsonValue>(read));
    if (document_.kind == JsonValue::Kind::null) throw field_error("non_field_errors", "No data provided");
    if (!document_.is_object())
        throw field_error("non_field_errors",
                          fmt::format("Invalid data. Expected a dictionary, but got {}.", python_type(document_)));
}

std::vector<std::string> read_text_fields(const http::Request& request, const Body& table) {
    const JsonBody body(request, table.most_elements);
    FieldErrors errors;
    std::vector<std::string> values;
    for (const BodyField& field : table.fields) {
        const JsonValue* value = body.find(field.name);
        values.push_back(field.type == BodyType::lenient_text ? read_lenient_field(value)
                                                              : read_char_field(value, field.name, errors));
    }
    errors.throw_if_any();
    return values;
}

}  // namespace wdx::rest
