// Tokens: verified on every request, issued by every refresh.

#include "auth/token.hpp"

#include <benchmark/benchmark.h>
#include <string>

namespace wdx::auth {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view kSecret = "a-signing-secret-of-the-benchmark-0123456789";
constexpr Lifetimes kLifetimes{.access = 8h, .refresh = 7 * 24h};
constexpr base::UnixTime kNow = 1'700'000'000;

void sign(benchmark::State& state) {
    const SigningKey key(kSecret);
    const std::string text(200, 'x');
    for (auto _ : state) benchmark::DoNotOptimize(key.sign(text));
}
BENCHMARK(sign);

void verify_access_token(benchmark::State& state) {
    const SigningKey key(kSecret);
    const IssuedToken token = issue_token(TokenType::access, 1, kLifetimes, key, kNow);
    for (auto _ : state) {
        const auto decoded = decode_token(token.text, key, kNow);
        const auto* claims = std::get_if<Claims>(&decoded);
        if (claims == nullptr || check_claims(*claims, TokenType::access)) state.SkipWithError("the token is refused");
    }
}
BENCHMARK(verify_access_token);

void issue_access_token(benchmark::State& state) {
    const SigningKey key(kSecret);
    for (auto _ : state) benchmark::DoNotOptimize(issue_token(TokenType::access, 1, kLifetimes, key, kNow));
}
BENCHMARK(issue_access_token);

}  // namespace
}  // namespace wdx::auth
