#include "tests/bench/throttle/crowd.h"

#include <asio/read_until.hpp>
#include <asio/write.hpp>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <vector>

namespace sluice::bench {

using asio::ip::tcp;

struct Crowd::Peer {
  explicit Peer(tcp::socket s) : socket(std::move(s)) {}
  tcp::socket socket;
  std::vector<char> buffer = std::vector<char>(64 * 1024, 's');
};

Crowd::Crowd(std::uint16_t proxy, std::size_t count) {
  accept();
  thread_ = std::thread([this] {
    const auto work = asio::make_work_guard(loop_);
    loop_.run();
  });
  const auto name = "127.0.0.1:" + std::to_string(acceptor_.local_endpoint().port());
  for (std::size_t i = 0; i < count; ++i) {
    auto peer = std::make_shared<Peer>(tcp::socket(loop_));
    peer->socket.connect({asio::ip::address_v4::loopback(), proxy});
    asio::write(peer->socket, asio::buffer("CONNECT " + name + " HTTP/1.1\r\nHost: " + name + "\r\n\r\n"));
    std::string answer;
    asio::read_until(peer->socket, asio::dynamic_buffer(answer), "\r\n\r\n");
    asio::write(peer->socket, asio::buffer("\0d", 2));
    receive(peer);
  }
}

Crowd::~Crowd() {
  loop_.stop();
  thread_.join();
}

void Crowd::accept() {
  acceptor_.async_accept([this](const std::error_code& code, tcp::socket socket) {
    if (code) return;
    send(std::make_shared<Peer>(std::move(socket)));
    accept();
  });
}

void Crowd::send(const std::shared_ptr<Peer>& peer) {
  asio::async_write(peer->socket, asio::buffer(peer->buffer), [this, peer](const std::error_code& code, std::size_t) {
    if (!code) send(peer);
  });
}

void Crowd::receive(const std::shared_ptr<Peer>& peer) {
  peer->socket.async_read_some(asio::buffer(peer->buffer), [this, peer](const std::error_code& code, std::size_t count) {
    if (code) return;
    bytes_ += count;
    receive(peer);
  });
}

Nginx::Nginx(const std::string& location) {
  const std::string program = std::filesystem::exists("/usr/sbin/nginx") ? "/usr/sbin/nginx" : "nginx";
  if (program == "nginx" && !test::programExists(program)) return;
  std::uint16_t port = 0;
  {
    asio::io_context loop;
    port = tcp::acceptor(loop, {asio::ip::address_v4::loopback(), 0}).local_endpoint().port();
  }
  const auto root = home_.path().string();
  std::ofstream(root + "/index.html").put('x');
  std::filesystem::resize_file(root + "/index.html", 4'000'000'000);  // a file with a hole: takes no room
  std::filesystem::permissions(home_.path(), std::filesystem::perms::others_read | std::filesystem::perms::others_exec,
                               std::filesystem::perm_options::add);
  std::ofstream configuration(root + "/nginx.conf");
  configuration << "daemon off; pid " << root << "/pid; error_log stderr; worker_processes 1; events {}\nhttp { access_log off;\n";
  for (const char* kind : {"client_body", "proxy", "fastcgi", "uwsgi", "scgi"}) configuration << kind << "_temp_path " << root << ";\n";
  configuration << "server { listen 127.0.0.1:" << port << "; root " << root << "; " << location << " } }\n" << std::flush;
  const std::vector<std::string> arguments{"-p", root, "-e", "stderr", "-c", root + "/nginx.conf"};
  process_ = std::make_unique<test::Process>(program, arguments);
  for (int i = 0; i < 100 && port_ == 0; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    asio::io_context loop;
    std::error_code code;
    tcp::socket(loop).connect({asio::ip::address_v4::loopback(), port}, code);
    if (!code) port_ = port;
  }
}

Nginx::~Nginx() {
  if (process_) process_->terminate();
}

}  // namespace sluice::bench
