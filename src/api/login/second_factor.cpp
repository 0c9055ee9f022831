#include "store/login/second_factor.hpp"

#include "api/login/routes.hpp"
#include "api/login/tokens.hpp"
#include "api/request/access.hpp"
#include "api/request/credentials.hpp"
#include "api/request/settle.hpp"
#include "auth/qr_code.hpp"
#include "auth/totp.hpp"
#include "base/json_writer.hpp"
#include "rest/error.hpp"

#include <fmt/ranges.h>

namespace wdx::api {
namespace {

namespace asio = boost::asio;

constexpr unsigned kCreated = 201;
constexpr unsigned kConflict = 409;

constexpr rest::BodyField kCurrentPassword{
    .name = "current_password", .type = rest::BodyType::text, .is_required = true, .is_password = true};

constexpr std::array kOfferFields{kCurrentPassword};
constexpr rest::Body kOffer{"SecondFactorOffer", kOfferFields};

constexpr std::array kConfirmationFields{rest::BodyField{
    .name = "otp", .type = rest::BodyType::text, .is_required = true, .help = "Six digits, as the app shows them."}};
constexpr rest::Body kConfirmation{"SecondFactorConfirmation", kConfirmationFields};

constexpr std::array kRemovalFields{kCurrentPassword, kOneTimeCode};
constexpr rest::Body kRemoval{"SecondFactorRemoval", kRemovalFields};

rest::ApiError enabled_already() {
    return {kConflict, rest::detail_body("A second factor is enabled already.")};
}

asio::awaitable<store::SecondFactorStore::State> find_state(Context& context) {
    db::Batch batch;
    const std::size_t index = store::SecondFactorStore::add_find(batch, context.operator_id());
    co_await context.read(batch);
    co_return store::SecondFactorStore::read_state(batch.rows(index));
}

/// POST /api/me/totp/ {"current_password"} -> 201 {"secret","otpauth_url","qr_svg"}; nothing is asked for until it is
/// confirmed.  400, 409.
asio::awaitable<http::Response> begin_second_factor(Context& context) {
    const auto fields = read_credentials(context, kOffer);
    const auto state = co_await find_state(context);
    if (state.is_enabled) throw enabled_already();
    const auto checked = co_await check_password_of(context, context.operator_id(), fields[0], {});
    if (!checked) throw wrong_password();
    const std::string secret = auth::make_totp_secret();
    store::SecondFactorStore& factors = context.services().login.factors;
    const auto offer = [&] { return factors.offer(*checked, secret); };
    const auto settled = co_await settle(context, offer);
    if (!settled.result) throw enabled_already();  // somebody else was faster
    const std::string url = auth::totp_uri(secret, state.username);
    http::Response response = ok(fmt::format(R"({{"secret":"{}","otpauth_url":{},"qr_svg":{}}})", secret,
                                             base::json_string(url), base::json_string(auth::qr_svg(url))));
    response.status = kCreated;
    co_return response;
}

/// POST /api/me/totp/confirm/ {"otp"} -> 200 {"recovery_codes"}; 400 for a wrong code, 404 when none was begun within
/// ten minutes, 409.
asio::awaitable<http::Response> confirm_second_factor(Context& context) {
    const auto fields = read_credentials(context, kConfirmation);
    const auto state = co_await find_state(context);
    if (state.is_enabled) throw enabled_already();
    if (!state.offered_secret) throw rest::not_found("No second factor waits to be confirmed. Begin again.");
    const auto step = co_await check_code(context, *state.offered_secret, fields[0]);
    if (!step)
        throw rest::field_error(
            "otp", "This is not the code of this moment. Check the clocks of the phone and of the server.");
    const std::vector<std::string> codes = auth::make_recovery_codes(auth::kRecoveryCodes);
    std::vector<std::string> hashes;
    hashes.reserve(codes.size());
    for (const std::string& code : codes) hashes.push_back(auth::hash_recovery_code(code));
    store::SecondFactorStore& factors = context.services().login.factors;
    const std::int32_t operator_id = context.operator_id();
    const store::Origin origin = context.origin();
    const auto enable = [&] { return factors.enable(operator_id, *state.offered_secret, *step, hashes, origin); };
    const auto settled = co_await settle(context, enable);
    const bool is_ours =
        settled.result ||
        (settled.repeated && co_await factors.is_enabled_with(operator_id, *state.offered_secret, hashes.front()));
    if (!is_ours) throw enabled_already();
    // Codes hold only letters, digits and hyphens: nothing to escape.
    co_return ok(fmt::format(R"({{"recovery_codes":["{}"]}})", fmt::join(codes, R"(",")")));
}

/// DELETE /api/me/totp/ {"current_password","otp"} -> 204, also when there was none; 400.
asio::awaitable<http::Response> remove_second_factor(Context& context) {
    const auto fields = read_credentials(context, kRemoval);
    co_await context.require_access();
    const auto checked = co_await check_password_of(context, context.operator_id(), fields[0], fields[1]);
    if (!checked) throw wrong_password();
    if (!checked->factor.step && !checked->factor.recovery_hash) co_return no_content();  // there is none
    store::SecondFactorStore& factors = context.services().login.factors;
    const store::Origin origin = context.origin();
    const auto disable = [&] { return factors.disable(*checked, origin); };
    const auto settled = co_await settle(context, disable);
    if (!settled.result && !settled.repeated) throw wrong_password();  // the code was used meanwhile
    co_return no_content();
}

}  // namespace

std::span<const Route> second_factor_routes() {
    static constexpr std::array kRoutes{
        Route{.verb = Verb::post,
              .pattern = "/api/me/totp/",
              .handler = &begin_second_factor,
              .body = &kOffer,
              .view = "Second Factor",
              .id = "beginSecondFactor",
              .tag = "me",
              .summary = "Begin with a second factor",
              .help = "Makes a secret for an authenticator app. Nothing is asked for until you confirm it with a code, "
                      "within ten minutes. 409 while one is enabled.",
              .answer = "SecondFactorOffered",
              .statuses = {201},
              .refusals = {409}},
        Route{.verb = Verb::del,
              .pattern = "/api/me/totp/",
              .handler = &remove_second_factor,
              .body = &kRemoval,
              .view = "Second Factor",
              .id = "removeSecondFactor",
              .tag = "me",
              .summary = "Remove the second factor",
              .help = "The password alone is enough then. `otp` is a code of the app or a recovery code; 204 also when "
                      "there was no second factor.",
              .gives = Gives::nothing,
              .statuses = {204}},
        Route{.verb = Verb::post,
              .pattern = "/api/me/totp/confirm/",
              .handler = &confirm_second_factor,
              .body = &kConfirmation,
              .view = "Second Factor Confirmation",
              .id = "confirmSecondFactor",
              .tag = "me",
              .summary = "Enable the second factor",
              .help = "From now on a login needs a code. The recovery codes are shown this once: each is good for one "
                      "login without the app.",
              .answer = "RecoveryCodes",
              .refusals = {409}},
    };
    return kRoutes;
}

}  // namespace wdx::api
