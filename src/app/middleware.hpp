#pragma once

#include "http/message.hpp"
#include "rest/url.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace wdx::app {

/// What surrounds every answer: which hosts are served, which origins may read, which headers protect.  Pure functions
/// over the settings.

/// Django's ALLOWED_HOSTS: exact names, `.suffix` for a domain with its subdomains, `*` for any.
/// @param host  the Host header with or without a port
/// Source: Django http/request.py `validate_host`, `split_domain_port`.
bool is_allowed_host(std::string_view host, const std::vector<std::string>& allowed);

/// The host that a request is for: of an absolute-form target, else the Host header (RFC 9112, section 3.2.2).
std::string requested_host(const http::Request& request, const rest::Target& target);

/// True for a name that DNS resolves, with or without a port: not for `localhost`, addresses or what is no host.
bool is_domain_name(std::string_view host);

/// True for a CORS preflight: OPTIONS with Access-Control-Request-Method, whatever is in it.
bool is_preflight(const http::Request& request);

/// True for the login of the console, whose cookie comes by itself: no page of another origin has any business there,
/// whatever the settings allow elsewhere.
/// @param path  decoded
bool is_same_origin_path(std::string_view path);

/// One more header that the answer varies by, in the one Vary header.
void add_vary(http::Response& response, std::string_view name);

/// Adds what django-cors-headers adds: `Vary: origin` always, behind what else the answer varies by; for an allowed
/// origin its echo, and on OPTIONS the methods, headers and max-age.
void add_cors_headers(http::Response& response, const http::Request& request,
                      const std::vector<std::string>& allowed_origins);

/// Lets pages of an allowed origin read the headers that the open layer answers with.
void expose_headers(http::Response& response, const http::Request& request,
                    const std::vector<std::string>& allowed_origins);

/// Adds what Django's SecurityMiddleware adds, and Cache-Control: no-store
/// where the answer does not say something else.
void add_security_headers(http::Response& response);

/// Adds Strict-Transport-Security to an answer over TLS, unless it is for `localhost` or an IP address: browsers keep
/// it for a host name whatever the port, and other programs of this machine speak plain HTTP there.
/// @param host  as requested_host gives it
void add_transport_security(http::Response& response, std::string_view host);

/// Adds X-Frame-Options: the original has it on all but redirects and answers to a disallowed host.
void add_frame_options(http::Response& response);

}  // namespace wdx::app
