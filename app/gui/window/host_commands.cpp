#include "app/gui/window/host_commands.h"

#include <QUrl>
#include <algorithm>

#include "app/gui/exchanges/exchange_text.h"
#include "app/gui/text/visible_text.h"
#include "core/filter/expression.h"

namespace sluice::gui {
namespace {

constexpr std::size_t kRowsMax = 10'000;

// The name that the client's TLS says, which is the one in the URL: CONNECT may have named an address.
std::string namedHost(const store::ExchangeRow& row) {
  const QString named = QUrl(QString::fromStdString(row.url)).host();
  return row.kind == capture::Kind::Tunnel || named.isEmpty() ? row.host : named.toStdString();
}

}  // namespace

HostCommands::HostCommands(History& history, EngineKeeper& keeper, ExchangeTable& table, QWidget* window)
    : QObject(window), history_(history), keeper_(keeper), table_(table) {}

void HostCommands::withHosts(Name name, std::function<void(const std::vector<std::string>&)> use) {
  auto ids = table_.selectedIds(kRowsMax);
  if (ids.empty()) return;
  history_.ask(
      this, [ids = std::move(ids)](store::Reader& reader) { return reader.rows(ids); },
      [this, name, use = std::move(use)](Result<std::vector<store::ExchangeRow>> rows) {
        if (!rows) return emit said(errorText(rows.error()));
        std::vector<std::string> hosts;
        for (const auto& row : *rows) {
          const std::string host = name == Name::Shown ? row.host : namedHost(row);
          if (!host.empty() && std::find(hosts.begin(), hosts.end(), host) == hosts.end()) hosts.push_back(host);
        }
        if (hosts.size() > kHostsMax) return emit said(tr("At most %L1 hosts at once").arg(kHostsMax));
        if (!hosts.empty()) use(hosts);
      });
}

void HostCommands::filterByHosts() {
  withHosts(Name::Shown, [this](const std::vector<std::string>& hosts) {
    QStringList terms;
    for (const auto& host : hosts) terms << QStringLiteral("host=") + QString::fromStdString(filter::quoted(host));
    const QString all = terms.join(QStringLiteral(" | "));
    emit filterWanted(terms.size() == 1 ? all : u'(' + all + u')');
  });
}

void HostCommands::passThrough(bool passes) {
  withHosts(Name::Connected, [this, passes](const std::vector<std::string>& hosts) {
    EngineLink& link = keeper_.link();
    if (!link.isAttached()) return emit said(tr("No engine is running"));
    QStringList shown;
    for (const auto& host : hosts) {
      link.setPassThrough(host, passes);
      shown << visibleLine(host);
    }
    const QString all = shown.join(QStringLiteral(", "));
    emit said(passes ? tr("Passing through undecrypted from the next connection on: %1").arg(all)
                     : tr("Decrypted from the next connection on: %1").arg(all));
  });
}

void HostCommands::throttle() {
  withHosts(Name::Connected, [this](const std::vector<std::string>& hosts) {
    if (!keeper_.link().isAttached()) return emit said(tr("No engine is running"));
    for (const auto& host : hosts) emit throttleWanted(visibleLine(host));
  });
}

}  // namespace sluice::gui
