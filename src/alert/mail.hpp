#pragma once

#include "alert/message.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace wdx::alert {

/// A mail of two alternatives, as RFC 5322 and MIME have it; libcurl joins the parts.
struct Mail {
    std::vector<std::string> headers;  ///< `Name: value` in ASCII; nothing in them is foreign
    std::string text;
    std::string html;
};

/// @param from  an address in ASCII
/// @param to    the same
/// @param date  as RFC 5322 has it
Mail make_mail(const Message& message, const std::string& from, const std::vector<std::string>& to,
               const std::string& date);

/// Who the mail is from: the user of the mail server's URL where that is an address, else the first recipient.
std::string sender_of(std::string_view smtp_url, const std::vector<std::string>& to);

/// The mail server must encrypt: its URL has a password, which goes to another machine.
bool must_encrypt(std::string_view smtp_url);

}  // namespace wdx::alert
