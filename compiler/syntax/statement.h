// Splits a file into statements at `;` and says what each is for, by its first words. Decides where
// a statement ends, also when its `;` is missing; not whether it is right.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "compiler/syntax/lexer.h"
#include "compiler/syntax/token.h"

namespace synapsor::syntax {

enum class StatementKind {
  kWorkflow,
  kContext,
  kCapability,
  kCreatePolicy,
  kAlterPolicy,
  kForeign,    // ordinary SQL
  kLifecycle,  // catalog, session and proposal statements, which this compiler does not run
  kUnknown,
};

inline bool IsAgentDdl(StatementKind kind) { return kind <= StatementKind::kAlterPolicy; }

// More than any statement meant by a person; bounds what one file can make the compiler hold.
inline constexpr std::size_t kMostTokens = 200'000;

struct Statement {
  StatementKind kind = StatementKind::kUnknown;
  // Agent DDL: all tokens, closed by a kSemi, which is empty when the text has none. Others: the
  // first few.
  std::vector<Token> tokens;
  std::uint32_t begin = 0;
  std::uint32_t end = 0;          // past the `;`
  std::uint32_t content_end = 0;  // past the last token before the `;`
  bool terminated = false;
  bool too_long = false;  // of more than kMostTokens tokens; the rest was passed over
  bool followed = false;  // another statement begins where the `;` is missing
  Token mistake;          // the first lexical mistake in it; kEnd without one
};

class StatementReader {
 public:
  StatementReader(std::string_view text, std::vector<Token>* comments);

  // Fills `statement`, reusing its storage. False at the end of the text.
  bool Next(Statement& statement);

 private:
  Token Read();
  const Token& Ahead(std::size_t distance);
  bool IsWord(std::size_t distance, std::string_view word);
  StatementKind Classify();
  bool StartsAgentDdl();
  bool EndsHere(const Statement& statement, int depth);

  std::string_view text_;
  Lexer lexer_;
  std::vector<Token> ahead_;  // not yet read, from ahead_at_
  std::size_t ahead_at_ = 0;
};

// "CREATE TABLE": the first words that say what a statement of another language is.
std::string_view HeadOf(std::string_view text, const Statement& statement);

}  // namespace synapsor::syntax
