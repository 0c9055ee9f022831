#include "insight/likeness.hpp"

#include "base/digest.hpp"
#include "base/unicode.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>

namespace wdx::insight {
namespace {

bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

bool stands_before(const Twin& a, const Twin& b) {
    return a.last_seen != b.last_seen ? a.last_seen > b.last_seen : a.id > b.id;
}

}  // namespace

std::optional<std::string> handle_template(std::string_view handle) {
    if (std::none_of(handle.begin(), handle.end(), is_digit)) return std::nullopt;
    std::string out;
    for (std::size_t i = 0; i < handle.size(); ++i) {
        if (is_letter(handle[i])) {
            if (i == 0 || !is_letter(handle[i - 1])) out += 'a';
        } else {
            out += is_digit(handle[i]) ? '0' : handle[i];
        }
    }
    return out;
}

std::optional<std::string> shared_text(std::string_view text) {
    const std::string_view inner = base::strip(text);
    if (inner.empty()) return std::nullopt;
    return std::string(inner);
}

std::int64_t key_of(std::string_view text) {
    constexpr std::size_t kDigits = 16;
    constexpr int kHexadecimal = 16;
    const std::string hash = base::sha256_hex(text);
    std::uint64_t key = 0;
    std::from_chars(hash.data(), hash.data() + kDigits, key, kHexadecimal);
    return static_cast<std::int64_t>(key);
}

double tie_of(std::int64_t id) {
    constexpr std::uint64_t kMultiplier = 2654435769;  // 2^32 divided by the golden ratio: Knuth, TAOCP 3, section 6.4
    constexpr std::uint64_t kMask = 0xFFFFFFFF;
    return static_cast<double>(((static_cast<std::uint64_t>(id) & kMask) * kMultiplier) & kMask);
}

bool is_larger_than_chance(double size, double expected, double everyone) {
    return size >= static_cast<double>(kSmallestCohort) && size > expected &&
           size * std::log(size / expected) - size + expected >= std::log(100.0 * everyone);
}

std::vector<Person> people_of(const std::vector<Twin>& twins) {
    std::optional<std::chrono::sys_days> first;
    std::optional<std::chrono::sys_days> last;
    for (const Twin& twin : twins) {
        if (!twin.month) continue;
        first = first ? std::min(*first, *twin.month) : twin.month;
        last = last ? std::max(*last, *twin.month) : twin.month;
    }
    const bool is_one = first == last;  // at most one month: rows without one belong to it
    std::map<std::optional<std::chrono::sys_days>, const Twin*> standing;
    for (const Twin& twin : twins) {
        const Twin*& best = standing[twin.month ? twin.month : first];
        if (!twin.month && !is_one) continue;
        if (best == nullptr || stands_before(twin, *best)) best = &twin;
    }
    std::vector<Person> people;
    people.reserve(twins.size());
    for (const Twin& twin : twins) {
        if (!twin.month && !is_one) {
            people.push_back({twin.id, std::nullopt});
        } else {
            const auto month = twin.month ? twin.month : first;
            people.push_back({standing[month]->id, month});
        }
    }
    return people;
}

}  // namespace wdx::insight
