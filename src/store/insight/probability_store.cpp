#include "store/insight/probability_store.hpp"

#include "store/core/column_sql.hpp"
#include "store/insight/statement.hpp"

#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace wdx::store {
namespace {

namespace asio = boost::asio;

// One that was saved meanwhile by another process says the same, or is outdated itself.
constexpr db::Query kSaveProbability{"save_probability", R"sql(
    INSERT INTO watchdxg_probability (account_id, made_of, intercept, slope, tenths)
    VALUES ($1::bigint, $2::text, $3::float8, $4::float8, $5::float8[])
        ON CONFLICT (account_id) DO UPDATE
       SET made_of = excluded.made_of, intercept = excluded.intercept, slope = excluded.slope, tenths = excluded.tenths
    )sql"};

constexpr db::Query kForgetProbability{"forget_probability", R"sql(
    DELETE FROM watchdxg_probability
     WHERE account_id = $1::bigint)sql"};

std::string verdicts_sql(const CoreViews& views) {
    return fmt::format("(SELECT t.user_id, coalesce({}, false) AS harmful FROM classification AS t)",
                       sql_of(views.classifications, "harmful", "boolean"));
}

Statement select_outdated(const CoreViews& views, std::string_view signals) {
    // Of a rank the tenth: with each user who comes or goes all ranks move a little.
    std::string sql = fmt::format(
        "WITH {}, sampled AS (SELECT s.account_id,"
        " md5(string_agg(concat_ws(',', s.id, v.harmful, s.risk, floor(s.rank * 10)), ';' ORDER BY s.id)) AS made_of"
        " FROM watchdxg_sampled_verdict AS m JOIN {} AS v ON v.user_id = m.user_id"
        " JOIN signals AS s ON s.id = m.user_id GROUP BY s.account_id)"
        " SELECT coalesce(sampled.account_id, p.account_id), coalesce(sampled.made_of, '')"
        " FROM sampled FULL JOIN watchdxg_probability AS p ON p.account_id = sampled.account_id"
        " WHERE sampled.made_of IS DISTINCT FROM p.made_of",
        signals, verdicts_sql(views));
    return {"outdated_probabilities", std::move(sql), {}};
}

Statement select_sampled(const CoreViews& views, std::string_view signals, std::int64_t account) {
    std::string sql = fmt::format(
        "WITH {} SELECT s.id, v.harmful, s.risk, s.rank FROM watchdxg_sampled_verdict AS m"
        " JOIN {} AS v ON v.user_id = m.user_id JOIN signals AS s ON s.id = m.user_id"
        " WHERE s.account_id = $1::bigint ORDER BY s.id",
        signals, verdicts_sql(views));
    return {"sampled_users", std::move(sql), {account}};
}

}  // namespace

asio::awaitable<std::vector<OutdatedProbability>> ProbabilityStore::list_outdated(const CoreViews& views,
                                                                                  std::string_view signals) {
    const Statement statement = select_outdated(views, signals);
    const db::Query query = statement.query();
    db::Batch batch;
    const std::size_t index = batch.add(query, statement.params);
    co_await pool_.execute_job(batch);
    const db::Rows& rows = batch.rows(index);
    std::vector<OutdatedProbability> accounts;
    accounts.reserve(static_cast<std::size_t>(rows.size()));
    for (int i = 0; i < rows.size(); ++i) accounts.push_back({rows[i].integer(0), std::string(rows[i].text(1))});
    co_return accounts;
}

asio::awaitable<std::vector<model::Labelled>> ProbabilityStore::find_sampled(const CoreViews& views,
                                                                             std::string_view signals,
                                                                             std::int64_t account) {
    const Statement statement = select_sampled(views, signals, account);
    const db::Query query = statement.query();
    db::Batch batch;
    const std::size_t index = batch.add(query, statement.params);
    co_await pool_.execute_job(batch);
    const db::Rows& rows = batch.rows(index);
    std::vector<model::Labelled> users;
    users.reserve(static_cast<std::size_t>(rows.size()));
    for (int i = 0; i < rows.size(); ++i)
        users.push_back({.id = rows[i].integer(0),
                         .harmful = rows[i].boolean(1),
                         .risk = rows[i].optional_real(2),
                         .rank = rows[i].optional_real(3),
                         .sampled = true});
    co_return users;
}

asio::awaitable<void> ProbabilityStore::save(const OutdatedProbability& account,
                                             const std::optional<model::ProbabilityModel>& model) {
    db::Batch batch;
    if (account.made_of.empty()) {
        batch.add(kForgetProbability, {account.account});
    } else {
        std::optional<std::string> intercept;
        std::optional<std::string> slope;
        std::optional<std::string> tenths;
        if (model) {
            intercept = fmt::to_string(model->intercept);
            slope = fmt::to_string(model->slope);
            if (model->tenths) tenths = fmt::format("{{{}}}", fmt::join(*model->tenths, ","));
        }
        batch.add(kSaveProbability, {account.account, account.made_of, intercept, slope, tenths});
    }
    co_await pool_.execute(batch, db::Work::write);
}

}  // namespace wdx::store
