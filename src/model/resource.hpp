#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace wdx::model {

enum class Type {
    integer,  ///< PostgreSQL's smallint, integer
    bigint,   ///< beyond 2^53, what JavaScript cannot hold
    boolean,
    text,
    date,       ///< `2026-11-25`
    date_time,  ///< `2026-11-25T10:00:00Z`
    json,
    verdict,  ///< the classification of a user: an object, in CSV one word
    real,     ///< a double
    signals,  ///< the signals of a user: an object
    people,   ///< ids of the other rows of a person
    cohorts,  ///< ids of the cohorts of a user
};

enum class Use {
    standard,     ///< in the answer unless `fields` says otherwise
    on_request,   ///< in the answer when `fields` or `expand` names it, and where a row is shown whole
    computed,     ///< in the answer when `fields` or `expand` names it: it costs more than a column
    filter_only,  ///< never in the answer
};

/// The generations of the core's tables.
enum class Generation { v1, v2, v3 };

/// One field of a resource: what clients see, filter and order by.
struct Field {
    std::string_view name;
    Type type;
    std::string_view help;  ///< a sentence for the documentation
    Use use = Use::standard;
    bool is_column = true;                        ///< the table has it; false: the store has an expression for it
    Generation since = Generation::v1;            ///< the generation of the core's tables that brought the column
    std::span<const std::string_view> choices{};  ///< all values that there can be; empty: any
    bool nullable = true;
    bool searched = false;           ///< `search` looks here
    bool filterable = true;          ///< has lookups and can be ordered by
    bool is_handle = false;          ///< of X: people write it with `@`, in any case
    bool is_long = false;            ///< too long to be carried in a cursor
    std::string_view breaks_ties{};  ///< the field that orders rows with equal values of this one; empty: the key
};

/// One kind of rows that the API lists.  The only description of it: validation, SQL, CSV headers, the OpenAPI document
/// and what `check` expects of the core's tables are all made of these tables.
struct Resource {
    std::string_view name;   ///< `users`: also the file name of an export
    std::string_view title;  ///< `User`: also the component of the OpenAPI document
    std::string_view table;
    std::string_view key;               ///< the field that breaks ties: unique, never NULL
    std::span<const Field> fields;      ///< in the order of the answer
    std::string_view user{};            ///< the field with the X user that a row is about; empty: no `classification=`
    bool of_core = true;                ///< the table is watchdxg-core's
    Generation since = Generation::v1;  ///< the generation that brought the table, where it is the core's
    bool newest_first = false;          ///< ordered by the key, descending, where the client does not say
};

extern const Resource kAccounts;
extern const Resource kUsers;
extern const Resource kPosts;
extern const Resource kClassifications;
extern const Resource kActions;
extern const Resource kSnoozes;
extern const Resource kPlannedActions;
extern const Resource kExemptions;
extern const Resource kEdits;
extern const Resource kAlerts;
extern const Resource kLogs;

/// All of them.
std::span<const Resource* const> all_resources();

/// A field as the connected database has it.
struct Column {
    const Field* field;
    Type type;        ///< what the column really is: `created_at` was a time before it became a date
    bool is_present;  ///< false: this generation of the core's schema lacks it
    std::string sql;  ///< its value
    /// What is compared and ordered by; another than `sql` where only that can use an index.
    std::string raw{};
    /// SQL around a timestamptz that makes it comparable with `raw`, `{}` standing for it; empty: it is.
    std::string to_raw{};
};

/// A field whose value is replaced in some rows.
struct Correction {
    std::string_view field;
    std::string applies;  ///< SQL over the row `t`: true where it is
};

/// A resource as the connected database has it.
struct View {
    const Resource* resource;
    std::vector<Column> columns;      ///< one for each field, in their order
    bool has_classification = false;  ///< the table is there, so that users can be filtered by verdict
    bool is_corrected = false;        ///< the columns have corrected values, and each row says which
    std::vector<Correction> corrections{};

    /// @return the column, also one that is not present; nullptr for an unknown name
    [[nodiscard]] const Column* find(std::string_view name) const;
    [[nodiscard]] const Column& key() const { return *find(resource->key); }
};

}  // namespace wdx::model
