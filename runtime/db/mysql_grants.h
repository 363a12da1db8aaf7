// What the lines of SHOW GRANTS allow. Private to runtime/db.
#pragma once

#include <string>
#include <string_view>

namespace synapsor::db {

// The first privilege of one line that a reader must not have, or empty. What is not known to be
// harmless is not.
std::string WritingPrivilege(std::string_view grant);

// The roles that one line gives to an account, as the server quotes them: "`a`@`%`,`b`@`%`" on MySQL, "`a`" on
// MariaDB. Empty for every other line; a role's own roles come with it.
std::string_view GrantedRoles(std::string_view grant);

}  // namespace synapsor::db
