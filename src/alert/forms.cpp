#include "alert/forms.hpp"

#include "alert/kinds.hpp"
#include "base/json_writer.hpp"

#include <array>
#include <stdexcept>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

namespace wdx::alert {
namespace {

constexpr std::size_t kDiscordMost = 900;  ///< bytes, which escapes may double, of 2,000 characters
constexpr std::size_t kNtfyMost = 3500;    ///< bytes, of 4,096

/// At most so many bytes, whole characters.
std::string cut(std::string_view text, std::size_t bytes) {
    if (text.size() <= bytes) return std::string(text);
    std::size_t end = bytes;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
    return std::string(text.substr(0, end)) + "...";
}

/// `&`, `<` and `>` are what begins a mention or a link at Slack.
std::string for_slack(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c == '&')
            out += "&amp;";
        else if (c == '<')
            out += "&lt;";
        else if (c == '>')
            out += "&gt;";
        else
            out += c;
    }
    return out;
}

/// A backslash takes the meaning from every mark of Discord's Markdown.
std::string for_discord(std::string_view text) {
    constexpr std::string_view kMarks = "\\*_~`|>#[]()<@:-";
    std::string out;
    for (const char c : text) {
        if (kMarks.find(c) != std::string_view::npos) out += '\\';
        out += c;
    }
    return out;
}

std::string sign(std::string_view body, std::string_view secret) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned length = 0;
    // OpenSSL takes bytes; text is bytes.
    const auto* const bytes = reinterpret_cast<const unsigned char*>(body.data());  // NOLINT(*-reinterpret-cast): above
    if (HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()), bytes, body.size(), digest.data(),
             &length) == nullptr)
        throw std::runtime_error("OpenSSL has no HMAC-SHA-256");
    return fmt::format("X-Signature-256: sha256={:02x}", fmt::join(digest.begin(), digest.begin() + length, ""));
}

std::string json_body(const Message& message) {
    std::string body = fmt::format(R"({{"id":{},"kind":)", message.id);
    base::append_json_string(body, message.kind);
    body += R"(,"text":)";
    base::append_json_string(body, message.text);
    body += R"(,"data":)";
    base::append_compact_json(body, message.data);
    body += R"(,"at":)";
    base::append_json_string(body, message.at);
    return body + '}';
}

std::string with_link(std::string text, std::string_view before, std::string_view link, std::string_view after) {
    if (!link.empty()) text += fmt::format("\n{}{}{}", before, link, after);
    return text;
}

std::string slack_body(const Message& message) {
    const std::string text = with_link(for_slack(message.text), "<", for_slack(message.link), ">");
    return fmt::format(R"({{"text":{},"mrkdwn":false,"unfurl_links":false}})", base::json_string(text));
}

std::string discord_body(const Message& message) {
    const std::string text = with_link(for_discord(cut(message.text, kDiscordMost)), "<", message.link, ">");
    return fmt::format(R"({{"content":{},"allowed_mentions":{{"parse":[]}}}})", base::json_string(text));
}

}  // namespace

Form form_of(std::string_view name) {
    if (name == "slack") return Form::slack;
    if (name == "discord") return Form::discord;
    return name == "ntfy" ? Form::ntfy : Form::json;
}

Post make_post(const Message& message, Form form, std::string_view secret) {
    Post post{{}, {"Content-Type: application/json"}};
    switch (form) {
        case Form::json:
            post.body = json_body(message);
            break;
        case Form::slack:
            post.body = slack_body(message);
            break;
        case Form::discord:
            post.body = discord_body(message);
            break;
        case Form::ntfy:
            post.body = cut(message.text, kNtfyMost);
            post.headers = {"Content-Type: text/plain; charset=utf-8",
                            fmt::format("Title: {}", title_of(message.kind))};
            if (!message.link.empty()) post.headers.push_back("Click: " + message.link);
            break;
    }
    if (!secret.empty()) post.headers.push_back(sign(post.body, secret));
    return post;
}

}  // namespace wdx::alert
