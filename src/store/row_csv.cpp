#include "store/row_csv.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace wdx::store {
namespace {

constexpr std::string_view kLineEnd = "\r\n";
constexpr std::string_view kEmptyText = "\"\"";

/// What spreadsheets begin a formula with.  Source: OWASP, "CSV Injection"; the full-width forms of `= + - @` count
/// where Japanese is set.
constexpr std::string_view kFormulaStarts = "=+-@\t\r\n";
constexpr std::array<std::string_view, 4> kWideFormulaStarts{"\uFF1D", "\uFF0B", "\uFF0D", "\uFF20"};

constexpr auto kNeedsQuotes = [] {
    std::array<bool, 256> table{};
    for (const char c : {',', '"', '\r', '\n'}) table[static_cast<unsigned char>(c)] = true;
    return table;
}();

bool needs_quotes(std::string_view text) {
    return std::any_of(text.begin(), text.end(), [](char c) { return kNeedsQuotes[static_cast<unsigned char>(c)]; });
}

bool is_like_a_formula(std::string_view text) {
    if (text.empty()) return false;
    if (kFormulaStarts.find(text.front()) != std::string_view::npos) return true;
    return std::any_of(kWideFormulaStarts.begin(), kWideFormulaStarts.end(),
                       [&](std::string_view start) { return text.starts_with(start); });
}

/// @param prefix  stands before the text, inside the quotes
void append_cell(std::string_view prefix, std::string_view text, std::string& out) {
    if (!needs_quotes(text)) {
        out += prefix;
        out += text;
        return;
    }
    out += '"';
    out += prefix;
    while (true) {
        const auto quote = text.find('"');
        out += text.substr(0, quote);
        if (quote == std::string_view::npos) break;
        out += kEmptyText;
        text.remove_prefix(quote + 1);
    }
    out += '"';
}

void append_text(std::string_view text, std::string& out) {
    if (text.empty()) {
        out += kEmptyText;
    } else {
        append_cell(is_like_a_formula(text) ? "'" : "", text, out);
    }
}

/// Numbers, booleans and times: what JSON has between its quotes; nothing for its null.
void append_scalar(ValueKind kind, const char* bytes, int length, std::string& out) {
    const std::size_t begin = out.size();
    append_json_value(kind, bytes, length, out);
    if (out[begin] == '"') {
        out.erase(begin, 1);
        out.pop_back();
    } else if (out[begin] == 'n') {
        out.resize(begin);
    }
}

}  // namespace

CsvWriter::CsvWriter(const PGresult* shape) {
    for (int i = 0; i < PQnfields(shape); ++i) {
        const std::string_view name = PQfname(shape, i);
        if (!name.starts_with('_')) columns_.push_back({std::string(name), ValueType(PQftype(shape, i)), i});
    }
}

void CsvWriter::append_header(std::string& out) const {
    std::string_view separator;
    for (const Column& column : columns_) {
        out += separator;
        append_cell({}, column.name, out);
        separator = ",";
    }
    out += kLineEnd;
}

void CsvWriter::append(const PGresult* result, int row, std::string& out) const {
    std::string_view separator;
    for (const Column& column : columns_) {
        out += separator;
        separator = ",";
        if (PQgetisnull(result, row, column.index) == 1) {
            if (columns_.size() == 1) out += kEmptyText;
            continue;
        }
        const int length = PQgetlength(result, row, column.index);
        column.type.require_size(length);
        const char* bytes = PQgetvalue(result, row, column.index);
        switch (column.type.kind) {
            case ValueKind::text:
                append_text({bytes, static_cast<std::size_t>(length)}, out);
                break;
            case ValueKind::json:
            case ValueKind::jsonb: {
                std::string json;
                append_json_value(column.type.kind, bytes, length, json);
                append_cell({}, json, out);
                break;
            }
            default:
                append_scalar(column.type.kind, bytes, length, out);
        }
    }
    out += kLineEnd;
}

}  // namespace wdx::store
