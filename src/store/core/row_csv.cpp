#include "store/core/row_csv.hpp"

#include "base/unicode.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace wdx::store {
namespace {

constexpr std::string_view kLineEnd = "\r\n";
constexpr std::string_view kEmptyText = "\"\"";

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

/// What spreadsheets begin a formula with: `= + - @`, their full-width forms (which count where Japanese is set) and
/// small forms, and the minus sign.  Source: OWASP, "CSV Injection".
constexpr std::u32string_view kFormulaStarts = U"=+-@\uFF1D\uFF0B\uFF0D\uFF20\uFE66\uFE62\uFE63\uFE6B\u2212";
/// What OWASP names besides: a spreadsheet may take what follows for a cell of its own.
constexpr std::string_view kSeparatorStarts = "\t\r\n";

constexpr char32_t kBrailleBlank = 0x2800;  ///< shows nothing, and is neither white space nor invisible to Unicode

constexpr auto kNeedsQuotes = [] {
    std::array<bool, 256> table{};
    for (const char c : {',', '"', '\r', '\n'}) table[static_cast<unsigned char>(c)] = true;
    return table;
}();

bool needs_quotes(std::string_view text) {
    return std::any_of(text.begin(), text.end(), [](char c) { return kNeedsQuotes[static_cast<unsigned char>(c)]; });
}

/// Spreadsheets skip blanks and what shows nothing before they look for a formula.
bool is_like_a_formula(std::string_view text) {
    if (!text.empty() && kSeparatorStarts.find(text.front()) != std::string_view::npos) return true;
    std::size_t position = 0;
    while (position < text.size()) {
        const char32_t point = base::next_code_point(text, position);
        if (kFormulaStarts.find(point) != std::u32string_view::npos) return true;
        if (!base::is_space(point) && !base::is_invisible(point) && point != kBrailleBlank) return false;
    }
    return false;
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
void append_scalar(ValueKind kind, std::string_view bytes, std::string& out) {
    const std::size_t begin = out.size();
    append_json_value(kind, bytes, out);
    if (out[begin] == '"') {
        out.erase(begin, 1);
        out.pop_back();
    } else if (out[begin] == 'n') {
        out.resize(begin);
    }
}

}  // namespace

CsvWriter::CsvWriter(const db::Rows& shape) {
    for (int i = 0; i < shape.columns(); ++i) {
        const auto [name, type] = shape.column(i);
        if (!name.starts_with('_')) columns_.push_back({std::string(name), ValueType(type), i});
    }
}

void CsvWriter::append_header(std::string& out, bool with_bom) const {
    if (with_bom) out += kByteOrderMark;
    std::string_view separator;
    for (const Column& column : columns_) {
        out += separator;
        append_cell({}, column.name, out);
        separator = ",";
    }
    out += kLineEnd;
}

void CsvWriter::append(const db::Row& row, std::string& out) const {
    std::string_view separator;
    for (const Column& column : columns_) {
        out += separator;
        separator = ",";
        if (row.is_null(column.index)) {
            if (columns_.size() == 1) out += kEmptyText;
            continue;
        }
        const std::string_view bytes = row.text(column.index);
        column.type.require_size(bytes);
        switch (column.type.kind) {
            case ValueKind::text:
                append_text(bytes, out);
                break;
            case ValueKind::json:
            case ValueKind::jsonb: {
                std::string json;
                append_json_value(column.type.kind, bytes, json);
                append_cell({}, json, out);
                break;
            }
            default:
                append_scalar(column.type.kind, bytes, out);
        }
    }
    out += kLineEnd;
}

}  // namespace wdx::store
