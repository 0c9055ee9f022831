#include "api/edits/writes.hpp"

#include "api/lists/users.hpp"
#include "api/login/tokens.hpp"
#include "api/request/settle.hpp"
#include "base/digest.hpp"
#include "base/json_value.hpp"

#include <algorithm>

#include <boost/json/object.hpp>
#include <spdlog/spdlog.h>

namespace wdx::api {
namespace {

namespace asio = boost::asio;

constexpr int kWriteTries = 3;
constexpr std::string_view kNoRight = "42501";
constexpr std::string_view kForeignKey = "23503";
constexpr std::string_view kConstraintClass = "23";

bool is_visible_ascii(char c) {
    return c > ' ' && c <= '~';
}

std::string read_key(const http::Request& request) {
    std::string key = request.header("Idempotency-Key");
    if (key.empty() || key.size() > kLongestIdempotencyKey || !std::all_of(key.begin(), key.end(), is_visible_ascii))
        throw rest::bad_request("Idempotency-Key must be 1 to 255 visible ASCII characters.");
    return key;
}

rest::ApiError conflict() {
    return {409, rest::detail_body("The rows of this change, or rows that they refer to, do not allow it.")};
}

/// PostgreSQL names what it protects, the table or its sequence, in its message alone, and that in many languages.
bool is_about(const db::DbError& failure, std::string_view table) {
    return failure.message().find(table) != std::string::npos;
}

/// Makes ready for another try of a write that failed.
/// @throws ApiError, DbError when there is to be none
asio::awaitable<void> prepare_retry(Context& context, std::string_view table, const db::DbError& failure, bool last) {
    if (failure.sqlstate() == kNoRight && is_about(failure, table)) {
        spdlog::error("{}; `watchdxg-back check` says what to grant ({})", failure.what(), context.request().id);
        throw may_not_write(table);
    }
    if (failure.sqlstate() == kForeignKey || failure.sqlstate() == store::kUndone) {
        // The next try finds the rows as they are now.
        if (last) throw conflict();
        co_return;
    }
    if (failure.sqlstate().starts_with(kConstraintClass)) throw conflict();
    throw db::DbError(failure);
}

}  // namespace

rest::NullableText read_notes(rest::FieldReader& fields, std::size_t users) {
    auto notes = fields.nullable_text("notes");
    if (notes.text && notes.text->size() * users > kMostNotesBytes)
        fields.refuse("notes", "This is too long for so many users.");
    return notes;
}

store::WriteRequest write_request(const Context& context) {
    const http::Request& request = context.request();
    store::WriteRequest write{.operator_id = context.operator_id(),
                              .key = store::own_write_key(),
                              .request_hash = {},
                              .origin = context.origin(),
                              .leave = context.leave_slot()};
    if (!request.has("Idempotency-Key")) return write;
    write.key = read_key(request);
    write.request_hash =
        base::sha256_hex(fmt::format("{} {}\n{}\n{}\n{}", request.method(), request.target(),
                                     request.header("If-Match"), request.header("If-None-Match"), request.body()));
    return write;
}

asio::awaitable<store::Written> run_write(Context& context, std::string_view table, const Write& write) {
    for (int tries = 1;; ++tries) {
        std::optional<store::Written> written;
        std::optional<db::DbError> failure;
        try {
            written = (co_await settle(context, write)).result;
        } catch (const db::DbError& error) {
            failure = error;
        }
        if (failure) {
            co_await prepare_retry(context, table, *failure, tries == kWriteTries);
            continue;
        }
        if (written->outcome == store::WriteOutcome::overtaken) {
            if (tries == kWriteTries) throw conflict();
            continue;
        }
        if (written->outcome == store::WriteOutcome::other_request)
            throw rest::ApiError{422, rest::detail_body("This Idempotency-Key was used for another request.")};
        if (written->outcome == store::WriteOutcome::failed_condition) throw rest::precondition_failed();
        co_return *std::move(written);
    }
}

rest::ApiError may_not_write(std::string_view table) {
    return {403, rest::detail_body(fmt::format("The database does not let this server write the table {}.", table))};
}

rest::ApiError other_count(std::int64_t count) {
    const boost::json::object body{{"detail", "The number of users is not the one that was expected."},
                                   {"count", count}};
    return {409, base::json_text(body)};
}

http::Response render_written(store::Written written) {
    http::Response response;
    response.status = written.status;
    if (!written.edit_id.empty()) response.set("X-Edit-ID", std::move(written.edit_id));
    response.body = std::move(written.body);
    return response;
}

http::Response render_written_to_many(store::Written written) {
    if (written.outcome == store::WriteOutcome::unknown_users) throw unknown_user_ids(written.named, written.count);
    if (written.outcome == store::WriteOutcome::other_count) throw other_count(written.count);
    return render_written(std::move(written));
}

}  // namespace wdx::api
