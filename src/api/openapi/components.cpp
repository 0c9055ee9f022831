#include "api/openapi/components.hpp"

#include "embedded/openapi_headers.hpp"
#include "embedded/openapi_parameters.hpp"
#include "embedded/openapi_schemas.hpp"

#include <array>

namespace wdx::api {
namespace {

constexpr std::array kRefusals{
    Refusal{.status = 400, .name = "BadRequest", .help = "The request is not valid.", .schema = "Errors"},
    Refusal{.status = 401,
            .name = "Unauthorized",
            .help = "Credentials are missing or not valid.",
            .header = "WWW-Authenticate"},
    Refusal{
        .status = 403,
        .name = "Forbidden",
        .help = "Not allowed: the database role of the server may not write the core's tables, or another page asks."},
    Refusal{.status = 404, .name = "NotFound", .help = "There is no such object, or no such `format`."},
    Refusal{.status = 406, .name = "NotAcceptable", .help = "No format that `Accept` allows is available."},
    Refusal{.status = 409, .name = "Conflict", .help = "The rows have changed in the meantime."},
    Refusal{.status = 412, .name = "PreconditionFailed", .help = "`If-Match` or `If-None-Match` does not hold."},
    Refusal{.status = 413, .name = "TooLarge", .help = "The body is too large, or the report would be."},
    Refusal{.status = 415, .name = "UnsupportedMediaType", .help = "The body is not `application/json`."},
    Refusal{.status = 422, .name = "KeyReused", .help = "The `Idempotency-Key` was used for another request."},
    Refusal{.status = 429, .name = "Throttled", .help = "Too many requests.", .header = "Retry-After"},
    Refusal{.status = 503,
            .name = "Unavailable",
            .help = "The database or the core's tables are not available.",
            .header = "Retry-After"},
};

constexpr std::array kTags{
    Tag{"token", "Logging in and out."},
    Tag{"accounts", "X accounts that their owner watches."},
    Tag{"users", "X users that watchdxg-core saw."},
    Tag{"signals", "What speaks for and against users."},
    Tag{"reports", "What is known of users, to keep or to send."},
    Tag{"statistics", "How the audience of an account is made up, and how that changes."},
    Tag{"posts", "What users posted."},
    Tag{"classifications", "The verdicts on users."},
    Tag{"edits", "What was written, and taking it back."},
    Tag{"actions", "What was done about users."},
    Tag{"planned-actions", "What shall be done about users, for a worker, and handles that are exempt."},
    Tag{"alerts", "What happened that the operator should know of, and its delivery."},
    Tag{"events", "Changes, as they happen."},
    Tag{"logs", "What the server did and what went wrong."},
    Tag{"sessions", "Logins that are still in use."},
    Tag{"me", "The operator."},
    Tag{"console", "The console at `/admin/`, for people, and its login."},
    Tag{"schema", "This document."},
    Tag{"probes", "For load balancers and monitoring."},
};

}  // namespace

std::span<const embedded::EmbeddedFile> schema_files() {
    return embedded::openapi_schemas::kFiles;
}

std::span<const embedded::EmbeddedFile> parameter_files() {
    return embedded::openapi_parameters::kFiles;
}

std::span<const embedded::EmbeddedFile> header_files() {
    return embedded::openapi_headers::kFiles;
}

std::span<const Refusal> refusals() {
    return kRefusals;
}

std::span<const Tag> tags() {
    return kTags;
}

}  // namespace wdx::api
