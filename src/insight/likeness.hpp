#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wdx::insight {

// What makes users alike, and rows one person.  docs/signals.md, "Waves".

/// The handle with each run of letters as `a` and each digit as `0`; nullopt without a digit.
std::optional<std::string> handle_template(std::string_view handle);

/// A text that two users may share, without outer white space; nullopt where nothing is left.
std::optional<std::string> shared_text(std::string_view text);

/// A number that stands for a text: the first 64 bits of its SHA-256.
std::int64_t key_of(std::string_view text);

/// Orders users with equal risks, the same way each time, without a meaning: a multiplicative hash of the id.
/// @return a whole number of 0..2^32-1
double tie_of(std::int64_t id);

inline constexpr std::int64_t kSmallestCohort = 3;

/// A group of `size` is more than chance explains: Chernoff's bound for a Poisson distribution, less than one in a
/// hundred over as many groups as there can be.
/// @param expected  its size if what it shares had nothing to do with the month
/// @param everyone  people whose month is known
bool is_larger_than_chance(double size, double expected, double everyone);

/// A row that has the same handle at the same X account as others, whatever its case.
struct Twin {
    std::int64_t id = 0;
    std::optional<std::chrono::sys_days> month{};  ///< of joining
    std::optional<std::int64_t> last_seen{};       ///< any measure of time
};

/// Whose row it is.
struct Person {
    std::int64_t row = 0;                          ///< that stands for her: seen last, then with the highest id
    std::optional<std::chrono::sys_days> month{};  ///< of joining
};

/// Rows of one month are one person; a row without a month belongs to the others where these have at most one.
/// @param twins  all rows with one handle at one X account
/// @return one for each of them, in their order
std::vector<Person> people_of(const std::vector<Twin>& twins);

}  // namespace wdx::insight
