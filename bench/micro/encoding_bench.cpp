// What every token and every text passes: base64url and JSON.

#include "base/base64.hpp"
#include "base/json_writer.hpp"

#include <benchmark/benchmark.h>
#include <string>

namespace wdx::base {
namespace {

constexpr std::string_view kBio =
    "Mother of two 👶👶. Opinions are my own.\nRT ≠ endorsement \"quoted\" https://example.com/a?b=1";

void encode_base64url(benchmark::State& state) {
    const std::string bytes(static_cast<std::size_t>(state.range(0)), '\xa7');
    for (auto _ : state) benchmark::DoNotOptimize(base64url_encode(bytes));
    state.SetBytesProcessed(state.iterations() * state.range(0));
}
BENCHMARK(encode_base64url)->Arg(32)->Arg(200);

void decode_base64url(benchmark::State& state) {
    const std::string text = base64url_encode(std::string(static_cast<std::size_t>(state.range(0)), '\xa7'));
    for (auto _ : state) benchmark::DoNotOptimize(base64url_decode(text));
    state.SetBytesProcessed(state.iterations() * state.range(0));
}
BENCHMARK(decode_base64url)->Arg(32)->Arg(200);

void write_json_string(benchmark::State& state, std::string_view text) {
    std::string out;
    for (auto _ : state) {
        out.clear();
        append_json_string(out, text);
        benchmark::DoNotOptimize(out.data());
    }
    state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(text.size()));
}
BENCHMARK_CAPTURE(write_json_string, short_handle, std::string_view("synka777"));
BENCHMARK_CAPTURE(write_json_string, bio_with_escapes, kBio);

void write_json_integer(benchmark::State& state) {
    std::string out;
    for (auto _ : state) {
        out.clear();
        append_json_integer(out, 1234567);
        benchmark::DoNotOptimize(out.data());
    }
}
BENCHMARK(write_json_integer);

void write_json_date(benchmark::State& state) {
    std::string out;
    for (auto _ : state) {
        out.clear();
        append_json_date(out, 9000);
        benchmark::DoNotOptimize(out.data());
    }
}
BENCHMARK(write_json_date);

}  // namespace
}  // namespace wdx::base
