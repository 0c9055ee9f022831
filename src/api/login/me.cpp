#include "api/login/routes.hpp"
#include "api/login/tokens.hpp"
#include "api/request/access.hpp"
#include "api/request/credentials.hpp"
#include "api/request/settle.hpp"
#include "auth/password_hash.hpp"
#include "auth/password_validation.hpp"
#include "rest/body.hpp"
#include "rest/error.hpp"
#include "store/core/row_json.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace wdx::api {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

/// How far the database's clock may be ahead of ours before the answer stops waiting for it.
constexpr auto kLongestWait = 10s;

constexpr std::array kPasswordChangeFields{
    rest::BodyField{.name = "current_password", .type = rest::BodyType::text, .is_required = true, .is_password = true},
    rest::BodyField{.name = "new_password", .type = rest::BodyType::text, .is_required = true, .is_password = true},
    kOneTimeCode,
};
constexpr rest::Body kPasswordChange{"PasswordChange", kPasswordChangeFields};

struct NewPassword {
    std::vector<std::string> faults;
    std::string hash;
};

/// Judges and hashes a new password, on the hash pool.
asio::awaitable<NewPassword> prepare_password(Context& context, std::string password, std::string username) {
    auto work = [password = std::move(password), username = std::move(username)] {
        NewPassword result{.faults = auth::validate_password(password, username), .hash = {}};
        if (result.faults.empty()) result.hash = auth::hash_password(password);
        return result;
    };
    co_return co_await context.services().access.hashes.run(std::move(work));
}

/// `iat` has whole seconds: a login in the second of the cut-off would be refused by it.
asio::awaitable<void> wait_until_after(base::UnixTime cutoff) {
    using std::chrono::system_clock;
    const auto end =
        std::min(system_clock::time_point(std::chrono::seconds(cutoff + 1)), system_clock::now() + kLongestWait);
    asio::steady_timer timer(co_await asio::this_coro::executor);
    for (auto left = end - system_clock::now(); left > 0s; left = end - system_clock::now()) {
        timer.expires_after(left);
        co_await timer.async_wait(asio::use_awaitable);
    }
}

/// @return the second up to which tokens are refused now; nullopt when the operator has changed since the check
asio::awaitable<std::optional<base::UnixTime>> set_password(Context& context, const store::CheckedOperator& checked,
                                                            const std::string& hash) {
    store::OperatorStore& operators = context.services().access.operators;
    const store::Origin origin = context.origin();
    const auto change = [&] { return operators.change_password(checked, hash, origin); };
    const auto settled = co_await settle(context, change);
    if (!settled.result && settled.repeated) co_return co_await operators.find_change(checked.id, hash);
    co_return settled.result;
}

/// GET /api/me/ -> 200 {"id","username","email","date_joined","second_factor"}.
asio::awaitable<http::Response> retrieve_me(Context& context) {
    db::Batch batch;
    const std::size_t index = store::OperatorStore::add_find(batch, context.operator_id());
    co_await context.read(batch);
    co_return ok(store::render_row(batch.rows(index)));
}

/// POST /api/me/password/ {"current_password","new_password","otp"?} -> 204, or 400 with Django's words.  Every session
/// of the operator has ended when it is answered.
/// Source: Django 5.2 contrib/auth/forms.py `PasswordChangeForm`.
asio::awaitable<http::Response> change_my_password(Context& context) {
    const auto fields = read_credentials(context, kPasswordChange);
    co_await context.require_access();
    const auto checked = co_await check_password_of(context, context.operator_id(), fields[0], fields[2]);
    if (!checked) throw wrong_password();
    const NewPassword password = co_await prepare_password(context, fields[1], checked->username);
    if (!password.faults.empty()) {
        rest::FieldErrors errors;
        errors.add("new_password", password.faults);
        errors.throw_if_any();
    }
    const auto cutoff = co_await set_password(context, *checked, password.hash);
    if (!cutoff) throw wrong_password();  // somebody else was faster
    co_await wait_until_after(*cutoff);
    co_return no_content();
}

}  // namespace

rest::ApiError wrong_password() {
    return rest::field_error("current_password",
                             "Your current password was entered incorrectly. Please enter it again.");
}

std::span<const Route> me_routes() {
    static constexpr std::array kRoutes{
        Route{.verb = Verb::get,
              .pattern = "/api/me/",
              .handler = &retrieve_me,
              .view = "Me",
              .id = "retrieveMe",
              .tag = "me",
              .summary = "Retrieve the operator",
              .help = "The operator who is logged in.",
              .answer = "Me"},
        Route{.verb = Verb::post,
              .pattern = "/api/me/password/",
              .handler = &change_my_password,
              .body = &kPasswordChange,
              .view = "Change Password",
              .id = "changeMyPassword",
              .tag = "me",
              .summary = "Change the operator's password and end every session",
              .help = "Ends every session, including this one.",
              .gives = Gives::nothing,
              .statuses = {204}},
    };
    return kRoutes;
}

}  // namespace wdx::api
