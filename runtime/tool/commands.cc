#include <algorithm>
#include <array>

#include "runtime/tool/command.h"

namespace synapsor::runner {
namespace {

constexpr std::array<const Command*, 12> kCommands = {
    &kServeCommand,    &kInvokeCommand, &kProposalsCommand, &kSettleCommand,    &kReviewCommand, &kApplyCommand,
    &kEvidenceCommand, &kReplayCommand, &kAuditCommand,     &kRetentionCommand, &kSourceCommand, &kDoctorCommand,
};

}  // namespace

std::span<const Command* const> AllCommands() { return kCommands; }

const Command* FindCommand(std::string_view name) {
  const auto found =
      std::find_if(kCommands.begin(), kCommands.end(), [&](const Command* command) { return command->name == name; });
  return found == kCommands.end() ? nullptr : *found;
}

}  // namespace synapsor::runner
