// The views that show what contexts show, and the predicate that keeps a tenant's rows. Private to
// grants*.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "compiler/plan/grants.h"

namespace synapsor::plan {

// PostgreSQL: `alias.column` is the tenant that the setting `synapsor.tenant_id` names. Unset or
// empty: no row.
std::string TenantPredicate(const schema::Column& column, std::string_view quoted_alias);

// Without its name.
SafeView MakeSafeView(const ir::Context& context);

// Names that no two of the views share and that the engine keeps whole, with a prefix where it has
// one.
void NameViews(schema::Engine engine, std::vector<SafeView>& views);

}  // namespace synapsor::plan
