#pragma once

#include <string>
#include <string_view>

namespace wdx::cli {

/// Judges a name for a new operator: UTF-8, 1 to 150 characters, each a Unicode word character or one of `@ . + - _`.
/// @return the fault in Django's words, empty when the name is acceptable
/// Source: Django 5.2 contrib/auth/validators.py `UnicodeUsernameValidator`, contrib/auth/models.py.
std::string username_fault(std::string_view username);

}  // namespace wdx::cli
