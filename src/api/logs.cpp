#include "store/logs.hpp"

#include "api/list_source.hpp"
#include "api/routes.hpp"
#include "rest/error.hpp"
#include "rest/filter_values.hpp"
#include "rest/paging.hpp"
#include "store/row_json.hpp"
#include "store/users.hpp"

#include <algorithm>
#include <array>
#include <span>

#include <boost/beast/core/string.hpp>

namespace wdx::api {
namespace {

namespace asio = boost::asio;
using rest::FieldErrors;

/// Lookups, besides the exact one without a suffix.
using Lookups = std::span<const std::string_view>;
constexpr std::array<std::string_view, 4> kComparisons{"gt", "gte", "lt", "lte"};
constexpr std::array<std::string_view, 1> kIn{"in"};
constexpr std::array<std::string_view, 3> kLevels{"info", "warning", "error"};

struct FilterField {
    std::string_view name;
    Lookups lookups;
};

constexpr std::array kFields{
    FilterField{"id", kComparisons}, FilterField{"time", kComparisons}, FilterField{"level", kIn},
    FilterField{"event", kIn},       FilterField{"operator", {}},       FilterField{"address", {}},
    FilterField{"request_id", {}},   FilterField{"user_id", {}},
};

bool contains(Lookups list, std::string_view text) {
    return std::find(list.begin(), list.end(), text) != list.end();
}

std::vector<std::string> split(std::string_view text) {
    std::vector<std::string> parts;
    while (true) {
        const auto comma = text.find(',');
        if (comma != 0 && !text.empty()) parts.emplace_back(text.substr(0, comma));
        if (comma == std::string_view::npos) return parts;
        text.remove_prefix(comma + 1);
    }
}

/// Reads one list's filters out of a query string; what does not fit is collected in `errors`.
class FilterReader {
  public:
    FilterReader(const rest::QueryParams& query, FieldErrors& errors) : query_(query), errors_(errors) {}

    /// A lookup that the field does not have is refused; a field that nobody knows is ignored.
    void refuse_unknown_lookups() {
        for (const auto& [parameter, value] : query_.all()) {
            const auto separator = parameter.find("__");
            if (separator == std::string::npos || query_.last(parameter) != &value) continue;
            const std::string_view name = std::string_view(parameter).substr(0, separator);
            const std::string_view lookup = std::string_view(parameter).substr(separator + 2);
            for (const FilterField& field : kFields)
                if (field.name == name && !contains(field.lookups, lookup))
                    errors_.add(parameter, {fmt::format("Unsupported lookup '{}'.", lookup)});
        }
    }

    std::optional<std::string> text(std::string_view parameter) {
        const std::string* value = query_.last(parameter);
        if (value == nullptr || value->empty()) return std::nullopt;
        if (value->find('\0') != std::string::npos) {
            errors_.add(parameter, {std::string(rest::kNullCharacters)});
            return std::nullopt;
        }
        return *value;
    }

    std::optional<std::int64_t> number(std::string_view parameter) {
        const auto value = text(parameter);
        if (!value) return std::nullopt;
        const auto number = rest::parse_number(*value);
        if (!number) errors_.add(parameter, {std::string(rest::kEnterANumber)});
        return number;
    }

    std::optional<std::int64_t> time(std::string_view parameter) {
        const auto value = text(parameter);
        if (!value) return std::nullopt;
        const auto time = rest::parse_date_time(*value);
        if (!time) errors_.add(parameter, {std::string(rest::kEnterADateTime)});
        return time;
    }

    /// `name=a` and `name__in=a,b` together.
    /// @param choices  the values that there are; empty: any
    std::optional<std::vector<std::string>> any_of(const std::string& name, Lookups choices) {
        const auto one = text(name);
        const auto listed = text(name + "__in");
        auto values = one ? std::optional(std::vector{*one}) : std::nullopt;
        if (one) require_choice(name, *values, choices);
        if (!listed) return values;
        std::vector<std::string> list = split(*listed);
        require_choice(name + "__in", list, choices);
        if (one) std::erase_if(list, [&](const std::string& value) { return value != *one; });
        return list;
    }

    /// The comparisons of a field that `read` reads.
    rest::Range range(const std::string& name,
                      std::optional<std::int64_t> (FilterReader::*read)(std::string_view parameter)) {
        rest::Range range;
        if (const auto value = (this->*read)(name)) range.narrow("exact", *value);
        for (const std::string_view lookup : kComparisons)
            if (const auto value = (this->*read)(fmt::format("{}__{}", name, lookup))) range.narrow(lookup, *value);
        return range;
    }

  private:
    void require_choice(std::string_view parameter, const std::vector<std::string>& values, Lookups choices) {
        for (const std::string& value : values) {
            if (choices.empty() || contains(choices, value)) continue;
            errors_.add(parameter,
                        {fmt::format("Select a valid choice. {} is not one of the available choices.", value)});
            return;
        }
    }

    const rest::QueryParams& query_;
    FieldErrors& errors_;
};

store::LogFilter read_filter(const rest::QueryParams& query, FieldErrors& errors) {
    FilterReader reader(query, errors);
    reader.refuse_unknown_lookups();
    const rest::Range id = reader.range("id", &FilterReader::number);
    const rest::Range time = reader.range("time", &FilterReader::time);
    return {.levels = reader.any_of("level", kLevels),
            .events = reader.any_of("event", {}),
            .operator_name = reader.text("operator"),
            .address = reader.text("address"),
            .request_id = reader.text("request_id"),
            .user_id = reader.number("user_id"),
            .id_from = id.from,
            .id_to = id.to,
            .time_from = time.from,
            .time_to = time.to};
}

/// `http://host/path` as the client named us; `https` where we speak TLS, or a proxy says that it does: whoever forges
/// that fools himself alone.
std::string absolute_url(const http::Request& request) {
    const rest::Target target = rest::parse_target(request.target());
    const bool https = request.peer->is_tls || boost::beast::iequals(request.header("X-Forwarded-Proto"), "https");
    return fmt::format("{}://{}{}", https ? "https" : "http",
                       target.authority.empty() ? request.header("Host") : std::string(target.authority), target.path);
}

}  // namespace

/// GET /api/logs/ -> 200, the entries of the log, newest first: an array, or with `limit` a page of it.
asio::awaitable<http::Response> list_logs(Context& context) {
    FieldErrors errors;
    const rest::Page page = rest::read_page(context.query(), errors);
    const store::LogFilter filter = read_filter(context.query(), errors);
    errors.throw_if_any();

    db::Batch batch;
    const std::size_t rows = batch.add(
        store::kListLogs, store::list_logs_params(filter, page.offset, page.limit.value_or(store::kShortListRows + 1)));
    if (page.limit) {
        const std::size_t count = batch.add(store::kCountLogs, store::count_logs_params(filter));
        co_await context.read(batch);
        co_return ok(rest::render_page(page, batch.rows(count).front().integer(0), store::render_rows(batch.rows(rows)),
                                       absolute_url(context.request()), context.query()));
    }
    co_await context.read(batch);
    if (batch.rows(rows).size() <= store::kShortListRows) co_return ok(store::render_rows(batch.rows(rows)));
    co_return co_await stream_rows(context, store::kListLogs,
                                   store::list_logs_params(filter, page.offset, std::nullopt), "logs");
}

}  // namespace wdx::api
