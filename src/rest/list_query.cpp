#include "rest/list_query.hpp"

#include "base/suggest.hpp"
#include "base/unicode.hpp"
#include "rest/error.hpp"
#include "rest/filter_values.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace wdx::rest {
namespace {

using model::Column;
using model::Condition;
using model::ListQuery;
using model::Lookup;
using model::Order;
using model::Takes;
using model::Type;
using model::Use;
using model::View;

constexpr std::string_view kSeparator = "__";
constexpr std::size_t kMostRefused = 10;  ///< names that are named; looking for the nearest takes a while
constexpr std::array<std::string_view, 14> kReserved{"limit",          "offset",    "page_size", "count",    "cursor",
                                                     "format",         "fields",    "expand",    "ordering", "search",
                                                     "classification", "corrected", "bom",       "cohort"};

bool is_reserved(std::string_view name) {
    return std::find(kReserved.begin(), kReserved.end(), name) != kReserved.end();
}

/// The lookup that stands behind a name; nullptr when there is none of that name.
const model::LookupRule* find_lookup(std::string_view name) {
    const auto separator = name.rfind(kSeparator);
    if (separator == std::string_view::npos) return nullptr;
    const auto* const found = std::find_if(
        model::kLookups.begin(), model::kLookups.end(),
        [lookup = name.substr(separator + kSeparator.size())](const auto& rule) { return rule.name == lookup; });
    return found == model::kLookups.end() ? nullptr : &*found;
}

/// What stands between commas, without outer white space; empty pieces are skipped.
std::vector<std::string> split(std::string_view text) {
    std::vector<std::string> parts;
    while (true) {
        const auto comma = text.find(',');
        const std::string_view part = base::strip(text.substr(0, comma));
        if (!part.empty()) parts.emplace_back(part);
        if (comma == std::string_view::npos) return parts;
        text.remove_prefix(comma + 1);
    }
}

/// The words of a search: separated by white space and commas; what stands in double quotes is one.
/// Source: DRF filters.py `search_smart_split`.
std::vector<std::string> split_words(std::string_view text) {
    std::vector<std::string> words(1);
    bool quoted = false;
    std::size_t position = 0;
    while (position < text.size()) {
        const std::size_t begin = position;
        const char32_t point = base::next_code_point(text, position);
        if (point == U'"' && (quoted || words.back().empty())) {
            quoted = !quoted;
            if (!quoted) words.emplace_back();
        } else if (!quoted && (point == U',' || base::is_space(point))) {
            words.emplace_back();
        } else {
            words.back().append(text.substr(begin, position - begin));
        }
    }
    std::erase_if(words, [](const std::string& word) { return base::strip(word).empty(); });
    return words;
}

std::optional<std::string> read_boolean(std::string_view text) {
    constexpr std::array<std::string_view, 3> kTrue{"true", "True", "1"};
    constexpr std::array<std::string_view, 3> kFalse{"false", "False", "0"};
    if (std::find(kTrue.begin(), kTrue.end(), text) != kTrue.end()) return "true";
    if (std::find(kFalse.begin(), kFalse.end(), text) != kFalse.end()) return "false";
    return std::nullopt;
}

/// Reads one list's parameters; what does not fit is collected in `errors_`.
class Reader {
  public:
    Reader(const QueryParams& params, const View& view, Format format)
        : params_(params), view_(view), format_(format) {}

    ListRequest read() {
        ListRequest request{.query = {}, .page = read_page(params_, format_, errors_)};
        read_filters(request.query);
        if (const std::string* text = value("search")) read_search(*text, request.query);
        request.query.order = read_ordering();
        if (request.page.page_size) refuse_long_orders(request.query.order);
        request.query.output = read_output();
        errors_.throw_if_any();
        return request;
    }

  private:
    const std::string* value(std::string_view name) const {
        const std::string* text = params_.last(name);
        return text == nullptr || text->empty() ? nullptr : text;
    }

    void refuse(std::string_view parameter, std::string_view why) { errors_.add(parameter, {std::string(why)}); }

    void read_filters(ListQuery& query) {
        for (const auto& [name, text] : params_.all()) {
            if (params_.last(name) != &text || text.empty()) continue;
            if (name == "classification" && !view_.resource->user.empty()) read_verdicts(text, query);
            if (name == "cohort" && view_.resource == &model::kUsers) query.cohort = text;
            if (is_reserved(name)) continue;
            const auto separator = name.find(kSeparator);
            const Column* column = view_.find(std::string_view(name).substr(0, separator));
            if (column == nullptr) {
                if (const model::LookupRule* rule = find_lookup(name)) refuse_unknown(name, *rule);
                continue;
            }
            std::optional<std::string_view> lookup;
            if (separator != std::string::npos) lookup = std::string_view(name).substr(separator + kSeparator.size());
            if (!column->is_present) {
                refuse(name, kNoSuchColumn);
            } else if (auto condition = read_condition(name, *column, lookup, text)) {
                query.conditions.push_back(std::move(*condition));
            }
        }
    }

