#include "auth/password_formats.hpp"
#include "targets.hpp"

#include <algorithm>

namespace wdx::fuzz {
namespace {

/// An upper bound for what a stored hash costs, without knowing its format: the product of the numbers in its short
/// fields behind the name, or, for bcrypt, of the powers of two that they mean.
std::uint64_t cost_of(std::string_view encoded) {
    constexpr std::size_t kLongestParameters = 24;
    constexpr std::uint64_t kEnormous = 1'000'000'000;
    const bool is_bcrypt = encoded.starts_with("bcrypt");
    std::uint64_t cost = 1;
    std::uint64_t number = 0;
    const auto multiply = [&] {
        if (is_bcrypt && number > 0) number = std::uint64_t{1} << std::min<std::uint64_t>(number, 30);
        cost = std::min(cost * std::max<std::uint64_t>(number, 1), kEnormous);
        number = 0;
    };
    for (auto end = encoded.find('$'); end != std::string_view::npos; end = encoded.find('$')) {
        encoded.remove_prefix(end + 1);
        const std::string_view field = encoded.substr(0, encoded.find('$'));
        if (field.size() > kLongestParameters) continue;  // a salt or a hash
        for (const char c : field) {
            if (c >= '0' && c <= '9') {
                number = std::min(number * 10 + static_cast<std::uint64_t>(c - '0'), kEnormous);
            } else {
                multiply();
            }
        }
        multiply();
    }
    return cost;
}

void check_any(std::string_view password, std::string_view encoded) {
    constexpr std::uint64_t kAffordable = 2000;  // some milliseconds
    const std::string unusable = '!' + std::string(encoded);
    require(!auth::check_stored(password, unusable), "`!` is never a password");
    if (cost_of(encoded) > kAffordable) return;
    const auto stored = auth::check_stored(password, encoded);
    const auto again = auth::check_stored(password, encoded);
    require(stored.has_value() == again.has_value() && (!stored || stored->matches == again->matches),
            "the same again");
    if (stored) require(stored->missing_iterations <= auth::kPbkdf2Iterations, "bounded work to make up");
}

/// A hash that we make of the password belongs to it, and to no other.
void check_own(std::string_view password, std::string_view salt) {
    if (salt.empty() || salt.find('$') != std::string_view::npos) return;
    const std::uint32_t iterations = 1 + static_cast<std::uint32_t>(password.size() % 8);
    const std::string encoded =
        fmt::format("pbkdf2_sha256${}${}${}", iterations, salt, auth::pbkdf2_sha256(password, salt, iterations));
    const auto stored = auth::check_stored(password, encoded);
    require(stored && stored->matches && stored->is_outdated, "the password that was hashed");
    require(stored->missing_iterations == auth::kPbkdf2Iterations - iterations, "the rounds that are missing");
    const auto other = auth::check_stored(std::string(password) + 'x', encoded);
    require(other && !other->matches, "no other password");
}

}  // namespace

/// A password and, in the next line, a stored hash (or a salt).
void password_hash(std::string_view input) {
    const auto line = std::min(input.find('\n'), input.size());
    const std::string_view password = input.substr(0, line);
    const std::string_view stored = input.substr(std::min(line + 1, input.size()));
    check_any(password, stored);
    check_own(password, stored);
}

}  // namespace wdx::fuzz
