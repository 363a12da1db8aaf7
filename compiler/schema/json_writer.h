// The canonical text of snapshot parts: members in one fixed order, defaults left out, no white space. What is
// fingerprinted and what stands on one line of a snapshot file is this text. Private to compiler/schema.
#pragma once

#include <string>

#include "compiler/schema/snapshot.h"

namespace synapsor::schema {

void AppendJsonString(std::string& out, std::string_view text);

void AppendColumnJson(std::string& out, const Column& column, bool with_privileges);
void AppendIndexJson(std::string& out, const Index& index);
void AppendForeignKeyJson(std::string& out, const ForeignKey& key);
void AppendCheckJson(std::string& out, const CheckConstraint& check);
void AppendTriggerJson(std::string& out, const Trigger& trigger);
void AppendPolicyJson(std::string& out, const Policy& policy);

enum class TableForm {
  kFile,         // indented, with privileges and fingerprint
  kFingerprint,  // what the fingerprint covers: everything but the privileges of the reading role
};
void AppendTableJson(std::string& out, const Table& table, TableForm form);

}  // namespace synapsor::schema
