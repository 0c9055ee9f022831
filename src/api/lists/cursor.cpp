#include "api/lists/cursor.hpp"

#include "base/base64.hpp"
#include "base/json_reader.hpp"
#include "base/json_writer.hpp"
#include "base/unicode.hpp"

#include <fmt/format.h>

namespace wdx::api {
namespace {

/// No token is signed like this: a colon is not in its alphabet.
constexpr std::string_view kPurpose = "cursor:";

/// `["users","-followers_count,id",`: the list that a cursor belongs to.
std::string beginning_of(std::string_view list, const std::vector<model::Order>& order) {
    std::string names;
    for (const model::Order& part : order)
        names += fmt::format("{}{}{}", names.empty() ? "" : ",", part.descending ? "-" : "", part.column->field->name);
    return fmt::format(R"(["{}","{}",)", list, names);
}

std::string sign(std::string_view payload, const auth::SigningKey& key) {
    return key.sign(std::string(kPurpose) + std::string(payload));
}

/// A value of a position, as `write_cursor` wrote it.
std::optional<std::string> read_value(const base::JsonValue& element) {
    using Kind = base::JsonValue::Kind;
    if (element.kind == Kind::null) return std::nullopt;
    if (element.kind == Kind::array) return base::base64url_decode(element.elements.front().string);
    return element.string;
}

}  // namespace

std::string write_cursor(const Cursor& cursor, std::string_view list, const std::vector<model::Order>& order,
                         const auth::SigningKey& key) {
    std::string payload = beginning_of(list, order) + fmt::format("{},{}", cursor.backwards, cursor.inclusive);
    for (const auto& value : cursor.position) {
        payload += ',';
        if (!value) {
            payload += "null";
        } else if (base::is_utf8(*value)) {
            base::append_json_string(payload, *value);
        } else {  // bytes of a SQL_ASCII database
            payload += fmt::format(R"(["{}"])", base::base64url_encode(*value));
        }
    }
    payload += ']';
    return base::base64url_encode(payload) + '.' + base::base64url_encode(sign(payload, key));
}

std::optional<Cursor> read_cursor(std::string_view text, std::string_view list, const std::vector<model::Order>& order,
                                  const auth::SigningKey& key) {
    const auto dot = text.find('.');
    if (dot == std::string_view::npos) return std::nullopt;
    const auto payload = base::base64url_decode(text.substr(0, dot));
    const auto signature = base::base64url_decode(text.substr(dot + 1));
    if (!payload || !signature || !key.verifies(std::string(kPurpose) + *payload, *signature)) return std::nullopt;
    if (!payload->starts_with(beginning_of(list, order))) return std::nullopt;
    // From here on it is what `write_cursor` wrote.
    const auto document = base::read_json(*payload);
    const auto& elements = std::get<base::JsonValue>(document).elements;
    Cursor cursor{.position = {}, .backwards = elements[2].boolean, .inclusive = elements[3].boolean};
    for (std::size_t i = 4; i < elements.size(); ++i) {
        cursor.position.push_back(read_value(elements[i]));
    }
    return cursor;
}

}  // namespace wdx::api
