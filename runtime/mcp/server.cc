#include "runtime/mcp/server.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

namespace synapsor::mcp {
namespace {

using nlohmann::json;

constexpr std::string_view kVersionKey = "io.modelcontextprotocol/protocolVersion";
constexpr std::string_view kCapabilitiesKey = "io.modelcontextprotocol/clientCapabilities";
constexpr std::string_view kSubscriptionKey = "io.modelcontextprotocol/subscriptionId";

struct Exchange {
  Service& service;
  const Message& message;
  const Revision& revision;
  const Caller& caller;
  const Notify& notify;
};

const json* Member(const json& object, std::string_view key) {
  const auto found = object.find(key);
  return found == object.end() ? nullptr : &*found;
}

RpcResult<std::string> StringParam(const json& params, std::string_view key, bool required) {
  const json* value = Member(params, key);
  if (value == nullptr && !required) return std::string();
  if (value == nullptr || !value->is_string()) {
    return RpcFail(kInvalidParams, fmt::format("`{}` is a string", key));
  }
  return value->get<std::string>();
}

json SupportedVersions() {
  json versions = json::array();
  for (const Revision* revision : AllRevisions()) versions.push_back(revision->version);
  return versions;
}

// ---- which revision a message speaks ----

RpcResult<const Revision*> ModernRevision(const json& meta) {
  const json& version = meta[std::string(kVersionKey)];
  const Revision* revision = version.is_string() ? FindRevision(version.get<std::string>()) : nullptr;
  if (revision == nullptr || !revision->stateless) {
    return RpcFail(
        kUnsupportedVersion, "unsupported protocol version",
        {{"supported", SupportedVersions()}, {"requested", version.is_string() ? version : json(version.dump())}});
  }
  const json* capabilities = Member(meta, kCapabilitiesKey);
  if (capabilities == nullptr || !capabilities->is_object()) {
    return tl::unexpected(RpcError{kInvalidParams, fmt::format("`_meta` has `{}`, an object", kCapabilitiesKey),
                                   nullptr, /*about_envelope=*/true});
  }
  return revision;
}

bool IsModern(const Message& message) {
  const json* meta = Member(message.params, "_meta");
  return meta != nullptr && meta->is_object() && meta->contains(kVersionKey);
}

RpcResult<const Revision*> RevisionOf(const Message& message, const PeerState& peer) {
  if (IsModern(message)) return ModernRevision(message.params["_meta"]);
  if (peer.negotiated != nullptr) return peer.negotiated;
  if (message.method == "ping") return &Revision20251125();
  return RpcFail(kInvalidRequest,
                 fmt::format("nothing is agreed on yet: send `initialize`, or name the revision as `{}` in `_meta`; "
                             "spoken are {}",
                             kVersionKey, SupportedVersions().dump()));
}

// ---- methods ----

RpcResult<std::string> Initialize(const Message& message, PeerState& peer) {
  auto requested = StringParam(message.params, "protocolVersion", /*required=*/true);
  if (!requested) return tl::unexpected(requested.error());
  const Revision* revision = FindRevision(*requested);
  // A handshake can only agree on a revision that has one; the newest such is offered to anyone else.
  if (revision == nullptr || revision->stateless) revision = &Revision20251125();
  peer.negotiated = revision;
  return fmt::format(R"({{"protocolVersion":"{}","capabilities":{},"serverInfo":{},"instructions":{}}})",
                     revision->version, kCapabilitiesJson, ServerInfoJson(), Quote(Instructions()));
}

RpcResult<std::string> Discover(const Exchange& x) {
  return x.revision.wrap(ResultShape::kCacheable,
                         fmt::format(R"("supportedVersions":{},"capabilities":{},"instructions":{})",
                                     SupportedVersions().dump(), kCapabilitiesJson, Quote(Instructions())));
}

RpcResult<std::string> ListTools(const Exchange& x) {
  const auto cursor = StringParam(x.message.params, "cursor", /*required=*/false);
  if (!cursor) return tl::unexpected(cursor.error());
  const auto members = x.service.ListTools(x.caller, *cursor);
  if (!members) return tl::unexpected(members.error());
  return x.revision.wrap(ResultShape::kCacheable, *members);
}

void SendProgress(const Exchange& x, int progress) {
  const json* meta = Member(x.message.params, "_meta");
  const json* token = meta != nullptr && meta->is_object() ? Member(*meta, "progressToken") : nullptr;
  if (token == nullptr || !(token->is_string() || token->is_number_integer())) return;
  x.notify(NotificationText("notifications/progress",
                            fmt::format(R"({{"progressToken":{},"progress":{},"total":1}})", token->dump(), progress)));
}

RpcResult<std::string> CallTool(const Exchange& x) {
  const auto name = StringParam(x.message.params, "name", /*required=*/true);
  if (!name) return tl::unexpected(name.error());
  static const json kNoArguments = json::object();
  const json* arguments = Member(x.message.params, "arguments");
  if (arguments == nullptr) arguments = &kNoArguments;
  if (!arguments->is_object()) return RpcFail(kInvalidParams, "`arguments` is an object");
  SendProgress(x, 0);
  const auto members = x.service.CallTool(x.caller, *name, *arguments);
  if (!members) return tl::unexpected(members.error());
  SendProgress(x, 1);
  return x.revision.wrap(ResultShape::kPlain, *members);
}

RpcResult<std::string> ListResources(const Exchange& x) {
  return x.revision.wrap(ResultShape::kCacheable, x.service.ListResources());
}

RpcResult<std::string> ListTemplates(const Exchange& x) {
  return x.revision.wrap(ResultShape::kCacheable, x.service.ListResourceTemplates());
}

RpcResult<std::string> ReadResource(const Exchange& x) {
  const auto uri = StringParam(x.message.params, "uri", /*required=*/true);
  if (!uri) return tl::unexpected(uri.error());
  const auto members = x.service.ReadResource(x.caller, *uri, x.revision.missing_resource_code);
  if (!members) return tl::unexpected(members.error());
  return x.revision.wrap(ResultShape::kCacheable, *members);
}

RpcResult<std::string> Ping(const Exchange& x) { return x.revision.wrap(ResultShape::kPlain, ""); }

struct Method {
  std::string_view name;
  RpcResult<std::string> (*run)(const Exchange&);
  bool slow;
  bool legacy, modern;
};

constexpr Method kMethods[] = {
    {"tools/list", ListTools, false, true, true},
    {"tools/call", CallTool, true, true, true},
    {"resources/list", ListResources, false, true, true},
    {"resources/templates/list", ListTemplates, false, true, true},
    {"resources/read", ReadResource, true, true, true},
    {"ping", Ping, false, true, false},
    {"server/discover", Discover, false, false, true},
};

const Method* FindMethod(std::string_view name) {
  for (const Method& method : kMethods) {
    if (method.name == name) return &method;
  }
  return nullptr;
}

RpcResult<std::string> Dispatch(Service& service, const Message& message, PeerState& peer, const Caller& caller,
                                const Notify& notify) {
  if (message.method == "initialize" && !IsModern(message)) return Initialize(message, peer);
  const auto revision = RevisionOf(message, peer);
  if (!revision) return tl::unexpected(revision.error());
  const Method* method = FindMethod(message.method);
  if (method == nullptr || !((*revision)->stateless ? method->modern : method->legacy)) {
    return RpcFail(kMethodNotFound, "unknown method");
  }
  return method->run({service, message, **revision, caller, notify});
}

// A subscription stays open for as long as the peer listens. Nothing that this server offers changes while it runs, so
// none of the asked-for notifications is promised.
void Acknowledge(const Message& message, const Notify& notify) {
  notify(NotificationText(
      "notifications/subscriptions/acknowledged",
      fmt::format(R"({{"notifications":{{}},"_meta":{{"{}":{}}}}})", kSubscriptionKey, message.id.dump())));
}

}  // namespace

bool IsSlow(const Message& message) {
  const Method* method = FindMethod(message.method);
  return method != nullptr && method->slow;
}

std::optional<Reply> Answer(Service& service, const Message& message, PeerState& peer, const Caller& caller,
                            const Notify& notify) {
  if (!message.is_request) return std::nullopt;
  if (message.method == "subscriptions/listen") {
    const auto revision = RevisionOf(message, peer);
    if (revision && (*revision)->stateless) {
      Acknowledge(message, notify);
      return std::nullopt;
    }
  }
  const auto result = Dispatch(service, message, peer, caller, notify);
  if (result) return Reply{ResultReply(message.id, *result), 0};
  return Reply{ErrorReply(message.id, result.error()), result.error().code, result.error().about_envelope};
}

}  // namespace synapsor::mcp
