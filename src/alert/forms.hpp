#pragma once

#include "alert/message.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace wdx::alert {

/// What the receiver of a webhook understands.
enum class Form { json, slack, discord, ntfy };

/// @param name  `json`, `slack`, `discord`, `ntfy`
Form form_of(std::string_view name);

/// A request to a webhook.
struct Post {
    std::string body;
    std::vector<std::string> headers;  ///< `Name: value`
};

/// The request that tells of an alert.  Foreign text in it is text: it has no marks, links or mentions for Slack and
/// Discord.
/// @param secret  signs the body in X-Signature-256; empty: no signature
/// Source: docs.slack.dev "Formatting message text", discord.com/developers "Execute Webhook", docs.ntfy.sh/publish.
Post make_post(const Message& message, Form form, std::string_view secret);

}  // namespace wdx::alert
