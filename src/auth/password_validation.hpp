#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace wdx::auth {

/// Django's four default validators: similarity to the user name, at least 8 characters, not among the 20,000 common
/// ones, not entirely numeric.
/// @return the messages in Django's words and order, empty when the password is acceptable
/// Letters beyond ASCII are lower-cased one by one with the C library's tables, so a final sigma, a dotted capital I
/// and combining marks can weigh differently in the similarity than in Python.  Thread-safe. Source: Django 5.2
/// contrib/auth/password_validation.py.
std::vector<std::string> validate_password(std::string_view password, std::string_view username);

}  // namespace wdx::auth
