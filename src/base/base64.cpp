#include "base/base64.hpp"

#include <array>
#include <cstdint>

namespace wdx::base {
namespace {

constexpr std::string_view kUrlAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::string_view kStandardAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::uint8_t kNoDigit = 0xFF;

using DigitTable = std::array<std::uint8_t, 256>;

constexpr DigitTable make_table(std::string_view alphabet) {
    DigitTable table{};
    table.fill(kNoDigit);
    for (std::size_t i = 0; i < alphabet.size(); ++i)
        table[static_cast<std::uint8_t>(alphabet[i])] = static_cast<std::uint8_t>(i);
    return table;
}

constexpr DigitTable kUrlDigits = make_table(kUrlAlphabet);
constexpr DigitTable kStandardDigits = make_table(kStandardAlphabet);

/// Collects 6-bit digits and hands out bytes.
class BitBuffer {
  public:
    void push(std::uint8_t digit, std::string& out) {
        bits_ = (bits_ << 6U) | digit;
        count_ += 6;
        if (count_ >= 8) {
            count_ -= 8;
            out.push_back(static_cast<char>((bits_ >> count_) & 0xFFU));
        }
    }
    [[nodiscard]] bool rest_is_zero() const { return (bits_ & ((1U << count_) - 1U)) == 0; }

  private:
    std::uint32_t bits_ = 0;
    unsigned count_ = 0;
};

}  // namespace

std::string base64url_encode(std::string_view bytes) {
    std::string out;
    out.reserve((bytes.size() * 4 + 2) / 3);
    std::uint32_t bits = 0;
    unsigned count = 0;
    for (const char c : bytes) {
        bits = (bits << 8U) | static_cast<std::uint8_t>(c);
        count += 8;
        while (count >= 6) {
            count -= 6;
            out.push_back(kUrlAlphabet[(bits >> count) & 63U]);
        }
    }
    if (count > 0) out.push_back(kUrlAlphabet[(bits << (6 - count)) & 63U]);
    return out;
}

std::optional<std::string> base64url_decode(std::string_view text) {
    if (text.size() % 4 == 1) return std::nullopt;
    std::string out;
    out.reserve(text.size() * 3 / 4);
    BitBuffer buffer;
    for (const char c : text) {
        const std::uint8_t digit = kUrlDigits[static_cast<std::uint8_t>(c)];
        if (digit == kNoDigit) return std::nullopt;
        buffer.push(digit, out);
    }
    if (!buffer.rest_is_zero()) return std::nullopt;
    return out;
}

std::optional<std::string> base64_decode_lenient(std::string_view text) {
    std::string out;
    BitBuffer buffer;
    std::size_t digits = 0;
    std::size_t padding = 0;
    for (const char c : text) {
        if (c == '=') {
            // Enough padding ends the document; what follows is not looked at (CPython binascii.a2b_base64).
            if (digits % 4 >= 2 && ++padding + digits % 4 >= 4) return out;
            continue;
        }
        const std::uint8_t digit = kStandardDigits[static_cast<std::uint8_t>(c)];
        if (digit == kNoDigit) continue;
        padding = 0;
        buffer.push(digit, out);
        ++digits;
    }
    if (digits % 4 != 0) return std::nullopt;
    return out;
}

}  // namespace wdx::base