    /// A lookup of a field that there is not: a slip, for nothing else is written so.  compat: misspelt filters
    void refuse_unknown(const std::string& name, const model::LookupRule& rule) {
        const std::string_view field = std::string_view(name).substr(0, name.rfind(kSeparator));
        std::vector<std::string> known;
        for (const Column& column : view_.columns) {
            const auto lookups = model::lookups_of(column);
            if (column.is_present && std::find(lookups.begin(), lookups.end(), rule.lookup) != lookups.end())
                known.emplace_back(column.field->name);
        }
        refuse(name, unknown_field(field, known));
    }

    void read_verdicts(const std::string& text, ListQuery& query) {
        if (!view_.has_classification) return refuse("classification", kNoSuchColumn);
        for (const std::string& word : split(text)) {
            const auto* const found =
                std::find(std::begin(model::kVerdictFilters), std::end(model::kVerdictFilters), word);
            if (found == std::end(model::kVerdictFilters)) return refuse("classification", no_choice(word));
            query.verdicts.push_back(static_cast<model::VerdictFilter>(found - std::begin(model::kVerdictFilters)));
        }
    }

    /// @param lookup  nullopt: the bare field
    std::optional<Condition> read_condition(const std::string& parameter, const Column& column,
                                            std::optional<std::string_view> lookup, const std::string& text) {
        for (const Lookup known : model::lookups_of(column)) {
            if (known == Lookup::exact ? lookup.has_value() : model::rule_of(known).name != lookup) continue;
            auto values = read_values(parameter, column, known, text);
            if (!values) return std::nullopt;
            return Condition{&column, known, std::move(*values)};
        }
        refuse(parameter,
               lookup ? fmt::format("Unsupported lookup '{}'.", *lookup) : "This field cannot be filtered by.");
        return std::nullopt;
    }

    std::optional<std::vector<std::string>> read_values(const std::string& parameter, const Column& column,
                                                        Lookup lookup, const std::string& text) {
        const Takes takes = model::rule_of(lookup).takes;
        if (takes == Takes::boolean) {
            const auto flag = read_boolean(text);
            if (flag) return std::vector{*flag};
            refuse(parameter, no_choice(text));
            return std::nullopt;
        }
        const std::vector<std::string> given = takes == Takes::value ? std::vector{text} : split(text);
        if (takes == Takes::range && given.size() != 2) {
            refuse(parameter, "Range query expects two values.");
            return std::nullopt;
        }
        std::vector<std::string> values;
        for (const std::string& item : given) {
            auto canonical = read_value(parameter, column, lookup, item);
            if (!canonical) return std::nullopt;
            values.push_back(std::move(*canonical));
        }
        return values;
    }

    /// One value in its canonical form.
    std::optional<std::string> read_value(const std::string& parameter, const Column& column, Lookup lookup,
                                          const std::string& text) {
        std::optional<std::string> out;
        switch (column.type) {
            case Type::integer:
            case Type::bigint:
                if (const auto number = parse_number(text)) out = std::to_string(*number);
                if (!out) refuse(parameter, kEnterANumber);
                return out;
            case Type::real:
                out = parse_real(text);
                if (!out) refuse(parameter, kEnterANumber);
                return out;
            case Type::date:
                out = parse_date(text);
                if (!out) refuse(parameter, kEnterADate);
                return out;
            case Type::date_time:
                if (const auto time = parse_date_time(text)) out = std::to_string(*time);
                if (!out) refuse(parameter, kEnterADateTime);
                return out;
            case Type::boolean:
                out = read_boolean(text);
                if (!out) refuse(parameter, no_choice(text));
                return out;
            default:
                return read_text(parameter, column, lookup, text);
        }
    }

    std::optional<std::string> read_text(const std::string& parameter, const Column& column, Lookup lookup,
                                         const std::string& text) {
        if (text.find('\0') != std::string::npos) {
            refuse(parameter, kNullCharacters);
            return std::nullopt;
        }
        const auto choices = column.field->choices;
        const bool is_whole = model::rule_of(lookup).is_whole;
        if (is_whole && !choices.empty() && std::find(choices.begin(), choices.end(), text) == choices.end()) {
            refuse(parameter, no_choice(text));
            return std::nullopt;
        }
        return text;
    }

    void read_search(const std::string& text, ListQuery& query) {
        if (text.find('\0') != std::string::npos) return refuse("search", kNullCharacters);
        query.words = split_words(text);
        if (query.words.size() > kMostWords)
            refuse("search", fmt::format("Ensure this value has at most {} words.", kMostWords));
    }

    void break_ties(std::vector<Order>& orders) const {
        const auto named = std::find_if(orders.begin(), orders.end(),
                                        [](const Order& order) { return !order.column->field->breaks_ties.empty(); });
        if (named != orders.end()) orders.push_back({view_.find(named->column->field->breaks_ties), false});
    }

