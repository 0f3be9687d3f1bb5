// Private to core/control: the generated classes of schema/control.fbs and how they line up with messages.h.
// Any thread.
#pragma once

#include <type_traits>

#include "control_generated.h"
#include "core/control/messages.h"

namespace sluice::control::wire {

inline constexpr const char* kRequestIdentifier = "SLRQ";
inline constexpr const char* kReplyIdentifier = "SLRP";
// As the mark of an Annotate: none is asked for.
inline constexpr std::uint8_t kAsItIs = 255;

// A variant's index is the number of its member in the union of the schema (NONE is Unknown).
template <class Variant, auto member, class Message>
inline constexpr bool kLinesUp =
    std::is_same_v<std::variant_alternative_t<static_cast<std::size_t>(member), Variant>, Message>;

static_assert(kLinesUp<control::Request, Request::NONE, Unknown>);
static_assert(kLinesUp<control::Request, Request::Hello, control::Hello>);
static_assert(kLinesUp<control::Request, Request::GetStatus, control::GetStatus>);
static_assert(kLinesUp<control::Request, Request::GetConnections, control::GetConnections>);
static_assert(kLinesUp<control::Request, Request::Subscribe, control::Subscribe>);
static_assert(kLinesUp<control::Request, Request::Stop, control::Stop>);
static_assert(kLinesUp<control::Request, Request::ClearHistory, control::ClearHistory>);
static_assert(kLinesUp<control::Request, Request::GetProfile, control::GetProfile>);
static_assert(kLinesUp<control::Request, Request::UseProfile, control::UseProfile>);
static_assert(kLinesUp<control::Request, Request::CloseConnection, control::CloseConnection>);
static_assert(kLinesUp<control::Request, Request::SaveProfile, control::SaveProfile>);
static_assert(kLinesUp<control::Request, Request::DeleteProfile, control::DeleteProfile>);
static_assert(kLinesUp<control::Request, Request::SelfTest, control::SelfTest>);
static_assert(kLinesUp<control::Request, Request::SyncHistory, control::SyncHistory>);
static_assert(kLinesUp<control::Request, Request::GetPassThrough, control::GetPassThrough>);
static_assert(kLinesUp<control::Request, Request::SetPassThrough, control::SetPassThrough>);
static_assert(kLinesUp<control::Request, Request::ImportRecords, control::ImportRecords>);
static_assert(kLinesUp<control::Request, Request::SetSwitch, control::SetSwitch>);
static_assert(kLinesUp<control::Request, Request::Annotate, control::Annotate>);
static_assert(std::variant_size_v<control::Request> == static_cast<std::size_t>(Request::MAX) + 1);

static_assert(kLinesUp<control::Reply, Reply::NONE, Unknown>);
static_assert(kLinesUp<control::Reply, Reply::Hello, control::Hello>);
static_assert(kLinesUp<control::Reply, Reply::StatusReply, control::StatusReply>);
static_assert(kLinesUp<control::Reply, Reply::ConnectionsReply, control::ConnectionsReply>);
static_assert(kLinesUp<control::Reply, Reply::Done, control::Done>);
static_assert(kLinesUp<control::Reply, Reply::Failure, control::Failure>);
static_assert(kLinesUp<control::Reply, Reply::Changed, control::Changed>);
static_assert(kLinesUp<control::Reply, Reply::StatusSample, control::StatusSample>);
static_assert(kLinesUp<control::Reply, Reply::Stopping, control::Stopping>);
static_assert(kLinesUp<control::Reply, Reply::ProfileReply, control::ProfileReply>);
static_assert(kLinesUp<control::Reply, Reply::SelfTestReply, control::SelfTestReply>);
static_assert(kLinesUp<control::Reply, Reply::PassThroughReply, control::PassThroughReply>);
static_assert(std::variant_size_v<control::Reply> == static_cast<std::size_t>(Reply::MAX) + 1);

}  // namespace sluice::control::wire
