// One request being answered, and the answers the origin knows. Every answer returns whether the connection may carry
// another request. The connection's thread.
#pragma once

#include "tests/support/origin/request.h"
#include "tests/support/origin/stage.h"
#include "tests/support/wire/stream.h"

namespace sluice::test {

struct Visit {
  Stream& stream;
  Input& input;
  Stage& stage;
  Request request;
  std::uint64_t connection;           // counts from 1 in this origin
  std::uint64_t requestOnConnection;  // counts from 1 on this connection

  // A whole response with Content-Length; honours ?status= and the client's Connection: close.
  bool reply(std::string_view type, std::string_view body, int status = 200);
  bool wantsClose() const;
};

// Well-behaved answers.
bool answerBytes(Visit& visit);
bool answerUpload(Visit& visit);
bool answerEcho(Visit& visit);
bool answerMirror(Visit& visit);
bool answerConnection(Visit& visit);
bool answerPage(Visit& visit);
bool answerAsset(Visit& visit);
bool answerEvents(Visit& visit);
bool answerGate(Visit& visit);

// Odd ones.
bool answerRaw(Visit& visit);
bool answerBad(Visit& visit);
bool answerHead(Visit& visit);
bool answerInterim(Visit& visit);
bool answerNever(Visit& visit);
bool answerReset(Visit& visit);
bool answerNothing(Visit& visit);
bool answerSwitch(Visit& visit);
bool answerChat(Visit& visit);

// By the first word of the path; 404 for others.
bool answer(Visit& visit);

}  // namespace sluice::test
