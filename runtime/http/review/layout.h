// The frame that every page shares: head, landmarks, navigation, who is logged in. Decides nothing that a single page says.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "runtime/http/review/html.h"
#include "runtime/session/login.h"

namespace synapsor::http::review {

enum class Area { kNone, kProposals, kAudit };

// `login` null: nobody is logged in. Not owned.
struct Frame {
  std::string title;
  Area area = Area::kNone;
  const session::LoginSession* login = nullptr;
};

// The whole document.
std::string RenderPage(const Frame& frame, const Html& main);

// One thing wrong with what was entered; `field` is the id of the control.
struct FieldError {
  std::string field, message;
};

// A summary above a form, each entry linked to its control; empty for no errors.
Html ErrorSummary(std::string_view title, const std::vector<FieldError>& errors);
// The message beside a control, which `aria-describedby` names as FIELD-error; empty when it has none.
Html ErrorBeside(const std::vector<FieldError>& errors, std::string_view field);
const FieldError* FindError(const std::vector<FieldError>& errors, std::string_view field);

// A box that says something in words and by its colour.
enum class Tone { kGood, kInfo, kWarning, kBad };
Html Notice(Tone tone, Html content);

// The session's token for a form that changes something.
Html CsrfField(const session::LoginSession& login);

// One term and what it is, for description lists.
Html Fact(std::string_view term, Html description);

}  // namespace synapsor::http::review
