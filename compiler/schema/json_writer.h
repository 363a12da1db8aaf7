// The canonical text of snapshot parts: members in one fixed order, defaults left out, no white space. What is
// fingerprinted and what stands on one line of a snapshot file is this text. Private to compiler/schema.
#pragma once

#include <string>

#include "compiler/schema/snapshot.h"

namespace synapsor::schema {

void AppendJsonString(std::string& out, std::string_view text);

std::string ColumnJson(const Column& column, bool with_privileges);
std::string IndexJson(const Index& index);
std::string ForeignKeyJson(const ForeignKey& key);
std::string CheckJson(const CheckConstraint& check);
std::string TriggerJson(const Trigger& trigger);
std::string PolicyJson(const Policy& policy);

enum class TableForm {
  kFile,         // indented, with privileges and fingerprint
  kFingerprint,  // what the fingerprint covers: everything but the privileges of the reading role
};
void AppendTableJson(std::string& out, const Table& table, TableForm form);

}  // namespace synapsor::schema
