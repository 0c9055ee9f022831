// A user's row from libpq's memory to JSON: the inner loop of every list.

#include "db/rows.hpp"
#include "store/core/row_json.hpp"

#include <array>
#include <benchmark/benchmark.h>
#include <cstdint>
#include <endian.h>
#include <memory>
#include <string>
#include <utility>

#include <libpq-fe.h>

namespace wdx::store {
namespace {

constexpr Oid kBoolean = 16, kInteger = 23, kText = 25, kVarchar = 1043, kDate = 1082;
constexpr int kBinary = 1;

struct Value {
    const char* name;
    Oid type;
    std::string bytes;
};

std::string integer(std::int32_t value) {
    const std::uint32_t raw = htobe32(static_cast<std::uint32_t>(value));
    return {reinterpret_cast<const char*>(&raw), sizeof(raw)};
}

/// One row of the list of users, as libpq holds it in the binary format.
db::Rows make_user_row() {
    const std::array values{
        Value{"id", kInteger, integer(100200)},
        Value{"account_id", kInteger, integer(1)},
        Value{"handle", kVarchar, "KenjiLab18768"},
        Value{"username", kVarchar, "Chloë Ångström ✨"},
        Value{"bio", kText, "Building things. \"quoted\" https://example.com/a?b=1&c=2"},
        Value{"created_at", kDate, integer(7300)},
        Value{"following_count", kInteger, integer(412)},
        Value{"followers_count", kInteger, integer(1280)},
        Value{"featured_url", kVarchar, "linktr.ee/kenjilab18768"},
        Value{"follower", kBoolean, std::string(1, '\x01')},
    };
    db::ResultPtr result(PQmakeEmptyPGresult(nullptr, PGRES_TUPLES_OK));
    std::array<PGresAttDesc, values.size()> columns{};
    for (std::size_t i = 0; i < values.size(); ++i) {
        // libpq copies the name; its struct is only not const.
        columns[i].name = const_cast<char*>(values[i].name);
        columns[i].format = kBinary;
        columns[i].typid = values[i].type;
    }
    PQsetResultAttrs(result.get(), static_cast<int>(columns.size()), columns.data());
    for (std::size_t i = 0; i < values.size(); ++i) {
        std::string bytes = values[i].bytes;
        PQsetvalue(result.get(), 0, static_cast<int>(i), bytes.data(), static_cast<int>(bytes.size()));
    }
    return db::Rows(std::move(result));
}

void write_user_row(benchmark::State& state) {
    const db::Rows rows = make_user_row();
    const RowWriter writer(rows);
    std::string out;
    for (auto _ : state) {
        out.clear();
        writer.append(rows.front(), out);
        benchmark::DoNotOptimize(out.data());
    }
    state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(out.size()));
}
BENCHMARK(write_user_row);

void make_row_writer(benchmark::State& state) {
    const db::Rows rows = make_user_row();
    for (auto _ : state) benchmark::DoNotOptimize(RowWriter(rows));
}
BENCHMARK(make_row_writer);

}  // namespace
}  // namespace wdx::store
