#include "base/json_reader.hpp"
#include "base/unicode.hpp"
#include "db/rows.hpp"
#include "store/core/row_csv.hpp"
#include "store/core/row_json.hpp"
#include "targets.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstring>
#include <endian.h>
#include <functional>
#include <iterator>
#include <vector>

namespace wdx::fuzz {
namespace {

using base::JsonValue;

enum class Shape { boolean, integer, floating, text, time };

struct Type {
    Oid oid;
    std::size_t size;  ///< 0: any
    Shape shape;
};
/// The types of pg_type.dat that rows have; the last one is not written.
constexpr std::array kTypes{
    Type{16, 1, Shape::boolean}, Type{21, 2, Shape::integer},   Type{23, 4, Shape::integer},
    Type{20, 8, Shape::integer}, Type{700, 4, Shape::floating}, Type{701, 8, Shape::floating},
    Type{25, 0, Shape::text},    Type{1043, 0, Shape::text},    Type{1042, 0, Shape::text},
    Type{1082, 4, Shape::time},  Type{1184, 8, Shape::time},    Type{17, 0, Shape::text},
};
constexpr Oid kUnknown = 17;  ///< bytea

struct Column {
    Type type;
    std::string name;
    std::optional<std::string> value;
};

/// Takes values off the input; behind its end everything is zero or empty.
class Reader {
  public:
    explicit Reader(std::string_view input) : rest_(input) {}
    [[nodiscard]] bool at_end() const { return rest_.empty(); }
    unsigned char byte() {
        if (rest_.empty()) return 0;
        const char first = rest_.front();
        rest_.remove_prefix(1);
        return static_cast<unsigned char>(first);
    }
    std::string bytes(std::size_t size) {
        std::string out(rest_.substr(0, size));
        rest_.remove_prefix(out.size());
        return out;
    }

