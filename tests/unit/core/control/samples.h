// One message of each kind with no field at its default, for the tests of this folder.
#pragma once

#include <vector>

#include "core/control/messages.h"

namespace sluice::control::samples {

inline Hello hello() { return {kProtocolVersion, "sluicectl", "0.1.0", 4242}; }

inline std::vector<Request> requests() {
  return {hello(), GetStatus{}, GetConnections{}, Subscribe{}, Stop{},
          ClearHistory{}, SyncHistory{}, GetProfile{}, UseProfile{R"({"name":"a"})", ProfileScope::Host, "*.test"},
          CloseConnection{ConnectionId{42}}, SaveProfile{R"({"name":"c"})"}, DeleteProfile{"d"}, SelfTest{R"({"name":"g"})"},
          GetPassThrough{}, SetPassThrough{"*.example.com", false},
          ImportRecords{std::string("a\0\xff", 3)}, SetSwitch{SwitchKind::Interception, true},
          Annotate{{ExchangeId{3}, ExchangeId{4}}, {Mark::Green, "look here"}}};
}

inline StatusSample sample() {
  StatusSample sample;
  sample.at = WallTime(Micros(1'763'720'000'123'456));
  sample.openConnections = 3;
  sample.bytesUp = 1'000;
  sample.bytesDown = 5'000'000'000;
  sample.upBytesPerSecond = 10;
  sample.downBytesPerSecond = 20;
  sample.capture = CaptureState::Failed;
  sample.recorderQueueBytes = 77;
  sample.recorderQueueRecords = 8;
  sample.refusedBodyBytes = 9;
  sample.droppedExchanges = 10;
  sample.databaseBytes = 123'456'789;
  sample.workers = 11;
  sample.workerRestarts = 12;
  sample.queuedMessages = 13;
  sample.chunks = 14;
  sample.chunksInUse = 15;
  sample.backPressureEvents = 16;
  sample.cutBodies = 17;
  sample.badRecords = 18;
  sample.profilesVersion = 5;
  sample.intercepting = true;
  sample.storeErrorCode = Code::NoSpace;
  sample.storeError = "no space left: /data/sluice.db";
  return sample;
}

inline StatusReply status() {
  StatusReply status;
  status.pid = 1234;
  status.version = "0.1.0";
  status.startedAt = WallTime(Micros(1'763'700'000'000'000));
  status.uptime = Micros(20'000'000'000);
  status.dataDir = "/home/ada/.local/share/sluice";
  status.listeners = {{"regular@127.0.0.1:0", "regular", "127.0.0.1:41234"}, {"regular@[::1]:8080", "regular", "[::1]:8080"}};
  status.exchangesTotal = 1'000'000;
  status.bugsSurvived = 1;
  status.storeNotice = "the history was damaged and moved to history.damaged-1.db";
  status.now = sample();
  return status;
}

inline ConnectionRow connection() {
  ConnectionRow row;
  row.connection = ConnectionId{7};
  row.state = ConnectionState::Tunnel;
  row.exchange = ExchangeId{99};
  row.openedAt = WallTime(Micros(1'763'719'999'000'000));
  row.clientAddress = "127.0.0.1:53124";
  row.listener = "regular 127.0.0.1:8080";
  row.target = "example.org:443";
  row.exchanges = 2;
  row.bytesUp = 700;
  row.bytesDown = 90'000;
  row.program = "/usr/bin/curl";
  row.process = 4711;
  row.limit = R"({"name":"own"})";
  return row;
}

inline std::vector<Reply> replies() {
  return {Hello{kProtocolVersion, "sluiced", "0.1.0", 1234},
          status(),
          ConnectionsReply{2, {connection(), ConnectionRow{}}},
          Done{},
          Failure{Error{Code::BadArgument, Side::Client, 22, "no such thing"}},
          Changed{5, ExchangeId{1'000'000}, 999'999, 4},
          sample(),
          Stopping{},
          ProfileReply{R"({"name":"b"})", {R"({"name":"e"})", R"({"name":"f"})"},
                       {{ProfileScope::Listener, "127.0.0.1:1", "{}"}}},
          SelfTestReply{R"({"name":"h"})", 1, 2, 3, 4, Micros(5), Micros(6), Micros(7), Micros(8)},
          PassThroughReply{{"a.example", "*.b.example:8443"}}};
}

}  // namespace sluice::control::samples
