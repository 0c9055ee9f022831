#pragma once

#include <array>
#include <string_view>

namespace wdx::db {

/// What a complete database of the original holds, and migrations/0001_initial.sql makes.  A test holds the two
/// together.

struct DjangoMigration {
    std::string_view app;
    std::string_view name;
};

/// The rows of `django_migrations` that the original (Django 5.2, SimpleJWT 5.5) needs; others may stand beside them.
inline constexpr std::array kDjangoMigrations{
    DjangoMigration{"contenttypes", "0001_initial"},
    DjangoMigration{"auth", "0001_initial"},
    DjangoMigration{"admin", "0001_initial"},
    DjangoMigration{"admin", "0002_logentry_remove_auto_add"},
    DjangoMigration{"admin", "0003_logentry_add_action_flag_choices"},
    DjangoMigration{"api", "0001_initial"},
    DjangoMigration{"contenttypes", "0002_remove_content_type_name"},
    DjangoMigration{"auth", "0002_alter_permission_name_max_length"},
    DjangoMigration{"auth", "0003_alter_user_email_max_length"},
    DjangoMigration{"auth", "0004_alter_user_username_opts"},
    DjangoMigration{"auth", "0005_alter_user_last_login_null"},
    DjangoMigration{"auth", "0006_require_contenttypes_0002"},
    DjangoMigration{"auth", "0007_alter_validators_add_error_messages"},
    DjangoMigration{"auth", "0008_alter_user_username_max_length"},
    DjangoMigration{"auth", "0009_alter_user_last_name_max_length"},
    DjangoMigration{"auth", "0010_alter_group_name_max_length"},
    DjangoMigration{"auth", "0011_update_proxy_permissions"},
    DjangoMigration{"auth", "0012_alter_user_first_name_max_length"},
    DjangoMigration{"sessions", "0001_initial"},
    DjangoMigration{"token_blacklist", "0001_initial"},
    DjangoMigration{"token_blacklist", "0002_outstandingtoken_jti_hex"},
    DjangoMigration{"token_blacklist", "0003_auto_20171017_2007"},
    DjangoMigration{"token_blacklist", "0004_auto_20171017_2013"},
    DjangoMigration{"token_blacklist", "0005_remove_outstandingtoken_jti"},
    DjangoMigration{"token_blacklist", "0006_auto_20171017_2113"},
    DjangoMigration{"token_blacklist", "0007_auto_20171017_2214"},
    DjangoMigration{"token_blacklist", "0008_migrate_to_bigautofield"},
    DjangoMigration{"token_blacklist", "0010_fix_migrate_to_bigautofield"},
    DjangoMigration{"token_blacklist", "0011_linearizes_history"},
    DjangoMigration{"token_blacklist", "0012_alter_outstandingtoken_user"},
    DjangoMigration{"token_blacklist", "0013_alter_blacklistedtoken_options_and_more"},
};

inline constexpr std::array<std::string_view, 12> kDjangoTables{
    "auth_group",
    "auth_group_permissions",
    "auth_permission",
    "auth_user",
    "auth_user_groups",
    "auth_user_user_permissions",
    "django_admin_log",
    "django_content_type",
    "django_migrations",
    "django_session",
    "token_blacklist_blacklistedtoken",
    "token_blacklist_outstandingtoken",
};

}  // namespace wdx::db
