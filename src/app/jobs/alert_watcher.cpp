#include "app/jobs/alert_watcher.hpp"

#include "alert/digest.hpp"
#include "alert/findings.hpp"
#include "alert/kinds.hpp"
#include "alert/texts.hpp"

#include <algorithm>
#include <set>
#include <stdexcept>
#include <utility>

#include <spdlog/spdlog.h>

namespace wdx::app {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using alert::Said;
using store::AlertChanges;
using store::AlertCondition;
using store::AlertTurn;

constexpr auto kRetry = 1s;  ///< while the database is away
constexpr auto kLongestPause = 10min;
constexpr int kRest = 20;
constexpr auto kFirstRest = 1min;  ///< after a failure, when that is longer
constexpr auto kLongestRest = 2h;
constexpr auto kReuseQuiet = 1h;    ///< without a reuse, after which the next one is told again
constexpr auto kBackupQuiet = 48h;  ///< without a failure: backups are made at least once a day
constexpr auto kAddressKept = std::chrono::days(90);
constexpr std::string_view kAgedCheck = "stale_rows";  ///< of which core_silent tells: age is no new fault

std::chrono::sys_seconds now_in_seconds() {
    return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

const AlertCondition* find(const AlertTurn& turn, std::string_view kind, std::string_view subject,
                           std::string_view part = {}) {
    const auto found = std::find_if(turn.conditions.begin(), turn.conditions.end(), [&](const AlertCondition& one) {
        return one.kind == kind && one.subject == subject && one.part == part;
    });
    return found == turn.conditions.end() ? nullptr : &*found;
}

AlertCondition condition(std::string_view kind, std::string subject, std::string part,
                         std::chrono::sys_seconds last_at) {
    return {.kind = std::string(kind), .subject = std::move(subject), .part = std::move(part), .last_at = last_at};
}

/// What is there and was not is told; what was there and is not is over.
void judge(const AlertTurn& turn, AlertChanges& changes, AlertCondition about, std::optional<Said> said) {
    const AlertCondition* const known = find(turn, about.kind, about.subject, about.part);
    if (said && known == nullptr) {
        changes.alerts.push_back(*std::move(said));
        changes.put.push_back(std::move(about));
    } else if (!said && known != nullptr) {
        changes.dropped.push_back(*known);
    }
}

/// Adds or renews a condition.  @return whether it is new
bool note(const AlertTurn& turn, AlertChanges& changes, const AlertCondition& seen) {
    const auto earlier = std::find_if(changes.put.begin(), changes.put.end(), [&](const AlertCondition& one) {
        return one.kind == seen.kind && one.subject == seen.subject && one.part == seen.part;
    });
    if (earlier != changes.put.end()) {
        earlier->last_at = std::max(earlier->last_at, seen.last_at);
        return false;
    }
    const AlertCondition* const known = find(turn, seen.kind, seen.subject, seen.part);
    if (known == nullptr || seen.last_at > known->last_at) changes.put.push_back(seen);
    return known == nullptr;
}

/// The operator has logged in from somewhere.
bool is_known_operator(const AlertTurn& turn, const AlertChanges& changes, const std::string& name) {
    const auto is_his = [&](const AlertCondition& one) {
        return one.kind == alert::kind::kNewLoginAddress && one.subject == name;
    };
    return std::any_of(turn.conditions.begin(), turn.conditions.end(), is_his) ||
           std::any_of(changes.put.begin(), changes.put.end(), is_his);
}

/// An address from which somebody has not logged in for long; the last one is kept, so that another is new.
bool is_forgotten(const AlertTurn& turn, const AlertCondition& one, std::chrono::sys_seconds now) {
    return one.kind == alert::kind::kNewLoginAddress && now - one.last_at > kAddressKept &&
           std::any_of(turn.conditions.begin(), turn.conditions.end(), [&](const AlertCondition& other) {
               return other.kind == one.kind && other.subject == one.subject && other.last_at > one.last_at;
           });
}

/// A time so far ahead is from before the clock was set back, and would keep what comes from being told.
bool is_over(const AlertTurn& turn, const AlertCondition& one, std::chrono::sys_seconds now) {
    const std::chrono::seconds apart = std::chrono::abs(now - one.last_at);
    return (one.kind == alert::kind::kRefreshReuse && apart > kReuseQuiet) ||
           (one.kind == alert::kind::kBackupFailed && apart > kBackupQuiet) || is_forgotten(turn, one, now);
}

bool is_among(const std::vector<AlertCondition>& conditions, const AlertCondition& one) {
    return std::any_of(conditions.begin(), conditions.end(), [&](const AlertCondition& other) {
        return other.kind == one.kind && other.subject == one.subject && other.part == one.part;
    });
}

void note_login(const AlertTurn& turn, AlertChanges& changes, const store::NotedEntry& noted, bool is_told) {
    const alert::LogEntry& entry = noted.entry;
    if (entry.operator_name.empty() || entry.address.empty()) return;
    const bool is_known = is_known_operator(turn, changes, entry.operator_name);
    const bool is_new =
        note(turn, changes,
             condition(alert::kind::kNewLoginAddress, entry.operator_name, alert::network_of(entry.address), noted.at));
    if (is_new && is_known && is_told) changes.alerts.push_back(alert::say_new_login_address(entry));
}

/// A failure that a backup has followed is over, also when both are read again.
void note_backups(const AlertTurn& turn, AlertChanges& changes, const std::vector<store::NotedEntry>& entries,
                  bool is_told, std::chrono::sys_seconds now) {
    const store::NotedEntry* made = nullptr;
    const store::NotedEntry* first_failed = nullptr;  // since then
    const store::NotedEntry* last_failed = nullptr;
    for (const store::NotedEntry& one : entries) {
        if (one.event == store::entry::kBackupMade) {
            made = &one;
            first_failed = last_failed = nullptr;
        }
        if (one.event != store::entry::kBackupFailed || !is_told || now - one.at > kBackupQuiet) continue;
        if (first_failed == nullptr) first_failed = &one;
        last_failed = &one;
    }
    const AlertCondition* const known = find(turn, alert::kind::kBackupFailed, "");
    if (last_failed == nullptr) {
        if (made != nullptr && known != nullptr) changes.dropped.push_back(*known);
        return;
    }
    const bool is_another = known != nullptr && made != nullptr && made->at >= known->last_at;
    if (known == nullptr || (is_another && first_failed->at > known->last_at))
        changes.alerts.push_back(alert::say_backup_failed(first_failed->entry));
    if (known == nullptr || last_failed->at > known->last_at)
        changes.put.push_back(condition(alert::kind::kBackupFailed, "", "", last_failed->at));
}

}  // namespace

bool CostlyLook::is_due(Clock::time_point now, std::int64_t last_event) const {
    if (!failure_.empty()) return now - ended_ >= rest_;
    if (!last_event_) return true;
    if (now - ended_ < kRest * took_) return false;
    return *last_event_ != last_event || now - ended_ >= kLongestPause;
}

void CostlyLook::finish(Clock::time_point began, Clock::time_point now, std::int64_t last_event) {
    last_event_ = last_event;
    ended_ = now;
    took_ = now - began;
    failure_.clear();
}

void CostlyLook::fail(Clock::time_point began, Clock::time_point now, std::string why) {
    const Clock::duration first = std::max<Clock::duration>(kFirstRest, kRest * (now - began));
    rest_ = std::min<Clock::duration>(failure_.empty() ? first : std::max(first, 2 * rest_), kLongestRest);
    ended_ = now;
    failure_ = std::move(why);
}

AlertWatcher::AlertWatcher(AlertWatcherOptions options)
    : options_(std::move(options)), loop_(options_.executor, [this] { return step(); }) {}

/// Another process takes the turn when this one has missed two looks.
std::chrono::seconds AlertWatcher::lease() const {
    return 2 * options_.interval + 5s;
}

asio::awaitable<std::chrono::milliseconds> AlertWatcher::step() {
    if (!options_.is_up()) co_return kRetry;
    failed_.clear();
    try {
        co_await look();
    } catch (const std::exception& error) {
        failed_ = error.what();
    }
    if (failed_ != failing_ && !loop_.is_stopping()) {
        if (!failed_.empty())
            spdlog::warn("alerts: not everything could be looked at: {}", failed_);
        else
            spdlog::info("alerts: everything is looked at again");
        failing_ = failed_;
    }
    co_return options_.interval;
}

asio::awaitable<void> AlertWatcher::look() {
    const AlertTurn turn = co_await options_.alerts.take_turn(lease());
    status_ = turn.status;
    if (!turn.is_ours) co_return;
    co_await run_check(&AlertWatcher::look_at_log, turn, "log");
    // Without the core's tables there is nothing else to look at; they may come.
    if (!options_.schema.is_known() || !options_.schema.problem().empty()) co_return;
    co_await run_check(&AlertWatcher::look_at_queue, turn, "planned actions");
    co_await run_check(&AlertWatcher::look_at_days, turn, "history");
    co_await run_check(&AlertWatcher::look_at_waves, turn, "waves");
    co_await run_check(&AlertWatcher::look_at_core, turn, "core");
    co_await run_check(&AlertWatcher::look_at_digest, turn, "digest");
    co_await run_check(&AlertWatcher::look_at_data, turn, "data quality");
}

/// One that fails keeps none of the others from being looked at.
asio::awaitable<void> AlertWatcher::run_check(Check check, const AlertTurn& turn, std::string_view name) {
    if (loop_.is_stopping()) co_return;
    try {
        co_await (this->*check)(turn);
    } catch (const std::exception& error) {
        failed_ += fmt::format("{}{}: {}", failed_.empty() ? "" : "; ", name, error.what());
    }
}

asio::awaitable<void> AlertWatcher::save(const AlertChanges& changes) {
    const bool is_written = co_await options_.alerts.save(changes, lease(), options_.public_url);
    if (!is_written || changes.alerts.empty()) co_return;
    for (const Said& said : changes.alerts) {
        const bool is_news = said.kind != alert::kind::kDigest;
        spdlog::info("alert: {}", is_news ? said.text : "a digest");
        options_.journal.add({.level = is_news ? store::EntryLevel::warning : store::EntryLevel::info,
                              .kind = store::entry::kAlert,
                              .message = is_news ? said.text : "a digest"});
    }
    made_ += changes.alerts.size();
    options_.on_alerts();
}

asio::awaitable<void> AlertWatcher::look_at_log(const AlertTurn& turn) {
    const store::NotedEntries noted = co_await options_.figures.list_entries(turn.log_id);
    const AlertThresholds& told = options_.thresholds;
    const auto now = now_in_seconds();
    AlertChanges changes;
    const bool is_first = !turn.log_id;
    for (const store::NotedEntry& one : noted.entries) {
        if (one.event == store::entry::kLogin) note_login(turn, changes, one, told.new_login_address && !is_first);
        if (is_first) continue;
        if (one.event == store::entry::kRefreshReuse && told.refresh_reuse && now - one.at <= kReuseQuiet) {
            const auto seen = condition(alert::kind::kRefreshReuse, one.entry.operator_name, "", one.at);
            if (note(turn, changes, seen)) changes.alerts.push_back(alert::say_refresh_reuse(one.entry));
        }
    }
    if (!is_first) note_backups(turn, changes, noted.entries, told.backup_failed, now);
    for (const AlertCondition& one : turn.conditions)
        if (is_over(turn, one, now) && !is_among(changes.put, one)) changes.dropped.push_back(one);
    if (turn.log_id != noted.last_id) changes.log_id = noted.last_id;
    co_await save(changes);
}

asio::awaitable<void> AlertWatcher::look_at_waves(const AlertTurn& turn) {
    if (!options_.thresholds.new_wave || !options_.are_waves_known()) co_return;
    const std::int64_t least = *options_.thresholds.new_wave;
    const auto now = now_in_seconds();
    AlertChanges changes;
    std::set<std::pair<std::string, std::string>> seen;
    for (const store::AccountWaves& one : co_await options_.figures.list_waves(least)) {
        const std::string account = std::to_string(one.account.id);
        seen.insert({account, ""});
        const bool is_first = find(turn, alert::kind::kNewWave, account) == nullptr;
        if (is_first) changes.put.push_back(condition(alert::kind::kNewWave, account, "", now));
        std::vector<alert::Wave> fresh;
        for (const alert::Wave& wave : one.waves) {
            seen.insert({account, wave.id});
            if (wave.size < least || find(turn, alert::kind::kNewWave, account, wave.id) != nullptr) continue;
            changes.put.push_back(condition(alert::kind::kNewWave, account, wave.id, now));
            fresh.push_back(wave);
        }
        if (!is_first && !fresh.empty()) changes.alerts.push_back(alert::say_new_waves(one.account, fresh));
    }
    for (const AlertCondition& known : turn.conditions)
        if (known.kind == alert::kind::kNewWave && !seen.contains({known.subject, known.part}))
            changes.dropped.push_back(known);
    co_await save(changes);
}

asio::awaitable<void> AlertWatcher::look_at_days(const AlertTurn& turn) {
    const AlertThresholds& told = options_.thresholds;
    if (!told.harmful_share && !told.followers_drop) co_return;
    const auto now = now_in_seconds();
    AlertChanges changes;
    for (const store::AccountDays& one : co_await options_.figures.list_days()) {
        const std::string account = std::to_string(one.account.id);
        if (told.harmful_share) {
            std::optional<Said> said;
            const auto rise = alert::find_harmful_rise(one.days, *told.harmful_share);
            if (rise) said = alert::say_harmful_rise(one.account, *rise);
            judge(turn, changes, condition(alert::kind::kHarmfulShare, account, "", now), std::move(said));
        }
        if (told.followers_drop) {
            std::optional<Said> said;
            const auto drop = alert::find_followers_drop(one.days, *told.followers_drop);
            if (drop) said = alert::say_followers_drop(one.account, *drop);
            judge(turn, changes, condition(alert::kind::kFollowersDrop, account, "", now), std::move(said));
        }
    }
    co_await save(changes);
}

asio::awaitable<void> AlertWatcher::look_at_core(const AlertTurn& turn) {
    if (!options_.thresholds.core_silent) co_return;
    if (core_look_.is_due(CostlyLook::Clock::now(), options_.last_event())) co_await find_last_scrape();
    // Until it is tried again the failure is still that of this look, which the log knows of.
    if (!core_look_.failure().empty()) throw std::runtime_error(core_look_.failure());
    const auto now = now_in_seconds();
    std::optional<Said> said;
    if (last_scrape_ && now - *last_scrape_ >= std::chrono::days(*options_.thresholds.core_silent))
        said = alert::say_core_silent(*last_scrape_, now);
    AlertChanges changes;
    judge(turn, changes, condition(alert::kind::kCoreSilent, "", "", now), std::move(said));
    co_await save(changes);
}

asio::awaitable<void> AlertWatcher::find_last_scrape() {
    const auto began = CostlyLook::Clock::now();
    const std::int64_t last_event = options_.last_event();
    try {
        const store::CoreViews views(options_.schema.schema(), options_.core_timezone);
        last_scrape_ = co_await options_.figures.find_last_scrape(views);
        core_look_.finish(began, CostlyLook::Clock::now(), last_event);
    } catch (const std::exception& error) {
        core_look_.fail(began, CostlyLook::Clock::now(), error.what());
    }
}

asio::awaitable<std::vector<store::AccountFindings>> AlertWatcher::check_data() {
    const auto began = CostlyLook::Clock::now();
    const std::int64_t last_event = options_.last_event();
    std::vector<store::AccountFindings> found;
    try {
        const store::CoreViews views(options_.schema.schema(), options_.core_timezone);
        found = co_await options_.figures.check_data(views);
        data_look_.finish(began, CostlyLook::Clock::now(), last_event);
    } catch (const std::exception& error) {
        data_look_.fail(began, CostlyLook::Clock::now(), error.what());
    }
    co_return found;
}

asio::awaitable<void> AlertWatcher::look_at_data(const AlertTurn& turn) {
    if (!options_.thresholds.data_quality) co_return;
    const bool is_due = data_look_.is_due(CostlyLook::Clock::now(), options_.last_event());
    std::vector<store::AccountFindings> found;
    if (is_due) found = co_await check_data();
    if (!data_look_.failure().empty()) throw std::runtime_error(data_look_.failure());
    if (!is_due) co_return;
    const auto now = now_in_seconds();
    AlertChanges changes;
    for (const store::AccountFindings& one : found) {
        for (const store::DataFinding& finding : one.findings) {
            const store::DataCheck& check = *finding.check;
            // Rows of no account are the same for each of them.
            if (!finding.rows || check.id == kAgedCheck || (!check.of_account && &one != &found.front())) continue;
            const alert::Account about = check.of_account ? one.account : alert::Account{};
            AlertCondition next =
                condition(alert::kind::kDataQuality, check.of_account ? std::to_string(about.id) : std::string(),
                          std::string(check.id), now);
            const AlertCondition* const known = find(turn, next.kind, next.subject, next.part);
            const auto before = known != nullptr ? known->rows : std::nullopt;
            const alert::QualityDecision decision =
                alert::judge_rows(before, *finding.rows, *options_.thresholds.data_quality, now);
            if (decision.newly)
                changes.alerts.push_back(
                    alert::say_faulty_rows(about, check.id, check.title, *finding.rows, *decision.newly));
            if (before == decision.now) continue;
            next.rows = decision.now;
            next.last_at = decision.now.last_at;
            changes.put.push_back(std::move(next));
        }
    }
    co_await save(changes);
}

asio::awaitable<void> AlertWatcher::look_at_queue(const AlertTurn& turn) {
    if (!options_.thresholds.queue_stuck) co_return;
    const auto now = now_in_seconds();
    AlertChanges changes;
    std::set<std::pair<std::string, std::string>> stuck;
    for (const alert::StuckQueue& queue : co_await options_.figures.list_stuck(*options_.thresholds.queue_stuck)) {
        const std::string account = std::to_string(queue.account.id);
        stuck.insert({account, queue.action_type});
        judge(turn, changes, condition(alert::kind::kQueueStuck, account, queue.action_type, now),
              alert::say_queue_stuck(queue, now));
    }
    for (const AlertCondition& known : turn.conditions)
        if (known.kind == alert::kind::kQueueStuck && !stuck.contains({known.subject, known.part}))
            changes.dropped.push_back(known);
    co_await save(changes);
}

/// A quiet one is not sent, and its time is over all the same.
asio::awaitable<void> AlertWatcher::look_at_digest(const AlertTurn& /*turn*/) {
    if (options_.digest == DigestPeriod::off) co_return;
    const bool is_daily = options_.digest == DigestPeriod::daily;
    const std::optional<store::DueDigest> due =
        co_await options_.figures.find_digest(is_daily, options_.digest_timezone);
    if (!due) co_return;
    AlertChanges changes;
    changes.digest_at = due->until;
    if (!due->is_first && !alert::is_quiet(due->figures)) {
        const std::string link = options_.public_url.empty() ? "" : options_.public_url + "/admin/#/overview";
        changes.alerts.push_back(alert::say_digest(due->figures, link));
    }
    co_await save(changes);
}

}  // namespace wdx::app
