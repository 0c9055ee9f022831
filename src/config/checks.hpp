#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace wdx::config {

/// Checks of one text, or of one entry of a list.  Each gives why it is refused, as the end of the sentence
/// `WDX_NAME: ...`, or nullopt when it is fine.  Those that serve secrets never repeat the text.
using Check = std::optional<std::string> (*)(std::string_view);

/// `host:port`, `[v6]:port`, `unix:/absolute/path`.
std::optional<std::string> check_listen(std::string_view text);

/// As `check_listen`, and only what this machine alone can reach.
std::optional<std::string> check_loopback_listen(std::string_view text);

/// An address, a CIDR range (`10.0.0.0/8`, `fd00::/8`) or `unix`.
std::optional<std::string> check_trusted_proxy(std::string_view text);

/// Django's ALLOWED_HOSTS: a name, `.suffix` (the domain and what is below it), `*`, `[v6]`; never a port.
std::optional<std::string> check_allowed_host(std::string_view text);

/// An origin as browsers send it: `scheme://host[:port]` in lower case, nothing after it.  `*` is refused.
std::optional<std::string> check_cors_origin(std::string_view text);

/// A `postgres://` or `postgresql://` URI, or libpq's `key=value` pairs; libpq itself reads the rest.
std::optional<std::string> check_database_url(std::string_view text);

/// `id=number`: the weight of a signal, or `bias=number`.
std::optional<std::string> check_signal_weight(std::string_view text);

/// A share, 0 to 1.
std::optional<std::string> check_share(std::string_view text);

/// `off`, or a whole number from 1.
std::optional<std::string> check_alert_count(std::string_view text);

/// `off`, or a number above 0 and up to 1.
std::optional<std::string> check_alert_share(std::string_view text);

/// `off`, `daily`, `weekly`.
std::optional<std::string> check_digest(std::string_view text);

/// `json`, `slack`, `discord`, `ntfy`.
std::optional<std::string> check_webhook_form(std::string_view text);

/// `https://` or `http://`, a host and whatever follows; without blanks and controls.
std::optional<std::string> check_web_url(std::string_view text);

/// `smtp://` or `smtps://`, likewise.
std::optional<std::string> check_smtp_url(std::string_view text);

/// `local@domain` in ASCII, as it can stand in a header without quotes.
std::optional<std::string> check_mail_address(std::string_view text);

/// The characters of a time zone's name; only the database knows whether it exists.
std::optional<std::string> check_time_zone(std::string_view text);

}  // namespace wdx::config