  private:
    std::string_view rest_;
};

/// Columns: a byte for the type, with its top bit for NULL and the next for a value of the wrong size; name and value,
/// each behind a byte with its length.
std::vector<Column> read_columns(Reader reader) {
    constexpr std::size_t kMostColumns = 32;
    std::vector<Column> columns;
    while (!reader.at_end() && columns.size() < kMostColumns) {
        const unsigned head = reader.byte();
        Column column{kTypes[(head & 0x3FU) % kTypes.size()], reader.bytes(reader.byte() % 16U), std::nullopt};
        column.name = column.name.substr(0, column.name.find('\0'));
        if ((head & 0x80U) == 0) {
            column.value = reader.bytes(reader.byte());
            if ((head & 0x40U) == 0 && column.type.size != 0) column.value->resize(column.type.size, '\0');
        }
        columns.push_back(std::move(column));
    }
    return columns;
}

db::Rows make_result(std::vector<Column>& columns) {
    db::ResultPtr result(PQmakeEmptyPGresult(nullptr, PGRES_TUPLES_OK));
    std::vector<PGresAttDesc> attributes;
    for (Column& column : columns) attributes.push_back({column.name.data(), 0, 0, 1, column.type.oid, 0, 0});
    require(PQsetResultAttrs(result.get(), static_cast<int>(attributes.size()), attributes.data()) == 1, "libpq");
    int index = 0;
    for (Column& column : columns) {
        char* value = column.value ? column.value->data() : nullptr;
        const int length = column.value ? static_cast<int>(column.value->size()) : -1;
        require(PQsetvalue(result.get(), 0, index++, value, length) == 1, "libpq");
    }
    return db::Rows(std::move(result));
}

/// PostgreSQL's big-endian number, sign extended.
std::int64_t read_integer(std::string_view bytes) {
    auto value = static_cast<std::uint64_t>(static_cast<std::int64_t>(static_cast<signed char>(bytes.front())));
    for (const char c : bytes.substr(1)) value = (value << 8U) | static_cast<unsigned char>(c);
    return static_cast<std::int64_t>(value);
}

double read_floating(std::string_view bytes) {
    const auto raw = static_cast<std::uint64_t>(read_integer(bytes));
    if (bytes.size() == 4) return static_cast<double>(std::bit_cast<float>(static_cast<std::uint32_t>(raw)));
    return std::bit_cast<double>(raw);
}

void check_value(const Column& column, const JsonValue& json) {
    const bool is_null = json.kind == JsonValue::Kind::null;
    if (!column.value) return require(is_null, "NULL is null");
    const std::string& bytes = *column.value;
    switch (column.type.shape) {
        case Shape::boolean:
            return require(json.kind == JsonValue::Kind::boolean && json.boolean == (bytes[0] != 0), "the boolean");
        case Shape::integer:
            return require(json.fits_int64 && json.integer == read_integer(bytes), "the integer");
        case Shape::floating: {
            const double value = read_floating(bytes);
            if (!std::isfinite(value)) return require(is_null, "no infinity");
            const double read = json.kind == JsonValue::Kind::integer
                                    ? std::strtod(std::string(json.raw).c_str(), nullptr)
                                    : json.floating;
            return require(json.is_number() && read == value, "the number, exactly");
        }
        case Shape::text:
            return require(json.is_string() && json.string == bytes, "the text");
        case Shape::time:
            return require(is_null || (json.is_string() && json.string.size() >= 10 && json.string.size() <= 27),
                           "a date, or null outside the calendar");
    }
}

bool is_hidden(const Column& column) {
    return column.name.starts_with('_');
}

/// Of a column that is written.
bool is_refused(const Column& column) {
    const bool wrong_size = column.value && column.type.size != 0 && column.value->size() != column.type.size;
    return column.type.oid == kUnknown || wrong_size;
}

/// Of CSV with the rules of a reader: quotes only around a whole cell.  @throws PropertyFault when it is none
std::vector<std::string> read_csv_line(std::string_view line) {
    std::vector<std::string> cells(1);
    bool quoted = false;
    for (std::size_t i = 0; i < line.size(); ++i) {
        const char c = line[i];
        if (quoted && c == '"' && i + 1 < line.size() && line[i + 1] == '"') {
            cells.back() += line[++i];
        } else if (c == '"') {
            require(quoted || i == 0 || line[i - 1] == ',', "a quote begins a cell");
            require(!quoted || i + 1 == line.size() || line[i + 1] == ',' || line[i + 1] == '\r', "a quote ends it");
            quoted = !quoted;
        } else if (!quoted && c == ',') {
            cells.emplace_back();
        } else if (!quoted && c == '\r') {
            require(line.substr(i) == "\r\n", "one line");
            return cells;
        } else {
            cells.back() += c;
        }
    }
    throw PropertyFault("a line ends");
}

void check_cell(const Column& column, std::string_view cell) {
    if (!column.value) return require(cell.empty(), "NULL is nothing");
    if (column.type.shape != Shape::text) return require(cell.empty() || cell.front() != '\'', "no number is escaped");
    constexpr std::string_view kStarts = "=+-@\t\r\n";
    require(cell.empty() || kStarts.find(cell.front()) == std::string_view::npos, "no formula");
    require(cell == *column.value || cell == "'" + *column.value, "the text");
}

void check_csv(const std::vector<Column>& columns, const db::Rows& row) {
    std::vector<Column> shown;
    std::copy_if(columns.begin(), columns.end(), std::back_inserter(shown), std::not_fn(is_hidden));
    const bool refused = std::any_of(shown.begin(), shown.end(), is_refused);
    std::string line;
    try {
        store::CsvWriter(row).append(row.front(), line);
    } catch (const std::runtime_error&) {
        return require(refused, "only an unknown type or a wrong size is refused");
    }
    require(!refused, "an unknown type or a wrong size is refused");
    const std::vector<std::string> cells = read_csv_line(line);
    require(cells.size() == std::max<std::size_t>(shown.size(), 1), "a cell for each column");
    for (std::size_t i = 0; i < shown.size(); ++i) check_cell(shown[i], cells[i]);
}

bool is_text(const Column& column) {
    return base::is_utf8(column.name) &&
           (column.type.shape != Shape::text || !column.value || base::is_utf8(*column.value));
}

}  // namespace

void row_writer(std::string_view input) {
    auto columns = read_columns(Reader(input));
    if (columns.empty()) return;
    const db::Rows row = make_result(columns);
    check_csv(columns, row);
    std::string json;
    const bool has_objects = std::any_of(columns.begin(), columns.end(), [](const Column& column) {
        return !is_hidden(column) && column.name.find('.') != std::string::npos;
    });
    std::erase_if(columns, is_hidden);
    const bool refused = std::any_of(columns.begin(), columns.end(), is_refused);
    try {
        store::RowWriter(row).append(row.front(), json);
    } catch (const std::runtime_error&) {
        return require(refused || has_objects, "only an unknown type or a wrong size is refused");
    }
    require(!refused || has_objects, "an unknown type or a wrong size is refused");
    // PostgreSQL promises UTF-8; other bytes only must not do harm.
    if (!std::all_of(columns.begin(), columns.end(), is_text)) return;
    const auto read = base::read_json(json);
    const auto* object = std::get_if<JsonValue>(&read);
    require(object != nullptr && object->is_object(), "an object");
    if (has_objects) return;
    for (auto column = columns.rbegin(); column != columns.rend(); ++column) {
        // Of columns with one name the last is what a reader sees.
        const auto same = [&](const Column& other) { return other.name == column->name; };
        if (std::any_of(columns.rbegin(), column, same)) continue;
        const JsonValue* value = object->find(column->name);
        require(value != nullptr, "a member for each column");
        check_value(*column, *value);
    }
}

}  // namespace wdx::fuzz