    std::vector<Order> read_ordering() {
        std::vector<Order> orders;
        const Column& key = view_.key();
        const std::string* text = value("ordering");
        for (const std::string& item : text == nullptr ? std::vector<std::string>{} : split(*text)) {
            const bool descending = item.starts_with('-');
            const Column* column = find_named("ordering", std::string_view(item).substr(descending ? 1 : 0), item);
            if (column == nullptr) return {};
            if (!model::is_orderable(*column)) {
                refuse("ordering", no_choice(item));
                return {};
            }
            const auto same = [&](const Order& order) { return order.column == column; };
            if (std::none_of(orders.begin(), orders.end(), same)) orders.push_back({column, descending});
        }
        if (orders.size() > kMostOrders)
            refuse("ordering", fmt::format("Ensure this value has at most {} fields.", kMostOrders));
        if (orders.empty()) return {{&key, view_.resource->newest_first}};
        const auto found =
            std::find_if(orders.begin(), orders.end(), [&](const Order& order) { return order.column == &key; });
        if (found == orders.end()) {
            break_ties(orders);
            orders.push_back({&key, false});
        } else {
            orders.erase(std::next(found), orders.end());  // nothing is left to be ordered
        }
        return orders;
    }

    std::vector<const Column*> read_output() {
        std::vector<const Column*> output;
        const auto add = [&output](const Column* column) {
            if (std::find(output.begin(), output.end(), column) == output.end()) output.push_back(column);
        };
        if (const std::string* text = value("fields")) {
            for (const std::string& name : split(*text)) {
                const Column* column = find_named("fields", name, name);
                if (column == nullptr || is_refused_in_csv("fields", *column)) return {};
                add(column);
            }
        }
        if (output.empty())
            for (const Column& column : view_.columns)
                if (column.is_present && column.field->use == Use::standard) add(&column);
        if (const std::string* text = value("expand")) {
            for (const std::string& name : split(*text)) {
                const Column* column = find_named("expand", name, name);
                if (column == nullptr) return {};
                if (!model::is_expandable(*column)) {
                    refuse("expand", no_choice(name));
                    return {};
                }
                if (is_refused_in_csv("expand", *column)) return {};
                add(column);
            }
        }
        return output;
    }

    /// Signals have no place in the cell of a table; their score, `risk`, has.
    bool is_refused_in_csv(std::string_view parameter, const Column& column) {
        if (format_ != Format::csv || column.type != Type::signals) return false;
        refuse(parameter, "signals: not available in CSV.");
        return true;
    }

    /// A cursor carries the values that the list is ordered by, and the next request has to fit into its line.
    void refuse_long_orders(const std::vector<Order>& orders) {
        for (const Order& order : orders)
            if (order.column->field->is_long)
                return refuse("ordering", fmt::format("page_size does not go with {}: use limit and offset.",
                                                      order.column->field->name));
    }

    /// A field that a parameter names; the error is noted where there is none.
    const Column* find_named(std::string_view parameter, std::string_view name, std::string_view as_written) {
        const Column* column = view_.find(name);
        if (column == nullptr || column->field->use == Use::filter_only) {
            refuse(parameter, no_choice(as_written));
            return nullptr;
        }
        if (!column->is_present) {
            refuse(parameter, fmt::format("{}: {}", name, kNoSuchColumn));
            return nullptr;
        }
        return column;
    }

    const QueryParams& params_;
    const View& view_;
    Format format_;
    FieldErrors errors_;
};

}  // namespace

ListRequest read_list(const QueryParams& params, const View& view, Format format) {
    return Reader(params, view, format).read();
}

void refuse_other_names(const QueryParams& params, const View& view) {
    constexpr std::array<std::string_view, 5> kOfPages{"limit", "offset", "page_size", "count", "cursor"};
    std::vector<std::string> known;
    for (const Column& column : view.columns) known.emplace_back(column.field->name);
    FieldErrors errors;
    std::size_t refused = 0;
    const auto refuse = [&](const std::string& name, std::string_view why) {
        if (++refused <= kMostRefused) errors.add(name, {std::string(why)});
    };
    for (const auto& [name, text] : params.all()) {
        if (params.last(name) != &text) continue;
        const std::string_view field = std::string_view(name).substr(0, name.find(kSeparator));
        if (std::find(kOfPages.begin(), kOfPages.end(), name) != kOfPages.end()) {
            refuse(name, "Leave this out: all users that match are chosen.");
        } else if (refused < kMostRefused && !is_reserved(name) && view.find(field) == nullptr) {
            refuse(name, unknown_field(field, known));
        }
    }
    errors.throw_if_any();
}

bool read_flag(const QueryParams& params, std::string_view name) {
    const std::string* text = params.last(name);
    if (text == nullptr || text->empty()) return false;
    const auto flag = read_boolean(*text);
    if (!flag) throw field_error(name, no_choice(*text));
    return *flag == "true";
}

bool asks_for_more(const QueryParams& params, const model::Resource& resource, std::string_view known_before) {
    return std::any_of(params.all().begin(), params.all().end(), [&](const auto& param) {
        const std::string_view name = param.first;
        if (param.second.empty() || name == known_before || name == "format") return false;
        if (is_reserved(name) || find_lookup(name) != nullptr) return true;
        const std::string_view field = name.substr(0, name.find(kSeparator));
        return std::any_of(resource.fields.begin(), resource.fields.end(),
                           [&](const model::Field& known) { return known.name == field; });
    });
}

}  // namespace wdx::rest
