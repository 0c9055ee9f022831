#include "store/logs.hpp"

#include "base/json_writer.hpp"

namespace wdx::store {
namespace {

// NULL is "no such condition".  `?` asks whether a JSON array holds a text.  Beyond what a timestamp can hold a bound
// is infinite.
const std::string kWhere = R"sql(
      FROM watchdxg_log
     WHERE ($1::jsonb IS NULL OR $1::jsonb ? level)
       AND ($2::jsonb IS NULL OR $2::jsonb ? event)
       AND ($3::text IS NULL OR operator = $3::text)
       AND ($4::text IS NULL OR address = $4::text)
       AND ($5::text IS NULL OR request_id = $5::text)
       AND ($6::bigint IS NULL OR user_id = $6::bigint)
       AND ($7::bigint IS NULL OR id >= $7::bigint)
       AND ($8::bigint IS NULL OR id < $8::bigint)
       AND ($9::bigint IS NULL OR time >= 'epoch'::timestamptz + $9::bigint * interval '1 microsecond')
       AND ($10::bigint IS NULL OR time < 'epoch'::timestamptz + $10::bigint * interval '1 microsecond'))sql";

const std::string kList =
    "SELECT id, time, level, event, operator, address, request_id, user_id, before, after, message" + kWhere +
    " ORDER BY id DESC OFFSET $11::bigint LIMIT $12::bigint";
const std::string kCount = "SELECT count(*)" + kWhere;

template <typename Value>
db::Param param_of(const std::optional<Value>& value) {
    return value ? db::Param(*value) : db::Param(std::nullopt);
}

db::Param json_array(const std::optional<std::vector<std::string>>& texts) {
    if (!texts) return std::nullopt;
    std::string json = "[";
    for (const std::string& text : *texts) {
        if (json.size() > 1) json += ',';
        base::append_json_string(json, text);
    }
    return json + ']';
}

db::Param lower_bound(std::int64_t value) {
    return value == std::numeric_limits<std::int64_t>::min() ? db::Param(std::nullopt) : db::Param(value);
}

db::Param upper_bound(std::int64_t value) {
    return value == std::numeric_limits<std::int64_t>::max() ? db::Param(std::nullopt) : db::Param(value);
}

}  // namespace

const db::Query kListLogs{"list_logs", kList};
const db::Query kCountLogs{"count_logs", kCount};

std::vector<db::Param> count_logs_params(const LogFilter& filter) {
    return {json_array(filter.levels),   json_array(filter.events),   param_of(filter.operator_name),
            param_of(filter.address),    param_of(filter.request_id), param_of(filter.user_id),
            lower_bound(filter.id_from), upper_bound(filter.id_to),   lower_bound(filter.time_from),
            upper_bound(filter.time_to)};
}

std::vector<db::Param> list_logs_params(const LogFilter& filter, std::int64_t offset,
                                        std::optional<std::int64_t> limit) {
    std::vector<db::Param> params = count_logs_params(filter);
    params.emplace_back(offset);
    params.push_back(param_of(limit));
    return params;
}

}  // namespace wdx::store
