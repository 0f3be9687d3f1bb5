#include "app/gui/window/preferences_dialog.h"

#include <QDialogButtonBox>
#include <QFontDatabase>
#include <QFormLayout>
#include <QLocale>
#include <QRegularExpression>
#include <QVBoxLayout>

#include "app/gui/look/labels.h"

namespace sluice::gui {
namespace {

QString stored(const QSettings& settings, const char* key) { return settings.value(QLatin1String(key)).toString(); }

}  // namespace

std::optional<Scheme> schemeOf(const QSettings& settings) {
  const QString name = stored(settings, kSchemeKey);
  if (name == QLatin1String("dark")) return Scheme::Dark;
  if (name == QLatin1String("light")) return Scheme::Light;
  return std::nullopt;
}

QLocale localeOf(const QSettings& settings) {
  const QString name = stored(settings, kLanguageKey);
  return name.isEmpty() ? QLocale::system() : QLocale(name);
}

QString listenProblem(const QString& spec) {
  static const QRegularExpression form(QStringLiteral("^(regular|socks5|reverse:https?://[^\\s@]+)@(\\S+):(\\d{1,5})(,profile=.+)?$"));
  const auto match = form.match(spec);
  if (!match.hasMatch()) return PreferencesDialog::tr("%1 is not of the form regular@ADDRESS:PORT").arg(spec);
  if (match.captured(3).toInt() > 65535) return PreferencesDialog::tr("%1: ports end at 65535").arg(spec);
  return {};
}

PreferencesDialog::PreferencesDialog(QSettings& settings, QWidget* parent) : QDialog(parent), settings_(settings) {
  setWindowTitle(tr("Preferences"));
  auto* form = new QFormLayout;
  form->setHorizontalSpacing(18);
  form->setVerticalSpacing(10);
  const QPair<QString, QString> system({}, tr("As the system"));
  scheme_ = addChoice(tr("Appearance"), {system, {QStringLiteral("light"), tr("Light")}, {QStringLiteral("dark"), tr("Dark")}},
                      stored(settings, kSchemeKey), *form);
  language_ = addChoice(tr("Language"),
                        {system, {QStringLiteral("en"), QStringLiteral("English")}, {QStringLiteral("de"), QStringLiteral("Deutsch")}},
                        stored(settings, kLanguageKey), *form);
  form->addRow({}, mutedLabel(tr("Another language is spoken from the next start on."), this));

  listen_ = new QPlainTextEdit(this);
  listen_->setAccessibleName(tr("Listeners"));
  listen_->setFont(QFontDatabase::systemFont(QFontDatabase::FixedFont));
  listen_->setPlaceholderText(QStringLiteral("regular@127.0.0.1:8080"));
  listen_->setPlainText(settings.value(QLatin1String(kListenKey)).toStringList().join(u'\n'));
  listen_->setTabChangesFocus(true);
  listen_->setFixedHeight(listen_->fontMetrics().lineSpacing() * 5);
  auto* name = new QLabel(tr("&Listeners"), this);
  name->setBuddy(listen_);
  form->addRow(name, listen_);
  form->addRow({}, mutedLabel(tr("One a line: regular@, socks5@ or reverse:http://HOST:PORT@, then ADDRESS:PORT.\n"
                                 "Empty: regular@127.0.0.1:8080. An address that is not of this machine alone lets others in."),
                              this));
  problem_ = new QLabel(this);
  problem_->setTextFormat(Qt::PlainText);
  QPalette palette = problem_->palette();
  palette.setColor(QPalette::WindowText, colorsOf(palette).bad);
  problem_->setPalette(palette);
  form->addRow({}, problem_);

  auto* buttons = new QDialogButtonBox(QDialogButtonBox::Ok | QDialogButtonBox::Cancel, this);
  connect(buttons, &QDialogButtonBox::accepted, this, &PreferencesDialog::accept);
  connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
  auto* layout = new QVBoxLayout(this);
  layout->addLayout(form, 1);
  layout->addWidget(buttons);
  resize(640, sizeHint().height());
}

QComboBox* PreferencesDialog::addChoice(const QString& name, const QList<QPair<QString, QString>>& choices,
                                        const QString& current, QFormLayout& form) {
  auto* box = new QComboBox(this);
  box->setAccessibleName(name);
  for (const auto& [key, text] : choices) box->addItem(text, key);
  box->setCurrentIndex(std::max(0, box->findData(current)));
  form.addRow(name, box);
  return box;
}

QStringList PreferencesDialog::listenLines() const {
  QStringList lines;
  for (const QString& line : listen_->toPlainText().split(u'\n')) {
    if (!line.trimmed().isEmpty()) lines << line.trimmed();
  }
  return lines;
}

void PreferencesDialog::accept() {
  const QStringList listen = listenLines();
  for (const QString& spec : listen) {
    if (const QString problem = listenProblem(spec); !problem.isEmpty()) return problem_->setText(problem);
  }
  const bool newScheme = stored(settings_, kSchemeKey) != scheme_->currentData().toString();
  const bool newListen = settings_.value(QLatin1String(kListenKey)).toStringList() != listen;
  settings_.setValue(QLatin1String(kSchemeKey), scheme_->currentData());
  settings_.setValue(QLatin1String(kLanguageKey), language_->currentData());
  settings_.setValue(QLatin1String(kListenKey), listen);
  settings_.sync();
  QDialog::accept();
  if (newScheme) emit schemeChanged();
  if (newListen) emit listenChanged();
}

}  // namespace sluice::gui
