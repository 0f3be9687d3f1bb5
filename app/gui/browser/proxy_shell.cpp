#include "app/gui/browser/proxy_shell.h"

#include <QPointer>
#include <QProcess>
#include <QThreadPool>
#include <fstream>
#include <iterator>

#include "app/gui/exchanges/exchange_text.h"
#include "app/gui/text/translate.h"
#include "platform/data_dir.h"
#include "platform/system_roots.h"

namespace sluice::gui {
namespace {

namespace fs = std::filesystem;

std::string utf8(const fs::path& path) { return QString::fromStdU16String(path.u16string()).toStdString(); }

Result<std::vector<std::string>> prepare(const platform::Terminal& terminal, const fs::path& dataDir, const std::string& address,
                                         const std::string& greeting) {
  const auto bundle = writeBundle(dataDir);
  if (!bundle) return fail(bundle.error());
  const auto variables = proxyVariables(address, utf8(platform::caCertificateFile(dataDir)), utf8(*bundle));
  return platform::terminalCommand(terminal, variables, greeting, dataDir / "terminal");
}

}  // namespace

platform::Variables proxyVariables(const std::string& address, const std::string& caFile, const std::string& bundleFile) {
  platform::Variables variables;
  for (const char* name : {"http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"}) variables.emplace_back(name, "http://" + address);
  // This machine's own servers go through it too.
  for (const char* name : {"no_proxy", "NO_PROXY"}) variables.emplace_back(name, "");
  // OpenSSL, Go, Ruby, Rust; Python's requests; curl; git; pip; AWS's tools; cargo.
  for (const char* name : {"SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "GIT_SSL_CAINFO", "PIP_CERT", "AWS_CA_BUNDLE",
                           "CARGO_HTTP_CAINFO"}) {
    variables.emplace_back(name, bundleFile);
  }
  // These two have authorities of their own, which ours is added to.
  for (const char* name : {"NODE_EXTRA_CA_CERTS", "DENO_CERT"}) variables.emplace_back(name, caFile);
  variables.emplace_back("NODE_USE_ENV_PROXY", "1");  // from version 24 on, Node then takes heed of the variables above
  return variables;
}

Result<fs::path> writeBundle(const fs::path& dataDir) {
  std::ifstream own(platform::caCertificateFile(dataDir), std::ios::binary);
  if (!own) return fail(Side::Local, Code::NotFound, "the engine makes its certificate when it first starts");
  const std::string pem(std::istreambuf_iterator<char>(own), {});
  const auto roots = platform::systemRoots();
  const fs::path file = dataDir / "ca" / "with-system.pem";
  std::ofstream out(file, std::ios::binary | std::ios::trunc);
  out << pem << '\n' << roots.value_or(std::string());
  out.close();
  if (!out) return fail(Side::Local, Code::System, utf8(file) + " cannot be written");
  return file;
}

void startTerminal(const platform::Terminal& terminal, const fs::path& dataDir, const QString& address, QObject* context,
                   std::function<void(const QString& problem)> done) {
  const std::string greeting = tr("What is started here goes through Sluice (%1) and trusts its certificate.").arg(address).toStdString();
  QThreadPool::globalInstance()->start([=, guard = QPointer<QObject>(context), done = std::move(done)] {
    auto words = prepare(terminal, dataDir, address.toStdString(), greeting);
    QMetaObject::invokeMethod(qApp, [guard, done, words = std::move(words)] {
      if (!guard) return;
      if (!words) return done(errorText(words.error()));
      QStringList arguments;
      for (std::size_t i = 1; i < words->size(); ++i) arguments << QString::fromStdString((*words)[i]);
      const QString program = QString::fromStdString(words->front());
      done(QProcess::startDetached(program, arguments) ? QString() : tr("%1 could not be started").arg(program));
    }, Qt::QueuedConnection);
  });
}

}  // namespace sluice::gui
