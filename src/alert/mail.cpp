#include "alert/mail.hpp"

#include "alert/kinds.hpp"
#include "insight/html.hpp"

#include <curl/curl.h>
#include <memory>
#include <optional>
#include <string>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace wdx::alert {
namespace {

std::string html_of(const Message& message) {
    std::string html =
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"></head>"
        "<body style=\"font-family:sans-serif;max-width:40em;line-height:1.5\"><p dir=\"auto\">";
    insight::append_escaped(html, message.text);
    html += "</p>";
    if (!message.link.empty()) {
        html += "<p><a href=\"";
        insight::append_escaped(html, message.link);
        html += "\">Look at it in the console</a></p>";
    }
    return html + "</body></html>\n";
}

/// @return nullopt where the URL has no such part
std::optional<std::string> part_of(std::string_view url, CURLUPart part) {
    const std::unique_ptr<CURLU, decltype(&curl_url_cleanup)> parsed(curl_url(), &curl_url_cleanup);
    char* value = nullptr;
    const bool is_there = parsed &&
                          curl_url_set(parsed.get(), CURLUPART_URL, std::string(url).c_str(), 0) == CURLUE_OK &&
                          curl_url_get(parsed.get(), part, &value, CURLU_URLDECODE) == CURLUE_OK;
    const std::unique_ptr<char, decltype(&curl_free)> owned(value, &curl_free);
    if (!is_there) return std::nullopt;
    return std::string(value);
}

}  // namespace

Mail make_mail(const Message& message, const std::string& from, const std::vector<std::string>& to,
               const std::string& date) {
    const std::string domain = from.substr(from.rfind('@') + 1);
    // The same for every repeat, so that a mail program shows it once; the time, for a database that is restored gives
    // the same ids again.
    std::string time = message.at;
    std::erase_if(time, [](char one) { return one < '0' || one > '9'; });
    const std::string id = fmt::format("<alert-{}-{}-{}@{}>", message.id, message.kind, time, domain);
    Mail mail{{"Date: " + date, "From: watchdxg-back <" + from + ">", fmt::format("To: {}", fmt::join(to, ", ")),
               fmt::format("Subject: [watchdxg] {}", title_of(message.kind)), "Message-ID: " + id,
               "Auto-Submitted: auto-generated"},
              message.text + "\n",
              message.html.empty() ? html_of(message) : message.html};
    if (!message.link.empty()) mail.text += fmt::format("\n{}\n", message.link);
    return mail;
}

std::string sender_of(std::string_view smtp_url, const std::vector<std::string>& to) {
    const std::string user = part_of(smtp_url, CURLUPART_USER).value_or("");
    constexpr std::string_view kAddress =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.!#$%&'*+-/=?^_`{|}~@";
    const bool is_address =
        user.find('@') != std::string::npos && user.find_first_not_of(kAddress) == std::string::npos;
    return is_address ? user : to.front();
}

bool must_encrypt(std::string_view smtp_url) {
    if (!part_of(smtp_url, CURLUPART_PASSWORD)) return false;
    const std::string host = part_of(smtp_url, CURLUPART_HOST).value_or("");
    return host != "localhost" && host != "127.0.0.1" && host != "[::1]";
}

}  // namespace wdx::alert
