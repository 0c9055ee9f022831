#include "db/session.hpp"

#include "db/connect_failure.hpp"
#include "db/pinned_settings.hpp"
#include "db/undecodable.hpp"

#include <array>
#include <utility>
#include <vector>

namespace wdx::db {
namespace {

void drop_notice(void* /*context*/, const PGresult* /*notice*/) {}

// Statements of commands have no names: the log gets their beginning, on one line.
std::string statement_name(std::string_view sql) {
    constexpr std::size_t kNameLength = 60;
    std::string name;
    for (const char c : sql) {
        if (name.size() == kNameLength) break;
        const bool space = c == ' ' || c == '\n' || c == '\t';
        if (!space)
            name += c;
        else if (!name.empty() && name.back() != ' ')
            name += ' ';
    }
    return name;
}

std::string field(const PGresult* result, int code) {
    const char* text = PQresultErrorField(result, code);
    return text == nullptr ? std::string() : std::string(text);
}

bool is_success(const PGresult* result) {
    const ExecStatusType status = PQresultStatus(result);
    return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK || status == PGRES_EMPTY_QUERY;
}

struct ConninfoDeleter {
    void operator()(PQconninfoOption* options) const noexcept { PQconninfoFree(options); }
};

}  // namespace

bool Session::is_valid_url(const std::string& url) {
    // The error text is not passed on: it may quote the url, password included.
    const std::unique_ptr<PQconninfoOption, ConninfoDeleter> options(PQconninfoParse(url.c_str(), nullptr));
    return options != nullptr;
}

Session Session::connect(const std::string& url, std::chrono::seconds timeout) {
    const std::string seconds = std::to_string(timeout.count());
    // Of repeated keywords libpq keeps the last: what stands before `dbname` is a default, what follows is forced.
    const std::array keywords{"connect_timeout", "fallback_application_name", "dbname", "client_encoding",
                              static_cast<const char*>(nullptr)};
    const std::array values{seconds.c_str(), "watchdxg-back", url.c_str(), "UTF8", static_cast<const char*>(nullptr)};
    Session session(PQconnectdbParams(keywords.data(), values.data(), /*expand_dbname=*/1));
    if (session.raw() == nullptr) throw DbError::unavailable("connect", "out of memory", false);
    if (!session.is_connected())
        throw DbError::unavailable("connect", connect_failure(url, PQerrorMessage(session.raw())), false);
    PQsetNoticeReceiver(session.raw(), &drop_notice, nullptr);
    if (!take_bytes_as_they_are(session.raw()))
        throw DbError::unavailable("connect", PQerrorMessage(session.raw()), false);
    const bool is_pooled = session.has_pooler();
    // Behind one, a setting that it does not keep for each client would stay with the pooled connection.
    session.execute_script(is_pooled
                               ? "SET TimeZone = 'UTC'; SET DateStyle = 'ISO'; SET standard_conforming_strings = on"
                               : "SET statement_timeout TO 0; " + session.pins(PinFor::session));
    return session;
}

Rows Session::execute(std::string_view sql, std::initializer_list<Param> params) {
    std::vector<std::string> texts;  // libpq wants a NUL behind each value
    texts.reserve(params.size());
    std::vector<const char*> values;
    for (const Param& param : params) {
        if (!param) {
            values.push_back(nullptr);
            continue;
        }
        if (param->find('\0') != std::string_view::npos)
            throw DbError("22021", statement_name(sql), "a value holds a NUL character");
        values.push_back(texts.emplace_back(*param).c_str());
    }
    const std::string text(sql);
    return accept(ResultPtr(PQexecParams(raw(), text.c_str(), static_cast<int>(values.size()), nullptr, values.data(),
                                         nullptr, nullptr, /*resultFormat=*/0)),
                  sql);
}

void Session::execute_script(std::string_view sql) {
    const std::string text(sql);
    accept(ResultPtr(PQexec(raw(), text.c_str())), sql);
}

std::string Session::pins(PinFor pin_for) const {
    return pin_settings_sql(PQserverVersion(raw()), pin_for);
}

bool Session::has_pooler() {
    return execute("SELECT pg_backend_pid()").front().integer(0) != PQbackendPID(raw());
}

Rows Session::accept(ResultPtr result, std::string_view sql) {
    if (!is_connected())
        throw DbError::unavailable(statement_name(sql), PQerrorMessage(raw()), /*outcome_unknown=*/true);
    if (result == nullptr) throw DbError({}, statement_name(sql), PQerrorMessage(raw()));
    if (is_success(result.get())) return decoded_rows(raw(), std::move(result));
    std::string message = field(result.get(), PG_DIAG_MESSAGE_PRIMARY);
    if (message.empty()) message = PQresultErrorMessage(result.get());
    throw DbError(field(result.get(), PG_DIAG_SQLSTATE), statement_name(sql), std::move(message));
}

Session::Transaction::Transaction(Session& session, std::chrono::milliseconds statement_timeout) : session_(session) {
    session_.execute_script("BEGIN ISOLATION LEVEL READ COMMITTED; SET LOCAL statement_timeout TO " +
                            std::to_string(statement_timeout.count()) + "; " + session.pins(PinFor::transaction));
}

Session::Transaction::~Transaction() {
    // A rollback that fails has lost its connection, and with it the transaction.
    if (open_) PQclear(PQexec(session_.raw(), "ROLLBACK"));
}

void Session::Transaction::commit() {
    const Rows rows = session_.execute("COMMIT");
    open_ = false;
    // The server answers COMMIT of a failed transaction with success, and the tag ROLLBACK.
    if (rows.command_tag() != "COMMIT")
        throw DbError("25P02", "COMMIT", "the transaction had failed and was rolled back");
}

}  // namespace wdx::db
