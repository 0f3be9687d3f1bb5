#include "core/codec/http1/local_response.h"

#include "core/base/limits.h"
#include "core/codec/http1/text.h"

namespace sluice::http1 {
namespace {

std::string_view whoFailed(Side side) {
  switch (side) {
    case Side::Client: return "The request cannot be handled as the client sent it";
    case Side::Upstream: return "The server cannot be reached or failed";
    case Side::Local: return "The proxy itself cannot go on";
  }
  return "The proxy cannot go on";
}

int statusForClient(Code code) {
  if (code == Code::HeadTooLarge || code == Code::TooManyHeaders) return 431;
  if (code == Code::IdleTimeout) return 408;
  if (code == Code::UnsupportedScheme) return 501;
  return code == Code::TooManyConnections ? 503 : 400;
}

int statusForLocal(Code code) {
  if (code == Code::ProxyLoop) return 508;
  if (code == Code::HostUnreachable) return 503;  // a network profile that is offline
  return code == Code::TooManyConnections ? 503 : 500;
}

}  // namespace

int statusFor(const Error& error) {
  const bool timedOut = error.code == Code::ConnectTimeout || error.code == Code::IdleTimeout;
  switch (error.side) {
    case Side::Client: return statusForClient(error.code);
    case Side::Upstream: return timedOut ? 504 : 502;
    case Side::Local: return statusForLocal(error.code);
  }
  return 500;
}

std::string_view reasonPhrase(int status) {
  switch (status) {
    case 200: return "OK";
    case 400: return "Bad Request";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 407: return "Proxy Authentication Required";
    case 408: return "Request Timeout";
    case 411: return "Length Required";
    case 413: return "Content Too Large";
    case 414: return "URI Too Long";
    case 417: return "Expectation Failed";
    case 421: return "Misdirected Request";
    case 431: return "Request Header Fields Too Large";
    case 500: return "Internal Server Error";
    case 501: return "Not Implemented";
    case 502: return "Bad Gateway";
    case 503: return "Service Unavailable";
    case 504: return "Gateway Timeout";
    case 505: return "HTTP Version Not Supported";
    case 508: return "Loop Detected";
    default: return "Error";
  }
}

std::string errorResponse(int status, const Error& error, Persistence connection, BodyKind body) {
  const std::string title = std::to_string(status) + " " + std::string(reasonPhrase(status));
  std::string text = "Sluice: " + title + "\n\n";
  text.append(whoFailed(error.side)).append(": ");
  text.append(printable(describe(error), limits::kLocalDetailBytesMax)).append("\n");

  std::string out = "HTTP/1.1 " + title + "\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: ";
  out.append(std::to_string(text.size())).append("\r\n");
  if (connection == Persistence::Close) out.append("Connection: close\r\n");
  out.append("\r\n");
  if (body == BodyKind::Send) out.append(text);
  return out;
}

}  // namespace sluice::http1
