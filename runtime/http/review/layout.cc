#include "runtime/http/review/layout.h"

#include <algorithm>

namespace synapsor::http::review {
namespace {

Html NavigationLink(const Url& url, const char* text, bool current) {
  return El("li",
            {El("a", {Attribute::Href(url), current ? Attribute("aria-current", "page") : Attribute("hidden", false)},
                {text})});
}

Html Who(const session::LoginSession& login) {
  return El("form", {{"method", "post"}, Attribute::Action("/logout"), {"class", "who"}},
            {CsrfField(login),
             El("span", {{"class", "name"}},
                {El("span", {{"class", "visually-hidden"}}, {"Logged in as "}), El("bdi", {login.reviewer.subject})}),
             El("button", {{"type", "submit"}, {"class", "quiet"}}, {"Log out"})});
}

Html Header(const Frame& frame) {
  Html brand = El("span", {{"class", "brand"}}, {"Synapsor ", El("span", {"review"})});
  if (frame.login == nullptr) return El("header", {{"class", "top"}}, {El("div", {{"class", "bar"}}, {brand})});
  return El("header", {{"class", "top"}},
            {El("div", {{"class", "bar"}},
                {brand,
                 El("nav", {{"aria-label", "Main"}},
                    {El("ul", {NavigationLink(Url("/proposals"), "Proposals", frame.area == Area::kProposals),
                               NavigationLink(Url("/audit"), "Audit", frame.area == Area::kAudit)})}),
                 Who(*frame.login)})});
}

std::string_view ToneName(Tone tone) {
  switch (tone) {
    case Tone::kGood: return "notice good";
    case Tone::kInfo: return "notice info";
    case Tone::kWarning: return "notice warning";
    case Tone::kBad: return "notice bad";
  }
  return "notice";
}

}  // namespace

std::string RenderPage(const Frame& frame, const Html& main) {
  const Html head =
      El("head", {Html::Void("meta", {{"charset", "utf-8"}}),
                  Html::Void("meta", {{"name", "viewport"}, {"content", "width=device-width, initial-scale=1"}}),
                  Html::Void("meta", {{"name", "robots"}, {"content", "noindex"}}),
                  El("title", {frame.title, " · Synapsor review"}),
                  Html::Void("link", {{"rel", "stylesheet"}, Attribute::Href("/style.css")})});
  const Html body = El(
      "body",
      {El("a", {{"class", "skip"}, Attribute::HrefToField("main")}, {"Skip to the content"}), Header(frame),
       El("main", {{"id", "main"}, {"tabindex", "-1"}}, {main}),
       El("footer", {El("p", {"Agents propose. People and reviewed policies decide. A separate runner applies."})})});
  return Html{Html::Doctype(), El("html", {{"lang", "en"}}, {head, body})}.markup();
}

const FieldError* FindError(const std::vector<FieldError>& errors, std::string_view field) {
  const auto found =
      std::find_if(errors.begin(), errors.end(), [&](const FieldError& error) { return error.field == field; });
  return found == errors.end() ? nullptr : &*found;
}

Html ErrorSummary(std::string_view title, const std::vector<FieldError>& errors) {
  if (errors.empty()) return {};
  Html items;
  for (const FieldError& error : errors) {
    items += El("li", {error.field.empty() ? Html(error.message)
                                           : El("a", {Attribute::HrefToField(error.field)}, {error.message})});
  }
  return El("div", {{"class", "notice bad"}, {"role", "alert"}, {"aria-labelledby", "error-title"}},
            {El("h2", {{"id", "error-title"}}, {title}), El("ul", {items})});
}

Html ErrorBeside(const std::vector<FieldError>& errors, std::string_view field) {
  const FieldError* error = FindError(errors, field);
  if (error == nullptr) return {};
  return El("p", {{"class", "field-error"}, {"id", std::string(field) + "-error"}},
            {El("span", {{"class", "visually-hidden"}}, {"Error: "}), error->message});
}

Html Notice(Tone tone, Html content) { return El("div", {{"class", ToneName(tone)}}, {std::move(content)}); }

Html CsrfField(const session::LoginSession& login) {
  return Html::Void("input", {{"type", "hidden"}, {"name", "csrf"}, {"value", login.csrf}});
}

Html Fact(std::string_view term, Html description) {
  return El("div", {El("dt", {term}), El("dd", {std::move(description)})});
}

}  // namespace synapsor::http::review
